"""What every command tells of the rows of a file: the parts add up, and each has its reason."""

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.cli._told import rows_line, why_lines
from regulars.customers import read_identities
from regulars.reports import Voice
from terminal import run

ENGLISH, CHINESE = Voice(language="en"), Voice(language="zh")
SHOP = "Name,Email,Financial Status,Paid at,Total,Currency,Created at,Lineitem name,Vendor,Risk Level\n"
DAY = "2024-05-01 10:00:00 +0200"
ODD = "who,when,much\nC-1,2024-01-02,5.00\nC-2,2024-01-03,6.00\nC-1,2024-02-02,5.00\n"

counts = st.dictionaries(st.sampled_from(["time_unreadable", "value_missing"]), st.integers(1, 5000))
reports = st.fixed_dictionaries(
    {"accepted": st.integers(0, 5000), "quarantined": counts, "duplicates": st.integers(0, 5000)}
    | {"left_out": st.dictionaries(st.sampled_from(["cancelled", "not_paid"]), st.integers(1, 5000))}
)


def numbers(text: str) -> list[int]:
    return [int(found.replace(",", "")) for found in re.findall(r"[\d,]*\d", text)]


def whole(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report with the sums that follow from its parts."""
    aside = sum(report["quarantined"].values())
    parts = (report["accepted"], aside, sum(report["left_out"].values()), report["duplicates"])
    return {**report, "quarantined_total": aside, "read": sum(parts)}


@given(st.lists(reports.map(whole), min_size=1, max_size=3), st.sampled_from([ENGLISH, CHINESE]))
def test_the_parts_that_are_told_add_up_to_the_rows_read(files: list[dict[str, Any]], voice: Voice) -> None:
    read, *parts = numbers(rows_line(files, voice=voice))
    assert read == sum(parts)


@given(reports.map(whole), st.sampled_from([ENGLISH, CHINESE]))
def test_every_part_but_the_accepted_is_told_by_its_reasons(report: dict[str, Any], voice: Voice) -> None:
    reasons = [numbers(line)[0] for line in why_lines(report, voice=voice)]
    assert sum(reasons) == report["read"] - report["accepted"]


def said(*words: str, cwd: Path, code: int = 0) -> str:
    done = run(*words, cwd=cwd)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with an export of which one order was not paid and one has no date, and with a list of an odd form."""
    rows = [f"#1,ana@x.com,paid,{DAY},5.00,EUR,{DAY},Tea,,", f"#2,bo@x.com,pending,,7.00,EUR,{DAY},Tea,,"]
    (tmp_path / "shop.csv").write_text(SHOP + "\n".join([*rows, "#3,ana@x.com,paid,,9.00,EUR,soon,Tea,,"]) + "\n")
    (tmp_path / "odd.csv").write_text(ODD)
    (tmp_path / "next.csv").write_text(ODD.replace("2024-02-02", "2024-03-03"))
    return tmp_path


def test_a_dry_run_names_the_export_and_adds_up(home: Path) -> None:
    told = said("analyze", "shop.csv", "--dry-run", cwd=home, code=2)
    for words in ("read as Shopify: orders", "3 rows read: 1 accepted, 1 set aside, 1 left out",
                  "1 set aside: not a date (first on line 4", "1 left out: not paid (yet)"):  # fmt: skip
        assert words in told
    assert "read as Shopify" not in said("analyze", "odd.csv", "--dry-run", cwd=home, code=2)


def test_a_row_that_tells_of_an_order_and_of_a_person_is_one_row_of_its_file(tmp_path: Path) -> None:
    header = SHOP.replace("Vendor", "Billing Name").replace("Risk Level", "Accepts Marketing")
    days = [DAY, DAY.replace("05-01", "05-02"), "soon"]
    rows = [f"#{n},ana{n}@x.com,paid,{day},5.00,EUR,{day},Tea,Ana Li,yes" for n, day in enumerate(days)]
    (tmp_path / "shop.csv").write_text(header + "\n".join(rows) + "\n")
    told = said("import", "shop.csv", "--workspace", "kept", cwd=tmp_path)
    assert ": 3 rows read: 2 accepted, 1 set aside." in told
    listed = said("records", "list", "--workspace", "kept", cwd=tmp_path)
    assert "3 rows read: 2 accepted, 1 set aside  shop.csv" in listed
    (tmp_path / "kept" / "inbox").mkdir()
    (tmp_path / "kept" / "inbox" / "more.csv").write_text(header + rows[0].replace("#0", "#9") + "\n")
    told = said("analyze", "kept", cwd=tmp_path)
    assert "4 rows read: 3 accepted, 1 set aside; 3 customers" in told
    assert "more.csv from the inbox: 1 row imported as batch" in told


def test_an_import_counts_what_is_dated_later_as_a_dry_run_and_an_analysis_do(tmp_path: Path) -> None:
    days = ["2024-05-01", "2024-05-02", "2024-07-02"]
    rows = "".join(f"c{n},{day},5\n" for n, day in enumerate(days))
    (tmp_path / "orders.csv").write_text("customer_id,ordered_at,amount\n" + rows)
    line, today = "3 rows read: 2 accepted, 1 set aside", ("--today", "2024-06-30")
    forgiving = tmp_path / "forgiving.toml"
    forgiving.write_text("[records]\nmax_quarantined_share = 0.5\n")
    options = (*today, "--settings", str(forgiving))
    assert line in said("analyze", "orders.csv", "--dry-run", *options, cwd=tmp_path, code=2)
    told = said("import", "orders.csv", "--workspace", "kept", *options, cwd=tmp_path)
    assert line in told
    assert "orders.csv: 1 set aside: dated in the future" in told
    assert line in said("records", "list", "--workspace", "kept", cwd=tmp_path)
    batch = next((tmp_path / "kept" / "batches").glob("2*")).name
    assert line in said("records", "show", batch, "--workspace", "kept", cwd=tmp_path)
    assert line in said("analyze", "kept", *options, cwd=tmp_path)
    august = ("--today", "2024-07-31", "--settings", str(forgiving), "--out", "august")
    later = said("analyze", "kept", *august, cwd=tmp_path)
    assert "3 rows read: 3 accepted" in later


def test_a_name_beside_a_customer_number_is_told_with_the_way_to_find_people_by_it(tmp_path: Path) -> None:
    rows = "C-1,Ana Li,a@x.com,2024-01-02,5,red\nC-2,Bo Wu,b@x.com,2024-01-03,6,white\n"
    (tmp_path / "orders.csv").write_text("customer_id,Name,E-mail,ordered_at,amount,Wine\n" + rows)
    line = "to find people by 'Name', 'E-mail', read the file once more with --as profiles"
    assert line in said("analyze", "orders.csv", "--dry-run", cwd=tmp_path)
    assert f"orders.csv: {line}" in said("import", "orders.csv", "--workspace", "kept", cwd=tmp_path)
    batch = next((tmp_path / "kept" / "batches").glob("2*")).name
    assert line in said("records", "show", batch, "--workspace", "kept", cwd=tmp_path)
    assert "--as profiles" not in said("import", "orders.csv", "--as", "profiles", "--workspace", "kept", cwd=tmp_path)
    known = {(each["field"], each["value"]) for each in read_identities(tmp_path / "kept").to_pylist()}
    assert {("name", "Ana Li"), ("email", "a@x.com")} <= known


def test_a_name_beside_a_phone_is_told_as_used(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("phone,Name,ordered_at,amount\n13800138000,Ana Li,2024-01-02,5\n")
    line = "'Name' tells apart who shares a phone or an e-mail address"
    assert line in said("analyze", "orders.csv", "--dry-run", cwd=tmp_path)
    assert f"orders.csv: {line}" in said("import", "orders.csv", "--workspace", "kept", cwd=tmp_path)
    batch = next((tmp_path / "kept" / "batches").glob("2*")).name
    assert line in said("records", "show", batch, "--workspace", "kept", cwd=tmp_path)


def test_a_file_with_nothing_below_its_header_leaves_no_batch(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("customer_id,ordered_at,amount\n")
    done = run("import", "orders.csv", "--workspace", "kept", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "orders.csv: there are no rows below the header" in done.stderr
    assert not list(tmp_path.glob("kept/batches/*"))


def test_an_import_names_the_export_and_the_columns_it_did_not_use(home: Path) -> None:
    told = said("import", "shop.csv", "--workspace", "kept", cwd=home)
    for words in ("shop.csv: read as Shopify: orders", "shop.csv: 1 left out: not paid (yet)",
                  "shop.csv: columns not used: 'Vendor', 'Risk Level'"):  # fmt: skip
        assert words in told
    (batch,) = re.findall(r"records undo (\S+)", told)
    shown = said("records", "show", batch, "--workspace", "kept", cwd=home)
    for words in ("read as Shopify: orders", "is_refund: always no", "1 left out: not paid (yet)",
                  "1 set aside: not a date"):  # fmt: skip
        assert words in shown
    assert "= = " not in shown


def test_an_analysis_says_why_rows_are_missing(home: Path) -> None:
    told = said("analyze", "odd.csv", "next.csv", "--accept-mapping", "--out", "result", cwd=home)
    assert "6 rows read: 4 accepted, 2 duplicates; 2 customers as of 2024-03-03." in told
    assert "next.csv: 2 duplicates: another file has them too" in told
    told = said("analyze", "shop.csv", "--out", "other", cwd=home)
    assert "1 customer as of" in told
    assert "shop.csv: 1 set aside: not a date" in told


def test_an_import_says_that_a_kept_mapping_was_used(home: Path) -> None:
    assert "confirmed before" not in said("import", "odd.csv", "--workspace", "kept", "--accept-mapping", cwd=home)
    told = said("import", "next.csv", "--workspace", "kept", cwd=home)
    assert "next.csv: with the columns that were confirmed before" in told
    chinese = said("records", "list", "--workspace", "kept", "--lang", "zh", cwd=home)
    assert "读入 3 行：采用 3 行" in chinese


def test_times_on_a_changed_clock_are_told_by_every_command(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('[business]\ntime_zone = "America/New_York"\n')
    rows = "ana,2024-03-10 02:30:00,5\nbo,2024-11-03 01:30:00,6\ncy,2024-11-03 03:30:00,6\n"
    (tmp_path / "orders.csv").write_text(f"customer_id,ordered_at,amount\n{rows}")
    never, twice = "1 accepted: A time that no clock showed", "1 accepted: A time that clocks showed twice"
    asked = ("orders.csv", "--settings", "shop.toml")
    commands = (["analyze", *asked, "--dry-run"], ["analyze", *asked, "--out", "result"],
                ["import", *asked, "--workspace", "kept"])  # fmt: skip
    for command in commands:
        told = said(*command, cwd=tmp_path)
        assert never in told
        assert twice in told
    page = (tmp_path / "result" / "report.html").read_text(encoding="utf-8")
    assert "the clock as it was before the change" in page


def test_undoing_an_import_takes_back_the_mapping_that_was_confirmed_for_it(home: Path) -> None:
    told = said("import", "odd.csv", "--workspace", "kept", "--accept-mapping", cwd=home)
    assert (home / "kept" / "mappings.json").exists()
    (batch,) = re.findall(r"records undo (\S+)", told)
    said("records", "undo", batch, "--workspace", "kept", cwd=home)
    assert not (home / "kept" / "mappings.json").exists()
    said("import", "next.csv", "--workspace", "kept", cwd=home, code=2)


def test_phones_addresses_and_births_that_are_none_are_told_by_every_command(tmp_path: Path) -> None:
    rows = "c1,13800138001,c1@x.org,1990-01-02\nc2,1.38E+10,bad mail,2090-01-01\n"
    (tmp_path / "people.csv").write_text(f"customer_id,phone,email,birth_date\n{rows}")
    (tmp_path / "orders.csv").write_text("customer_id,ordered_at,amount\nc1,2024-05-01,5\nc2,2024-05-02,6\n")
    files = ("orders.csv", "people.csv")
    commands = (["analyze", *files, "--dry-run"], ["analyze", *files, "--out", "result"],
                ["import", *files, "--workspace", "kept"], ["analyze", "kept", "--out", "result-2"])  # fmt: skip
    for command in commands:
        told = said(*command, cwd=tmp_path)
        assert "1 accepted: Phone number that is none, or lost its digits (first on line 3, column 'phone'" in told
        assert "value like #.##x+##" in told
        assert "1 accepted: E-mail address that is none (first on line 3, column 'email', value like xxx xxxx)" in told
        assert "1 accepted: Birth date that is none" in told
    for result in ("result", "result-2"):
        page = (tmp_path / result / "report.html").read_text(encoding="utf-8")
        assert "no call or message can reach these" in page
        assert "bad mail" not in page


def test_a_dry_run_of_a_workspace_says_where_its_records_are_told(home: Path) -> None:
    said("import", "odd.csv", "--workspace", "kept", "--accept-mapping", cwd=home)
    done = run("analyze", "kept", "--dry-run", cwd=home)
    assert done.returncode == 2
    assert "regulars records list --workspace kept" in done.stderr
    assert "is a folder" not in done.stderr


def test_nobody_is_told_to_mend_the_numbers_of_an_export_whose_buyer_cancelled(tmp_path: Path) -> None:
    head = "Name,Email,Financial Status,Paid at,Total,Currency,Created at,Lineitem name,Vendor,Risk Level,"
    tail = "Accepts Marketing,Cancelled at\n"
    rows = f"#1,ana@x.org,paid,{DAY},5,EUR,{DAY},tea,v,Low,no,\n#2,bo@x.org,paid,{DAY},6,EUR,{DAY},tea,v,Low,no,{DAY}\n"
    (tmp_path / "shop.csv").write_text(head + tail + rows)
    told = said("analyze", "shop.csv", "--out", "result", cwd=tmp_path)
    assert "1 left out: cancelled" in told
    assert "nobody in the other records" not in told


def test_what_was_not_read_at_all_is_told_by_every_command(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("orders.csv", "customer_id,ordered_at,amount\nc1,2024-05-01,5\nc2,2024-05-02,6\n")
        archive.writestr("notes.csv", "remark\nsee you on Monday\n")
        archive.writestr("terms.pdf", "%PDF-1.7")
    said_of = ["not read: all.zip/notes.csv (no records of any kind)", "not read: all.zip/terms.pdf (a format that"]
    told = [said("analyze", "all.zip", "--dry-run", cwd=tmp_path)]
    told.append(said("import", "all.zip", "--workspace", "kept", cwd=tmp_path))
    (batch,) = re.findall(r"records undo (\S+)", told[-1])
    told.append(said("records", "show", batch, "--workspace", "kept", cwd=tmp_path))
    told.append(said("analyze", "kept", "--out", "result", cwd=tmp_path))
    assert all(words in lines for lines in told for words in said_of)
    assert "未读入：all.zip/terms.pdf" in said(
        "records", "show", batch, "--workspace", "kept", "--lang", "zh", cwd=tmp_path
    )


def test_a_mapping_said_now_is_not_told_as_one_of_before_and_the_change_is_told(tmp_path: Path) -> None:
    for place, name in enumerate(("one", "two", "three"), start=1):
        (tmp_path / f"{name}.csv").write_text(f"wer,wann,brutto,netto\nA,2024-0{place}-02,{place}0,8\n")
    names = "customer_id=wer,ordered_at=wann,amount=brutto"
    said("import", "one.csv", "--workspace", "kept", "--as", "orders", "--map", names, cwd=tmp_path)
    told = said("import", "two.csv", "--workspace", "kept", "--map", "amount=netto", cwd=tmp_path)
    assert "confirmed before" not in told
    assert "two.csv: these columns hold from now on" in told
    told = said("import", "three.csv", "--workspace", "kept", cwd=tmp_path)
    assert "three.csv: with the columns that were confirmed before" in told
    assert "from now on" not in told


def test_a_known_file_with_other_columns_is_told_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("wer,wann,brutto,netto\nA,2024-01-02,10,8\n")
    names = "customer_id=wer,ordered_at=wann,amount="
    asked = ("import", "one.csv", "--workspace", "kept", "--as", "orders", "--map")
    (batch,) = re.findall(r"records undo (\S+)", said(*asked, f"{names}brutto", cwd=tmp_path))
    assert "undo" not in said(*asked, f"{names}brutto", cwd=tmp_path)
    told = said(*asked, f"{names}netto", cwd=tmp_path, code=2).replace("\n", " ")
    assert f"regulars records undo {batch} --workspace kept" in told


def test_an_export_has_its_chinese_title_in_chinese(home: Path) -> None:
    (home / "people.csv").write_text(
        "客户姓名,客户昵称,客户手机号,成为客户时间\n张三,三,13800000001,2024-01-01 10:00:00\n"
    )
    assert "有赞：客户" in said("analyze", "people.csv", "--dry-run", "--lang", "zh", cwd=home)
    assert "有赞：客户" in said("import", "people.csv", "--workspace", "kept", "--lang", "zh", cwd=home)
