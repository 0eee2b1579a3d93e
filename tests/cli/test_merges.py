"""`regulars merges` as a person meets it: who is one person, who may be, and a word that is remembered."""

from pathlib import Path

import pytest

from terminal import run

SHOP = (
    "customer_id,name,email,phone\nA-1,Ana Smith,ana@example.com,13800138000\nA-2,Bo Smith,bo@example.com,13800138000\n"
)
CHAT = "customer_id,open_id,email\nB-1,o77,ANA@example.com\n"
ORDERS = "customer_id,ordered_at,amount\nA-1,2024-05-01,10\nB-1,2024-05-02,20\nA-2,2024-05-03,40\n"


def answered(*words: str, cwd: Path) -> str:
    done = run(*words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def analyse(home: Path) -> None:
    answered("analyze", "shop.csv", "chat.csv", "orders.csv", "--out", "result", "--workspace", "w", cwd=home)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an analysis of a household, one of whom also writes by messenger."""
    folder = tmp_path_factory.mktemp("home")
    for name, content in {"shop": SHOP, "chat": CHAT, "orders": ORDERS}.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    analyse(folder)
    return folder


def test_what_was_merged_is_listed_and_names_only_if_asked_for(home: Path) -> None:
    listed = answered("merges", "list", "--workspace", "w", cwd=home)
    assert [line.split()[:2] for line in listed.splitlines()[1:]] == [["A-1", "A-1"], ["A-1", "B-1"]]
    assert "Ana" not in listed
    assert "Ana Smith" in answered("merges", "list", "--workspace", "w", "--with-names", cwd=home)


def test_what_may_be_one_person_is_listed(home: Path) -> None:
    listed = answered("merges", "review", "--workspace", "w", "--with-names", cwd=home)
    (line,) = listed.splitlines()[1:]
    assert line.startswith("A-1")
    assert "Ana Smith" in line
    assert "Bo Smith" in line


def test_an_unmerge_and_a_merge_hold_in_the_next_analysis(home: Path) -> None:
    answered("merges", "unmerge", "A-1", "B-1", "--workspace", "w", "--day", "2024-07-01", cwd=home)
    analyse(home)
    assert "No two accounts" in answered("merges", "list", "--workspace", "w", cwd=home)
    answered("merges", "merge", "B-1", "A-1", "--workspace", "w", cwd=home)
    analyse(home)
    listed = answered("merges", "list", "--workspace", "w", cwd=home)
    assert [line.split()[:2] for line in listed.splitlines()[1:]] == [["A-1", "A-1"], ["A-1", "B-1"]]


def test_an_account_nobody_knows_is_remarked_upon(home: Path) -> None:
    done = run("merges", "merge", "A-1", "Z-9", "--workspace", "w", cwd=home)
    assert done.returncode == 0
    assert "Z-9" in done.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("merges", "merge", "A-1", "A-1", "--workspace", "w"), "one id already"),
        (("merges", "list", "--workspace", "elsewhere"), "no file 'key'"),
        (("merges", "unmerge", "A-1", "A-2", "--workspace", "w", "--day", "yesterday"), "2024-12-31"),
    ],
)
def test_a_mistake_is_answered_in_one_line(home: Path, words: tuple[str, ...], problem: str) -> None:
    done = run(*words, cwd=home)
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert problem in line
