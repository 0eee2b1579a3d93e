"""Importing in a terminal: what came in is said, listed and shown, and can be taken back."""

import re
from pathlib import Path

import pytest

from terminal import run

HEADER = "customer_id,ordered_at,amount\n"
SHOP = "".join(f"c{who},2024-0{1 + who % 6}-15,{10 + who}\n" for who in range(12))

ASIDE = "1 set aside: the amount is no number (first on line 14, column 'amount', value like xxxx)"


def said(*words: str, cwd: Path) -> str:
    done = run(*words, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two files, both imported, the second dated in the future in part."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "orders.csv").write_text(HEADER + SHOP + "c1,2024-05-01,much\n")
    (folder / "more.csv").write_text(HEADER + "c20,2024-05-01,5\nc20,2024-05-02,5\nc20,2090-01-01,5\n")
    first = said("import", "orders.csv", "--workspace", "kept", cwd=folder)
    assert "13 rows read: 12 accepted, 1 set aside." in first
    assert f"orders.csv: {ASIDE}" in first
    assert "1 row is dated in the future; it counts" in said("import", "more.csv", "--workspace", "kept", cwd=folder)
    return folder


def ids(home: Path) -> list[str]:
    return re.findall(
        r"^\d{8}T\d{6}-[0-9a-f]{6}", said("records", "list", "--workspace", "kept", cwd=home), re.MULTILINE
    )


def test_batches_are_listed_and_shown(home: Path) -> None:
    first, _ = ids(home)
    shown = said("records", "show", first, "--workspace", "kept", cwd=home)
    for words in (
        "orders.csv  Orders",
        "13 rows read: 12 accepted, 1 set aside",
        "amount = amount",
        "encoding: utf-8",
        ASIDE,
    ):
        assert words in shown
    assert "订单" in said("records", "show", first, "--workspace", "kept", "--lang", "zh", cwd=home)


@pytest.mark.parametrize(
    ("language", "known", "fresh"),
    [
        ("en", "orders.csv is already imported, as", "Everything can be read. Nothing was written."),
        ("zh", "orders.csv 已经导入过", "没有写入任何内容"),
    ],
)
def test_an_import_can_be_tried_first(home: Path, language: str, known: str, fresh: str) -> None:
    (home / "june.csv").write_text(HEADER + "c1,2024-06-01,5\n")
    before = sorted(path for path in home.rglob("*") if path.name != "lock")
    done = said("import", "orders.csv", "june.csv", "--workspace", "kept", "--dry-run", "--lang", language, cwd=home)
    assert known in done
    assert fresh in done
    assert "orders.csv: Orders" not in done
    again = said("import", "orders.csv", "--workspace", "kept", "--dry-run", "--lang", language, cwd=home)
    assert again.startswith(known)
    said("import", "june.csv", "--workspace", "no-such-folder", "--dry-run", cwd=home)
    assert sorted(path for path in home.rglob("*") if path.name != "lock") == before


@pytest.mark.parametrize(
    ("rows", "settings"),
    [
        ('ana,2024-05-01,5\nbo,2024-05-01,6\ncy,2024-05-01,"1,234"\n', 'decimal_mark = "."'),
        ("ana,2024-05-01,5\nbo,2024-05-01,6\ncy,45413,7\n", 'excel_dates = "1900"'),
    ],
)
def test_what_was_left_open_and_is_answered_now_is_not_taken_for_done(tmp_path: Path, rows: str, settings: str) -> None:
    (tmp_path / "orders.csv").write_text(HEADER + rows)
    (tmp_path / "shop.toml").write_text(f"[records]\n{settings}\n")
    line = ("import", "orders.csv", "--workspace", "kept")
    assert "1 set aside" in said(*line, cwd=tmp_path)
    again = run(*line, "--settings", "shop.toml", cwd=tmp_path)
    (batch,) = ids(tmp_path)
    assert again.returncode == 2
    assert f"read in another way, and stays so. To have it read as said now, first: regulars records undo {batch}" in (
        again.stdout
    )
    said("records", "undo", batch, "--workspace", "kept", cwd=tmp_path)
    assert "3 rows read: 3 accepted." in said(*line, "--settings", "shop.toml", cwd=tmp_path)
    assert "is already imported, as" in said(*line, "--settings", "shop.toml", cwd=tmp_path)
    assert "is already imported, as" in said(*line, cwd=tmp_path), "who says nothing now says nothing else"


@pytest.mark.parametrize(
    ("first", "now"),
    [
        (("--columns", "customer_id,ordered_at,amount"), ("--columns", "customer_id,ordered_at,quantity")),
        ((), ("--encoding", "gbk")),
        ((), ("--delimiter", ";")),
    ],
)
def test_a_file_said_to_be_written_otherwise_than_it_was_read_is_not_taken_for_done(
    tmp_path: Path, first: tuple[str, ...], now: tuple[str, ...]
) -> None:
    (tmp_path / "orders.csv").write_text(("" if first else HEADER) + "ana,2024-05-01,5\nbo,2024-05-01,6\n")
    line = ("import", "orders.csv", "--as", "orders", "--workspace", "kept")
    said(*line, *first, cwd=tmp_path)
    (batch,) = ids(tmp_path)
    assert said(*line, *first, cwd=tmp_path).strip() == f"orders.csv is already imported, as {batch}."
    again = run(*line, *now, cwd=tmp_path)
    assert (again.returncode, "read in another way, and stays so" in again.stdout) == (2, True)


@pytest.mark.parametrize("same", [("--encoding", "UTF8"), ("--delimiter", ",")])
def test_a_file_said_to_be_written_as_it_was_read_is_done(home: Path, same: tuple[str, str]) -> None:
    first, _ = ids(home)
    again = said("import", "orders.csv", *same, "--workspace", "kept", cwd=home)
    assert again.strip() == f"orders.csv is already imported, as {first}."


def test_an_answer_to_what_nobody_asked_changes_nothing(home: Path) -> None:
    first, _ = ids(home)
    again = said("import", "orders.csv", "--date-order", "dmy", "--workspace", "kept", cwd=home)
    assert again.strip() == f"orders.csv is already imported, as {first}."


def test_another_order_of_days_than_that_of_the_import_is_told(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(HEADER + "ana,1/2/2024,5\n")
    line = ("import", "orders.csv", "--workspace", "kept", "--date-order")
    said(*line, "mdy", cwd=tmp_path)
    assert run(*line, "dmy", cwd=tmp_path).returncode == 2


def test_the_beginning_of_several_ids_names_them_and_undoes_none(home: Path) -> None:
    first, second = ids(home)
    shared = first[: next(place for place, pair in enumerate(zip(first, second, strict=True)) if len({*pair}) > 1)]
    done = run("records", "undo", shared, "--workspace", "kept", cwd=home)
    assert done.returncode == 2
    assert f"begin with '{shared}': {first}, {second}. Write more of the id." in done.stderr
    assert ids(home) == [first, second]


def test_the_same_file_again_is_refused_politely(home: Path) -> None:
    first, second = ids(home)
    again = said("import", "orders.csv", "more.csv", "--workspace", "kept", cwd=home)
    assert f"orders.csv is already imported, as {first}." in again
    assert f"more.csv is already imported, as {second}." in again
    assert ids(home) == [first, second]


def test_a_workspace_is_analysed_by_its_name_with_its_inbox(home: Path) -> None:
    (home / "kept" / "inbox").mkdir()
    (home / "kept" / "inbox" / "late.csv").write_text(HEADER + "c30,2024-06-20,7\n")
    answer = said("analyze", "kept", "--out", "result", cwd=home)
    assert "late.csv from the inbox: 1 row imported as batch" in answer
    assert "17 rows read: 15 accepted, 2 set aside; 14 customers as of 2024-06-20." in answer
    third = ids(home)[2]
    assert third in said("records", "undo", third, "--workspace", "kept", cwd=home)
    assert len(ids(home)) == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["analyze", "kept", "orders.csv"], "name files, or one workspace"),
        (["analyze", "kept", "--map", "amount=total"], "read when they were imported"),
        (["analyze", "kept", "--workspace", "elsewhere"], "the records are those of kept"),
        (["analyze", "empty"], "holds no records yet"),
        (["records", "undo", "2020", "--workspace", "kept"], "There is no batch '2020' in kept"),
        (["records", "show", "2020", "--workspace", "kept"], "There is no batch '2020' in kept"),
        (["import", "absent.csv", "--workspace", "kept"], "absent.csv"),
        (["import", "orders.csv", "--workspace", "orders.csv"], "orders.csv cannot be written"),
    ],
)
def test_a_mistake_is_answered_in_one_line(home: Path, words: list[str], expected: str) -> None:
    (home / "empty" / "inbox").mkdir(parents=True, exist_ok=True)
    done = run(*words, cwd=home)
    assert done.returncode == 2, done.stdout + done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert expected in line


def test_a_guess_needs_a_yes(home: Path) -> None:
    (home / "odd.csv").write_text("who,when,much\nC-1,2024-01-02,5.00\nC-2,2024-01-03,6.00\nC-1,2024-02-02,5.00\n")
    done = run("import", "odd.csv", "--workspace", "guessed", cwd=home)
    assert done.returncode == 2
    assert "--accept-mapping" in done.stderr
    told = said("import", "odd.csv", "--workspace", "guessed", "--accept-mapping", cwd=home)
    assert "3 rows read: 3 accepted." in told


def test_a_folder_that_keeps_nothing_says_so(home: Path) -> None:
    assert "nowhere keeps no records." in said("records", "list", "--workspace", "nowhere", cwd=home)
    assert not (home / "nowhere").exists()


def test_an_import_says_that_a_phone_stands_beside_several_names(tmp_path: Path) -> None:
    rows = [f"13800138000,{name},2024-0{place}-01,9\n" for place, name in enumerate(["Ana Lee", "Bo Ray"], start=1)]
    (tmp_path / "till.csv").write_text("phone,name,ordered_at,amount\n" + "".join(rows))
    answer = said("import", "till.csv", "--workspace", "kept", cwd=tmp_path)
    assert "2 accepted: One phone or e-mail with several names (counted as one customer)" in answer
