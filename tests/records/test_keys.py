"""Whose row it is: one spelling for what several programs write, and nothing made of what lost its digits."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records_desk import Desk
from regulars.customers._keys import email_keys, phone_keys
from regulars.records import RecordSet, contacts
from regulars.records._cells.text import read_key

SEVERAL_PHONES, SEVERAL_EMAILS = {"first_of_several_phones": 1}, {"first_of_several_emails": 1}


def read(desk: Desk, header: str, *keys: str) -> RecordSet:
    """Read an order of each key."""
    rows = [f'"{key}",2024-01-02,5\n' for key in keys]
    return desk.text(f"{header},ordered_at,amount\n" + "".join(rows), records={"max_quarantined_share": 0.99})


def keys(desk: Desk) -> list[str]:
    return [key for (key,) in desk.orders("customer_key")]


@pytest.mark.parametrize(
    "cell", ["1.38E+10", "1.38E10", "1.38e10", "1,38E+10", "1,38e10", "1E+10", "１．３８Ｅ＋１０", "1.38 x 10^10"]
)
@pytest.mark.parametrize(("header", "other"), [("phone", "13900139000"), ("customer_id", "bo")])
def test_a_number_rounded_by_a_spreadsheet_names_nobody(desk: Desk, header: str, other: str, cell: str) -> None:
    (file,) = read(desk, header, cell, other).files
    assert file.quarantined == {"digits_lost": 1}
    assert keys(desk) == [other]


def test_without_a_point_a_rounded_number_is_no_phone_but_may_be_a_customer_number(desk: Desk) -> None:
    assert read(desk, "phone", "138E10", "13900139000").files[0].quarantined == {"digits_lost": 1}
    read(desk, "customer_id", "138E10", "A-1")
    assert keys(desk) == ["138E10", "A-1"]


@pytest.mark.parametrize(
    ("cells", "read_as"),
    [
        (["1007.0", "1008"], ["1007", "1008"]),
        (["1007.0", "A-1"], ["1007", "A-1"]),
        (["1007.0", "1007.5"], ["1007.0", "1007.5"]),
        (["1007.0", "v1.0"], ["1007.0", "v1.0"]),
        (["1007.00"], ["1007.00"]),
        (["１００７", "Ａ－１"], ["1007", "A-1"]),
    ],
)
def test_a_customer_number_has_one_form(desk: Desk, cells: list[str], read_as: list[str]) -> None:
    read(desk, "customer_id", *cells)
    assert keys(desk) == read_as


def test_so_has_the_number_of_an_order(desk: Desk) -> None:
    desk.text("customer_id,ordered_at,amount,order_id\nana,2024-01-02,5,5001.0\nana,2024-01-03,5,５００２\n")
    assert [order for (order,) in desk.orders("order_id")] == ["5001", "5002"]


def test_a_phone_that_was_taken_for_a_decimal_is_itself(desk: Desk) -> None:
    read(desk, "phone", "13812345678.0", "13812345678")
    assert keys(desk) == ["13812345678"] * 2


@pytest.mark.parametrize(
    ("cell", "counted"),
    [
        ("13812345678 ::: 13912345678", SEVERAL_PHONES),
        ("13812345678\n13912345678", SEVERAL_PHONES),
        ("13812345678  13912345678", SEVERAL_PHONES),
        ("13812345678（家）；13912345678（公司）", SEVERAL_PHONES),
        ("+86 138-1234-5678（家）", {}),
        ("手机：13812345678", {}),
        ("tel:+8613812345678", {}),
    ],
)
def test_the_first_phone_of_a_cell_is_the_key_however_it_is_written(
    desk: Desk, cell: str, counted: dict[str, int]
) -> None:
    (file,) = read(desk, "phone", cell).files
    assert (keys(desk), file.taken_as) == (["13812345678"], counted)


@pytest.mark.parametrize(
    ("cell", "counted"),
    [
        ("ana@x.com; bo@y.org", SEVERAL_EMAILS),
        ("ana@x.com ::: bo@y.org", SEVERAL_EMAILS),
        ("Ana <Ana@x.com>, Bo <bo@y.org>", SEVERAL_EMAILS),
        ("ana@x.com / ana@x.com", {}),
        ("<ana@x.com>", {}),
        ("mailto:ana@x.com", {}),
        ("Ana <ana@x.com>", {}),
        ("Ana＠x.com", {}),
    ],
)
def test_so_is_the_first_address(desk: Desk, cell: str, counted: dict[str, int]) -> None:
    (file,) = read(desk, "email", cell).files
    assert (keys(desk), file.taken_as) == (["ana@x.com"], counted)


def test_of_a_named_export_several_addresses_are_counted_too(desk: Desk) -> None:
    header = "Name,Email,Financial Status,Lineitem name,Created at,Total\n"
    files = desk.text(f"{header}#1,ana@x.com; bo@y.org,paid,Tea,2024-01-02,5\n").files
    assert {file.kind: file.taken_as for file in files} == {"orders": SEVERAL_EMAILS, "profiles": SEVERAL_EMAILS}
    assert keys(desk) == ["ana@x.com"]


phones = st.integers(13000000000, 19999999999).map(str)
emails = st.from_regex(r"[a-z]{1,8}@[a-z]{2,8}\.(com|org)", fullmatch=True)
joints = st.sampled_from([",", "; ", " ::: ", "、", "；", " or ", "或", "|", " / ", "\n"])


@given(st.lists(phones, min_size=1, max_size=4), joints, st.sampled_from(["", "（家）", " (work)", "【备用】"]))
@settings(max_examples=60)
def test_a_row_and_a_profile_find_the_same_phones(numbers: list[str], joint: str, remark: str) -> None:
    cell = joint.join(number + remark for number in numbers)
    assert contacts.phones(cell) == numbers
    assert phone_keys(cell, "CN") == list(dict.fromkeys(f"+86{number}" for number in numbers))


@given(st.lists(emails, min_size=1, max_size=4), joints, st.sampled_from(["{}", "<{}>", "mailto:{}", "A B <{}>"]))
@settings(max_examples=60)
def test_and_the_same_addresses(addresses: list[str], joint: str, form: str) -> None:
    cell = joint.join(form.format(address) for address in addresses)
    assert contacts.emails(cell) == addresses
    assert email_keys(cell) == list(dict.fromkeys(addresses))


@given(st.from_regex(r"\A(\+|00|86|\+86|0086)?1?[0-9]{0,14}\Z").filter(lambda text: text.strip("+")))
def test_a_number_of_digits_only_is_read_as_one_with_a_remark_behind_it(number: str) -> None:
    bare, beside = read_key(pa.array([number, f"{number}（家）"]), role="phone").values.to_pylist()
    assert bare == beside


def test_an_export_tells_people_by_name_only_where_no_phone_says_who_they_are(desk: Desk) -> None:
    head = "订单号,订单商品状态,交易成功时间,商品名称,商品编码,商品数量,商品实际成交金额,收货人/提货人,"
    head += "收货人手机号/提货人手机号\n"
    row = "E{phone},交易完成,2024-01-02 10:00:00,茶,T1,1,9,张三,{phone}\n"
    (file,) = desk.text(head + row.format(phone="13800138001") + row.format(phone="13800138002")).files
    assert (file.export, file.by_name) == ("youzan_items", False)
    (file,) = desk.text(head + row.format(phone="13800138001") + row.format(phone="")).files
    assert file.by_name
    (file,) = desk.text("name,ordered_at,amount\nAna,2024-01-02,5\n").files
    assert file.by_name
