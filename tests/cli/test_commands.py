"""The command line as a person meets it: answers on standard output, one clear line and exit code 2 otherwise."""

import csv
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

import regulars
from regulars._version import __version__
from regulars.customers import read_identities
from terminal import run, run_apart


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo was run."""
    folder = tmp_path_factory.mktemp("home")
    done = run_apart("demo", "shop", "--customers", "80", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Report: shop" in done.stdout
    return folder


def refused(*words: str, cwd: Path) -> str:
    """Return the one line that a mistake is answered with."""
    done = run(*words, cwd=cwd)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    return line


def test_the_demo_can_be_run_again(home: Path) -> None:
    assert run("demo", "shop", "--customers", "60", "--lang", "zh", cwd=home).returncode == 0
    assert run("demo", "shop", "--customers", "80", cwd=home).returncode == 0


def test_the_demo_touches_no_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "mine.txt").write_text("mine")
    assert "records" in refused("demo", ".", cwd=tmp_path)
    assert (tmp_path / "records" / "mine.txt").read_text() == "mine"


def test_explain_says_why(home: Path) -> None:
    with (home / "shop" / "result" / "actions.csv").open(encoding="utf-8-sig", newline="") as file:
        who = next(csv.DictReader(file))["customer_id"]
    for language, word in (("en", "Loyalty"), ("zh", "忠诚度")):
        done = run("explain", who, "--result", "shop/result", "--lang", language, cwd=home)
        assert done.returncode == 0, done.stderr
        assert word in done.stdout


def test_names_are_joined_only_with_the_workspace(home: Path) -> None:
    plain = run("actions", "--result", "shop/result", cwd=home)
    assert "@example" not in plain.stdout
    named = run("actions", "--result", "shop/result", "--with-names", "--workspace", "shop/workspace", cwd=home)
    assert "@example" in named.stdout
    line = refused("actions", "--result", "shop/result", "--with-names", cwd=home)
    assert "--workspace" in line


def test_a_workspace_that_is_none_is_named_in_either_language(home: Path) -> None:
    names = ("actions", "--result", "shop/result", "--with-names", "--workspace", "elsewhere")
    assert "there is no file 'key' in it" in refused(*names, cwd=home)
    assert "其中没有文件“key”" in refused(*names, "--lang", "zh", cwd=home)
    (home / "file.txt").write_text("mine")
    line = refused("analyze", "shop/records/orders.csv", "--out", "none", "--workspace", "file.txt", cwd=home)
    assert "The workspace file.txt cannot be used" in line
    assert (home / "file.txt").read_text() == "mine"
    assert not (home / "none").exists()


def test_settings_that_are_not_there_are_named(home: Path) -> None:
    analysis = ("analyze", "shop/records/orders.csv", "--settings", "no.toml")
    assert "There is no settings file no.toml" in refused(*analysis, cwd=home)
    assert "没有设置文件 no.toml" in refused(*analysis, "--lang", "zh", cwd=home)


def test_what_may_be_read_is_left_to_who_reads_it(home: Path) -> None:
    """The command line would answer for them in a box of its own, in English."""
    with patch("os.access", return_value=False):
        done = run("analyze", "shop/records/orders.csv", "--dry-run", cwd=home)
    assert (done.stderr, "Nothing was written" in done.stdout) == ("", True)


def test_a_report_is_written_again_in_the_other_language(home: Path) -> None:
    done = run("report", "shop/result", "--lang", "zh", "--out", "zh.html", cwd=home)
    assert done.returncode == 0, done.stderr
    assert 'lang="zh' in (home / "zh.html").read_text(encoding="utf-8")
    done = run("report", "shop/result", "--format", "xlsx", "--out", "tables.xlsx", cwd=home)
    assert done.returncode == 0, done.stderr
    assert (home / "tables.xlsx").read_bytes()[:2] == b"PK"


def test_the_workbook_can_be_written_with_the_analysis(home: Path) -> None:
    done = run("analyze", "shop/records/usage.csv", "--out", "book", "--format", "xlsx", cwd=home)
    assert done.returncode == 0, done.stderr
    assert (home / "book" / "tables.xlsx").exists()


def test_a_column_is_described(home: Path) -> None:
    assert "忠诚度" in run("columns", "loyalty_score", cwd=home).stdout
    assert "No file of a result has a column 'nonsense'" in refused("columns", "nonsense", cwd=home)


def test_version(home: Path) -> None:
    assert run("version", cwd=home).stdout.strip() == f"regulars {__version__}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["analyze", "absent.csv"], "absent.csv"),
        (["analyze", "."], "folder"),
        (["analyze", "empty.csv"], "empty.csv"),
        (["analyze", "odd.csv", "--as", "orders"], "--map amount=amuont"),
        (["analyze", "odd.csv", "--as", "nonsense"], "nonsense"),
        (["analyze", "odd.csv", "--as", "orders", "--map", "amount"], "column=header"),
        (["analyze", "odd.csv", "--as", "orders", "--map", "amount=nowhere"], "nowhere"),
        (["analyze", "good.csv", "--as-of", "yesterday"], "--as-of yesterday: write a day as 2024-12-31"),
        (["analyze", "good.csv", "--settings", "absent.toml"], "absent.toml"),
        (["analyze", "good.csv", "--memory-limit", "much"], "much"),
        (["analyze", "dates.csv"], "--date-order"),
        (["analyze", "good.csv", "--as", "orders", "--as", "usage"], "--as"),
        (["explain", "ana", "--result", "nowhere"], "nowhere"),
        (["simulate", "new", "--last-day", "soon"], "--last-day soon"),
        (["simulate", "new", "--days", "30"], "days must be from 60 to 3650"),
        (["analyze", "good.csv", "--as-of", "2024-03-01", "--today", "2024-02-01"], "after today (2024-02-01)"),
        (["analyze", "good.csv", "--seed", "-1"], "seed is -1"),
        (["analyze", "good.csv", "--workspace", "garbage"], "'identities.parquet' does not hold identities"),
        (["actions", "--with-names", "--workspace", "garbage", "--result", "nothing"], "nothing holds no result"),
        (["analyze", "bare.csv"], "bare.csv held no rows that could be used (rows read: 0, set aside: 0, left out: 0)"),
    ],
)
def test_a_mistake_is_answered_in_one_line(tmp_path: Path, words: list[str], expected: str) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "good.csv").write_text("customer_id,ordered_at,amount\nana,2024-01-05,5\n")
    (tmp_path / "odd.csv").write_text("customer_id,ordered_at,amuont\nana,2024-01-05,5\n")
    (tmp_path / "dates.csv").write_text("customer_id,ordered_at,amount\nana,1/2/2024,5\n")
    (tmp_path / "bare.csv").write_text("customer_id,ordered_at,amount\n")
    (tmp_path / "garbage").mkdir()
    (tmp_path / "garbage" / "identities.parquet").write_text("garbage")
    line = refused(*words, cwd=tmp_path)
    assert expected in line
    assert not (tmp_path / "regulars-result").exists(), "no half-written result"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["good.csv", "--map", "amount"], "--map amount：请写成 列=表头，例如 amount=total_amount。"),
        (["good.csv", "--as-of", "yesterday"], "--as-of yesterday：请把日期写成 2024-12-31 的样子。"),
        (
            ["good.csv", "--as", "orders", "--as", "usage"],
            "--as orders usage：请为全部文件给出一种记录，或给每个文件各一种（1 个文件，2 种）。",
        ),
        (
            ["kept", "good.csv"],
            "WORKSPACE kept：请指定文件，或一个工作区；要把文件保存到其中：regulars import FILES --workspace kept。",
        ),
        (["kept", "--workspace", "other"], "--workspace other：这些记录属于 kept。"),
        (
            ["kept", "--as", "orders"],
            "WORKSPACE kept：其中的记录在导入时已经读入：--as、--map、--columns 等请在导入时给出。",
        ),
        (["kept", "--dry-run"], "regulars records list --workspace kept。要试读收件箱里的文件，请指定文件名。"),
        (["kept"], "kept 中的批次 20240101T000000-abcdef 无法读入：manifest.json 已损坏（KeyError）。"),
    ],
)
def test_what_is_wrong_with_an_option_or_a_batch_is_told_in_chinese_throughout(
    tmp_path: Path, words: list[str], expected: str
) -> None:
    (tmp_path / "good.csv").write_text("customer_id,ordered_at,amount\nana,2024-01-05,5\n")
    batch = tmp_path / "kept" / "batches" / "20240101T000000-abcdef"
    batch.mkdir(parents=True)
    (batch / "manifest.json").write_text("{}")
    assert expected in refused("analyze", *words, "--lang", "zh", cwd=tmp_path)


def test_mappings_that_are_damaged_are_told_in_chinese_throughout(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "mappings.json").write_text("{")
    line = refused("mappings", "list", "--workspace", "kept", "--lang", "zh", cwd=tmp_path)
    assert "kept/mappings.json 中没有可用的列对应：它是别的内容，或已损坏。" in line


def test_a_mistake_is_answered_in_chinese_when_asked(tmp_path: Path) -> None:
    line = refused("analyze", "absent.csv", "--lang", "zh", cwd=tmp_path)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in line), line


def test_an_ambiguous_date_is_read_once_its_order_is_said(tmp_path: Path) -> None:
    (tmp_path / "dates.csv").write_text("customer_id,ordered_at,amount\nana,1/2/2024,5\n")
    done = run("analyze", "dates.csv", "--date-order", "dmy", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2024-02-01" in done.stdout


def test_a_mapping_may_be_of_one_file_only(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("customer_id,ordered_at,total_amount\nana,2024-01-05,5\n")
    (tmp_path / "b.csv").write_text("customer_id,ordered_at,amount\nbo,2024-01-06,6\n")
    done = run("analyze", "a.csv", "b.csv", "--as", "orders", "--map", "a.csv:amount=total_amount", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 rows read: 2 accepted" in done.stdout


def test_a_file_without_a_header_is_read_by_its_columns(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text(" ana 20240105  2   29.33\r\n bo  20240106  1   14.96\r\n")
    words = ["analyze", "log.txt", "--as", "orders", "--columns", "customer_id,ordered_at,quantity,amount"]
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 customers as of 2024-01-06" in done.stdout


class TestPlaces:
    def test_a_report_makes_the_folders_it_needs(self, home: Path) -> None:
        for words in (["--out", "deep/down/b.html"], ["--out", "deep/down/b.xlsx", "--format", "xlsx"]):
            done = run("report", "shop/result", *words, cwd=home)
            assert done.returncode == 0, done.stderr
            assert (home / words[1]).stat().st_size

    @pytest.mark.parametrize("form", ["html", "xlsx"])
    def test_a_folder_is_no_place_for_a_report(self, home: Path, form: str) -> None:
        assert "cannot be written" in refused("report", "shop/result", "--format", form, "--out", "shop", cwd=home)

    def test_a_file_is_no_place_for_the_demo(self, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("mine")
        assert "mine.txt" in refused("demo", "mine.txt", cwd=tmp_path)
        assert (tmp_path / "mine.txt").read_text() == "mine"

    def test_the_current_folder_may_be_the_place_as_often_as_one_likes(self, tmp_path: Path) -> None:
        (tmp_path / "good.csv").write_text("customer_id,ordered_at,amount\nana,2024-01-05,5\n")
        here = tmp_path / "here"
        here.mkdir()
        node = here.stat().st_ino
        for words in (["--format", "xlsx"], []):
            done = run("analyze", "../good.csv", "--out", ".", *words, cwd=here)
            assert done.returncode == 0, done.stderr
            assert here.stat().st_ino == node, "the folder somebody stands in was pulled away"
            assert (here / "manifest.json").exists()
            assert (here / "tables.xlsx").exists() == bool(words), "no workbook of an earlier result"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["good.csv", "here"]
        assert run("explain", "ana", "--result", ".", cwd=here).returncode == 0

    def test_a_result_that_lost_its_customers_is_said(self, home: Path, tmp_path: Path) -> None:
        (tmp_path / "manifest.json").write_text("{}")
        assert "customers.parquet" in refused("explain", "ana", "--result", str(tmp_path), cwd=home)


class TestNames:
    def test_a_place_without_a_workspace_is_refused_and_not_made(self, home: Path) -> None:
        words = ["actions", "--result", "shop/result", "--with-names", "--workspace", "nowhere"]
        assert "nowhere" in refused(*words, cwd=home)
        assert not (home / "nowhere").exists()

    def test_the_workspace_of_another_analysis_is_remarked(self, home: Path) -> None:
        (home / "good.csv").write_text("email,ordered_at,amount\nana@example.com,2024-01-05,5\n")
        made = run("analyze", "good.csv", "--out", "good", "--workspace", "other", cwd=home)
        assert made.returncode == 0, made.stderr
        words = ["actions", "--result", "shop/result", "--with-names", "--workspace"]
        assert "other knows none of these customers" in run(*words, "other", cwd=home).stderr
        assert run(*words, "shop/workspace", cwd=home).stderr == ""

    def test_ids_names_and_addresses_stand_whole(self, home: Path) -> None:
        words = ["--result", "shop/result", "--with-names", "--workspace", "shop/workspace", "--limit", "500"]
        shown = run("actions", *words, cwd=home).stdout.splitlines()
        with (home / "shop" / "result" / "actions.csv").open(encoding="utf-8-sig", newline="") as file:
            listed = list(csv.DictReader(file))
        known = read_identities(home / "shop" / "workspace").to_pylist()
        assert listed
        for row in listed:
            (line,) = [line for line in shown if row["customer_id"] in line.split()]
            assert line.split()[0] == row["rank"]
            mails = [
                fact["value"] for fact in known if (fact["customer_id"], fact["field"]) == (row["customer_id"], "email")
            ]
            assert not mails or [line for line in shown if mails[0] in line.split()]


def test_a_pipe_gets_a_line_a_person(home: Path) -> None:
    with (home / "shop" / "result" / "actions.csv").open(encoding="utf-8-sig", newline="") as file:
        ranks = [row["rank"] for row in csv.DictReader(file)]
    shown = run("actions", "--result", "shop/result", "--limit", "500", cwd=home).stdout.splitlines()
    assert [line.split()[0] for line in shown[1:]] == ranks


def test_a_settings_file_holds_no_endless_number(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("customer_id,ordered_at,amount\nana,2024-01-05,5\n")
    for section, name in (
        ("segments", "lapsed_windows"),
        ("segments", "at_risk_gaps"),
        ("customers", "outlier_fence"),
        ("lifetime", "annual_discount_rate"),
        ("scoring", "value_weights.purchase"),
    ):
        (tmp_path / "odd.toml").write_text(f"[{section}]\n{name} = inf\n")
        line = refused("analyze", "good.csv", "--settings", "odd.toml", cwd=tmp_path)
        assert f"{section}.{name} is inf, but must be a finite number." in line


def test_the_gains_of_the_list_are_in_cents(home: Path) -> None:
    with (home / "shop" / "result" / "actions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        for name in ("expected_gain", "expected_gain_low", "expected_gain_high"):
            assert len(row[name].partition(".")[2]) <= 2, row


def test_the_known_sources_are_listed_a_line_each(tmp_path: Path) -> None:
    done = run("sources", cwd=tmp_path)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert {len(row) for row in rows} == {4}
    listed = {name: (title, kinds, headers) for name, title, kinds, headers in rows}
    assert listed["wechat_pay"][1:] == ("orders", "微信订单号 + 用户标识")
    assert len(listed) >= 27


def test_the_known_sources_are_listed_in_chinese_with_the_page_on_adding_one(tmp_path: Path) -> None:
    done = run("sources", "--lang", "zh", cwd=tmp_path)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    listed = {name: (title, kinds) for name, title, kinds, _ in rows}
    assert listed["shopify_orders"] == ("Shopify：订单", "订单、客户资料、同意记录")
    assert all(not title.isascii() and not kinds.isascii() for title, kinds in listed.values())
    assert "docs/adding-an-export.zh-CN.md" in done.stderr
    assert "docs/adding-an-export.md" in run("sources", cwd=tmp_path).stderr


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["analyse"], "No such command 'analyse'"),
        (["analyze"], "Missing argument"),
        (["analyze", "x.csv", "--nothing"], "--nothing"),
        (["analyze", "x.csv", "--seed", "many"], "--seed"),
        (["demo", "--customers"], "--customers"),
        (["analyze", "x.csv", "--date-order", "xyz"], "--date-order"),
    ],
)
@pytest.mark.parametrize(("language", "see"), [("en", "See: "), ("zh", "请看：")])
def test_a_command_line_that_is_none_is_told_in_one_line(
    tmp_path: Path, asked: list[str], told: str, language: str, see: str
) -> None:
    done = run(*asked[:1], "--lang", language, *asked[1:], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert told in done.stderr
    assert see in done.stderr


def test_without_a_command_the_help_is_shown(tmp_path: Path) -> None:
    done = run(cwd=tmp_path)
    assert "analyze" in done.stdout + done.stderr
    assert done.returncode == 2


HEAVY = ("duckdb", "scipy", "sklearn", "splink", "pyspark", "pandas", "babel", "jinja2", "phonenumbers", "xlsxwriter")


@pytest.mark.parametrize("asked", [["version"], ["--help"], ["analyze", "--help"]])
def test_what_needs_no_records_loads_nothing_heavy(asked: list[str]) -> None:
    script = (
        "import sys; from regulars.cli import main; sys.argv[1:] = " + repr(asked) + "\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "rooms = {name for name in sys.modules if name.startswith('regulars.') and name.count('.') == 1}\n"
        f"print(sorted(loaded & set({HEAVY!r})), sorted(rooms), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stderr.strip() == "[] ['regulars._version', 'regulars.cli', 'regulars.core']"


def test_the_library_has_its_names_although_they_load_late() -> None:
    assert (regulars.analyze, regulars.Result) == (regulars.analysis.analyze, regulars.analysis.Result)
    with pytest.raises(AttributeError, match="has no attribute 'analyse'"):
        regulars.analyse  # type: ignore[attr-defined]  # noqa: B018
