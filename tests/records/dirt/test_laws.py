"""What holds for every dirty file: printing then reading is the identity, and damage is an error that says so."""

import csv
import io
import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dirty_files import HEADER, packed, seen, workbook
from records_desk import Desk
from regulars.core import RegularsError
from regulars.engines import open_engine
from regulars.records import Source

people = st.text(st.sampled_from("abc张三é😀 '\",;|\t\n.-"), min_size=1, max_size=8).map(lambda name: f"x{name}x")
days = st.dates(date(1970, 1, 2), date(2024, 6, 30))
cents = st.decimals(Decimal("-99999.99"), Decimal("99999.99"), places=2)
orders = st.lists(st.tuples(people, days, cents), min_size=1, max_size=8)

DAYS: dict[str, Callable[[date], str]] = {
    "iso": lambda day: day.isoformat(),
    "slashes": lambda day: f"{day.year}/{day.month}/{day.day}",
    "chinese": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "digits": lambda day: day.strftime("%Y%m%d"),
    "words": lambda day: day.strftime("%d %b %Y"),
    "day first": lambda day: day.strftime("%d/%m/%Y"),
}
MONEY: dict[str, Callable[[Decimal], str]] = {
    "plain": str,
    "parentheses": lambda amount: f"({-amount})" if amount < 0 else str(amount),
    "trailing minus": lambda amount: f"{-amount}-" if amount < 0 else str(amount),
    "thousands": lambda amount: f"{amount:,.2f}",
    "german": lambda amount: f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) + " €",
    "yuan": lambda amount: f"￥{amount:,.2f}元",
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_engine(threads=1) as engine:
        yield Desk(engine=engine, folder=tmp_path_factory.mktemp("laws"))


@given(
    rows=orders,
    delimiter=st.sampled_from(",;\t|"),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    styles=st.tuples(st.sampled_from(sorted(DAYS)), st.sampled_from(sorted(MONEY))),
)
@settings(max_examples=30, deadline=None)
def test_reading_what_was_printed_is_the_identity_in_every_dialect(
    bench: Desk,
    rows: list[tuple[str, date, Decimal]],
    delimiter: str,
    newline: str,
    encoding: str,
    styles: tuple[str, str],
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER.strip().split(","))
    for who, when, amount in rows:
        writer.writerow([who, DAYS[styles[0]](when), MONEY[styles[1]](amount)])
    path = bench.file(out.getvalue().encode(encoding))
    stated = encoding if encoding == "gb18030" else None
    bench.read(Source(data=path, encoding=stated), records={"date_order": "dmy"})
    assert bench.orders("customer_key", "local_day", "amount") == [
        (who, when, amount.quantize(Decimal("0.0001"))) for who, when, amount in rows
    ]


@given(
    titles=st.lists(st.sampled_from(["Orders of my shop", "2024-01-01", "店铺订单", "Page 1"]), max_size=4),
    rows=orders,
    total=st.sampled_from(["", "Total", "合计", "Grand total:", "SUBTOTAL", "总计（3）"]),
)
@settings(max_examples=15, deadline=None)
def test_titles_and_totals_change_nothing_but_the_count_of_what_was_left_out(
    bench: Desk, titles: list[str], rows: list[tuple[str, date, Decimal]], total: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([[title] for title in titles])
    writer.writerow(HEADER.strip().split(","))
    writer.writerows(rows)
    writer.writerows([[total, "", sum(amount for _, _, amount in rows)]] if total else [])
    found = seen(bench, bench.text(out.getvalue()))
    expected = {"title_row": len(titles), "summary_row": int(bool(total))}
    assert found.left_out == {code: count for code, count in expected.items() if count}
    assert found.kept == tuple(who for who, _, _ in rows)
    assert found.refused == {}


def damaged(content: bytes, choose: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(choose.randint(1, 6)):
        place = choose.randrange(len(found))
        found[place : place + choose.choice([0, 1, 4])] = choose.randbytes(choose.choice([1, 4]))
    return bytes(found)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_archive_is_read_or_refused(bench: Desk, seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311  (places, not secrets)
    plain = (HEADER + "ana,2024-01-02,1\nbo,2024-01-02,2\n").encode()
    content = damaged(packed(("a.csv", plain)), choose) if seed % 2 else packed(("a.csv", damaged(plain, choose)))
    try:
        records = bench.read(bench.file(content, "all.zip"))
    except RegularsError:
        return
    seen(bench, records)


@pytest.mark.parametrize("seed", range(6))
def test_a_workbook_with_a_damaged_part_is_read_or_refused(bench: Desk, seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311  (places, not secrets)
    rows = [HEADER.strip().split(","), ["ana", "2024-01-02", 1.5], ["bo", "2024-01-02", 2]]

    def write(book: object) -> None:
        page = book.add_worksheet("Orders")  # type: ignore[attr-defined]
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)

    path = workbook(bench.folder / "whole.xlsx", write)
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    place = choose.randrange(len(members))
    members[place] = (members[place][0], damaged(members[place][1], choose))
    try:
        records = bench.read(bench.file(packed(*members), "damaged.xlsx"))
    except RegularsError:
        return
    seen(bench, records)


phones = st.integers(13000000000, 13999999999).map(str)


@given(
    cells=st.lists(st.lists(phones, min_size=1, max_size=3, unique=True), min_size=2, max_size=8),
    joint=st.sampled_from(["/", " / ", "、", "；", " or ", "或"]),
    unreadable=st.sets(st.integers(0, 7)),
)
@settings(max_examples=30, deadline=None)
def test_of_several_phones_the_first_is_the_key_and_every_row_kept_so_is_counted(
    bench: Desk, cells: list[list[str]], joint: str, unreadable: set[int]
) -> None:
    days = ["soon" if row in unreadable else "2024-01-02" for row in range(len(cells) - 1)] + ["2024-01-02"]
    lines = [f"{joint.join(cell)},{day},1\n" for cell, day in zip(cells, days, strict=True)]
    (file,) = bench.text("phone,ordered_at,amount\n" + "".join(lines), records={"max_quarantined_share": 0.99}).files
    kept = [cell for cell, day in zip(cells, days, strict=True) if day != "soon"]
    assert [key for (key,) in bench.orders("customer_key")] == [cell[0] for cell in kept]
    several = sum(len(cell) > 1 for cell in kept)
    assert file.taken_as == ({"first_of_several_phones": several} if several else {})


@given(cells=st.lists(st.lists(phones, min_size=1, max_size=3, unique=True), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_so_are_those_of_a_named_export_in_each_of_its_tables(bench: Desk, cells: list[list[str]]) -> None:
    header = "Financial Status,Lineitem name,Name,Phone,Created at,Total,Refunded Amount\n"
    lines = [f"paid,Tea,#{row},{'/'.join(cell)},2024-01-02,5,1\n" for row, cell in enumerate(cells)]
    files = bench.text(header + "".join(lines)).files
    several = sum(len(cell) > 1 for cell in cells)
    assert {file.kind for file in files} == {"orders", "profiles"}
    assert all(file.taken_as.get("first_of_several_phones", 0) == several for file in files)
