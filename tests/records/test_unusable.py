"""Phones, addresses and births that nobody can be known or reached by: the row is kept, and they are counted."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records_desk import Desk
from regulars.customers._keys import phone_keys
from regulars.engines import pa
from regulars.records import FileReport, Source, contacts

HEADERS = "customer_id,phone,email,birth_date,birth_year\n"

phones = st.tuples(st.sampled_from(["13800138001", "030/12345678", "+44 20 7946 0958", "186******05", ""]), st.just(0))
no_phones = st.tuples(
    st.sampled_from(["1.38E+10", "1,38e10", "ask her", "12345", "00000000", "13800138001" * 2]), st.just(1)
)
emails = st.tuples(st.sampled_from(["ana@example.com", "Ana <ana@x.org>", "a***@x.org", ""]), st.just(0))
no_emails = st.tuples(st.sampled_from(["bad mail", "ana.example.com", "@", "n/a?"]), st.just(1))
births = st.tuples(st.sampled_from(["1990-01-02", "1990/1/31", "1990年1月2日", "20240630", ""]), st.just(0))
no_births = st.tuples(st.sampled_from(["2090-01-01", "2024-07-01", "2/1/1990", "1990-13-01", "soon"]), st.just(1))
years = st.tuples(st.sampled_from(["1990", "2024", "1900", ""]), st.just(0))
no_years = st.tuples(st.sampled_from(["2025", "2090", "1899", "90", "nineteen"]), st.just(1))
row = st.tuples(phones | no_phones, emails | no_emails, births | no_births, years | no_years)


def counts(file: FileReport) -> dict[str, int]:
    return {code: told.rows for code, told in file.unusable.items()}


@given(st.lists(row, min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
def test_every_row_is_kept_and_every_such_value_is_counted_once(
    desk: Desk, rows: list[tuple[tuple[str, int], ...]]
) -> None:
    lines = [f"C-{place}," + ",".join(f'"{cell}"' for cell, _ in each) for place, each in enumerate(rows)]
    records = desk.read(Source(data=desk.file(HEADERS + "\n".join(lines) + "\n", "people.csv"), kind="profiles"))
    (file,) = records.files
    assert (file.accepted, file.quarantined) == (len(rows), {})
    codes = ("phone_unusable", "email_unusable", "birth_date_unusable", "birth_year_unusable")
    bad = [[each[place][1] for each in rows] for place in range(4)]
    assert counts(file) == {code: sum(column) for code, column in zip(codes, bad, strict=True) if any(column)}
    assert file.unusable_rows == sum(any(cell for _, cell in each) for each in rows)
    for code, column in zip(codes, bad, strict=True):
        if any(column):
            assert file.unusable[code].line == 2 + column.index(1)


def test_each_column_is_told_with_its_header_and_a_masked_example(desk: Desk) -> None:
    content = "customer_id,Mobile,Mail\n" + "".join(
        f"C-{place},1380013800{place},c{place}@x.org\n" for place in range(7)
    )
    content += "C-8,1.38E+10,bad mail\nC-9,1.39E+10,\n"
    source = Source(data=desk.file(content), kind="profiles", mapping={"phone": "Mobile", "email": "Mail"})
    (file,) = desk.read(source).files
    phone, email = file.unusable["phone_unusable"], file.unusable["email_unusable"]
    assert (phone.rows, phone.line, phone.column, phone.example) == (2, 9, "Mobile", "#.##x+##")
    assert (email.rows, email.line, email.column, email.example) == (1, 9, "Mail", "xxx xxxx")


def test_a_birth_in_the_future_is_nobodys_and_left_empty(desk: Desk) -> None:
    content = "customer_id,birth_date,birth_year\nana,2090-01-01,2090\nbo,soon,1990\n"
    desk.read(Source(data=desk.file(content), kind="profiles"))
    assert desk.rows("raw_profiles", "birth_date", "birth_year") == [(None, None), ("soon", 1990)]


def test_an_address_that_names_whose_profile_it_is_is_counted_too(desk: Desk) -> None:
    content = "email,name\nana@example.com,Ana\nbad mail,Bo\n"
    (file,) = desk.read(Source(data=desk.file(content), kind="profiles")).files
    assert counts(file) == {"email_unusable": 1}


@pytest.mark.parametrize("kind", ["large_string", "dictionary"])
def test_a_typed_column_is_judged_as_text_is(desk: Desk, kind: str) -> None:
    phone = pa.array(["13800138001", "1.38E+10", None])
    typed = phone.dictionary_encode() if kind == "dictionary" else phone.cast(pa.large_string())
    table = pa.table({"customer_id": ["a", "b", "c"], "phone": typed, "birth_date": [date(1990, 1, 2)] * 3})
    (file,) = desk.read(Source(data=table, kind="profiles")).files
    assert counts(file) == {"phone_unusable": 1}


@given(st.text(alphabet="0123456789+-() .eE/x*;#a", max_size=24))
def test_what_has_no_phone_here_is_no_key_anywhere(cell: str) -> None:
    if not contacts.has_phone(cell):
        assert [phone_keys(cell, region) for region in ("CN", "US", "DE", None)] == [[]] * 4


kept_as_keys = (phones | no_phones).filter(lambda cell: cell[0] != "" and not contacts.is_hidden(cell[0]))


@given(st.lists(kept_as_keys.filter(lambda cell: not contacts.lost_digits(cell[0])), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
def test_the_keys_of_orders_are_judged_like_those_of_profiles(desk: Desk, cells: list[tuple[str, int]]) -> None:
    rows = "".join(f'"{cell}",2024-01-02,5\n' for cell, _ in cells)
    (file,) = desk.text("phone,ordered_at,amount\n" + rows).files
    assert file.accepted == len(cells)
    assert counts(file) == {code: bad for code, bad in [("phone_unusable", sum(flaw for _, flaw in cells))] if bad}


def test_an_order_of_a_broken_address_counts_and_is_told(desk: Desk) -> None:
    (file,) = desk.text(
        "email,name,ordered_at,amount\na@x.org,Ana,2024-01-02,1\nx@y,Bo,2024-01-02,1\nbad,,2024-01-02,1\n"
    ).files
    told = file.unusable["email_unusable"]
    assert (file.accepted, file.unusable_rows) == (3, 2)
    assert (told.rows, told.line, told.column, told.example) == (2, 3, "email", "x@x")


def test_an_export_with_a_broken_phone_tells_it_without_the_name_beside_it(desk: Desk) -> None:
    head = "订单号,订单商品状态,交易成功时间,商品名称,商品编码,商品数量,商品实际成交金额,收货人/提货人,"
    head += "收货人手机号/提货人手机号\n"
    rows = "".join(
        f"E{phone},交易完成,2024-01-02 10:00:00,茶,T1,1,9,张三,{phone}\n" for phone in ("13800138001", "12345", "")
    )
    (file,) = desk.text(head + rows).files
    told = file.unusable["phone_unusable"]
    assert (file.export, file.accepted, told.rows, told.line, told.example) == ("youzan_items", 3, 1, 3, "#####")
