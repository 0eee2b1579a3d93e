"""An order exported again counts once, as it was told last, whether its files come in batches or together.

It is paid if any export says so, and of one amount given back what is most: in these an older file overrules none.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.travelling import assert_travels, written_down
from records.exports import headers
from records.exports.writing import money, sheet
from records_desk import TODAY, Desk
from regulars.core import Settings
from regulars.engines import Engine, open_engine
from regulars.records import Batches, RecordSet, Source, exports, read
from regulars.records._rows.restated import RESTATED

Order = tuple[str, Decimal, Decimal, int, str]
"""The buyer, the total, the share given back, how many lines it has, and whether it is paid."""

Told = dict[int, Order]
"""Orders by their number."""

shares = st.sampled_from(["0", "0.5", "1"]).map(Decimal)
_cents = st.sampled_from(["0.01", "99.90", "999.99"]).map(Decimal)
_states = st.sampled_from(["paid", "refunded", "pending", "voided"])
_orders = st.dictionaries(
    st.integers(1, 9),
    st.tuples(st.sampled_from(["ana", "bo"]), _cents, shares, st.integers(1, 3), _states),
    max_size=7,
)


def shopify(told: Told) -> str:
    lines = []
    for number, (who, total, share, items, state) in sorted(told.items()):
        lines.append(
            {"Name": f"#{number}", "Email": f"{who}@example.com", "Financial Status": state, "Total": str(total),
             "Refunded Amount": str(round(total * share, 2)), "Lineitem name": "Tea",
             "Created at": f"2024-05-{number:02} 10:00:00 +0200"}
        )  # fmt: skip
        lines += [{"Name": f"#{number}", "Lineitem name": "Cup"}] * (items - 1)
    return sheet(headers.SHOPIFY_ORDERS, lines)


def stripe(told: Told) -> str:
    """Return payments, of which an invoice may have several: 1 and 2 are of one, 3 and 4 of the next."""
    words = {"voided": "Canceled", "pending": "Pending"}
    return sheet(
        headers.STRIPE,
        [
            {"id": f"ch_{number}", "Invoice ID": f"in_{(number + 1) // 2}", "Customer Email": f"{who}@example.com",
             "Created (UTC)": f"2024-05-{number:02} 10:00:00", "Amount": str(total), "Currency": "usd",
             "Amount Refunded": str(round(total * share, 2)), "Status": words.get(state, state)}
            for number, (who, total, share, _, state) in sorted(told.items())
        ],
    )  # fmt: skip


def douyin(told: Told) -> str:
    words = {"voided": "已关闭", "pending": "待支付"}
    return sheet(
        headers.DOUYIN,
        [
            {"主订单编号": f"{number}", "子订单编号": f"{number}{line}", "订单应付金额": str(total), "商品数量": "1",
             "收件人手机号": "13800138000" if who == "ana" else "13900139000", "选购商品": "茶",
             "订单提交时间": f"2024-05-{number:02} 10:00:00", "订单状态": words.get(state, "已完成"),
             "售后状态": "退款成功" if share == 1 and line == items else "-"}
            for number, (who, total, share, items, state) in sorted(told.items())
            for line in range(1, items + 1)
        ],
    )  # fmt: skip


def youzan_items(told: Told) -> str:
    words = {"voided": "交易关闭", "pending": "待付款"}
    return sheet(
        headers.YOUZAN_ITEMS,
        [
            {"订单号": f"E{number}", "商品编码": f"S{line}", "商品名称": "茶", "商品实际成交金额": str(total),
             "商品已退款金额": str(round(total * share, 2)), "交易成功时间": f"2024-05-{number:02} 10:00:00",
             "收货人手机号/提货人手机号": "13800138000" if who == "ana" else "13900139000",
             "订单商品状态": words.get(state, "交易完成")}
            for number, (who, total, share, items, state) in sorted(told.items())
            for line in range(1, items + 1)
        ],
    )  # fmt: skip


LINE_BY_LINE = [stripe, douyin, youzan_items]


def keep(store: Batches, desk: Desk, *texts: str) -> str:
    """Import files as one batch; return its id."""
    sources = [Source(data=desk.file(text, f"{place}.csv")) for place, text in enumerate(texts)]
    found = read(desk.engine, sources, settings=Settings(), today=TODAY, keep_later=True)
    with store.alone(), store.draft() as draft:
        draft.write(desk.engine, found, settings=Settings(), today=TODAY)
        return draft.commit([], now=datetime(2024, 6, 30, tzinfo=UTC)).id


def opened(store: Batches, desk: Desk) -> RecordSet:
    return store.open(desk.engine, settings=Settings(), today=TODAY)


def counted(desk: Desk) -> list[tuple[object, ...]]:
    """Return what counts, whatever file and line it stands in."""
    columns = ("customer_key", "order_id", "ordered_at", "amount", "is_refund", "quantity", "product_id")
    return sorted(desk.orders(*columns), key=repr)


def after(earlier: Told, later: Told) -> Told:
    """Return what counts of two exports: what is not paid yet says nothing, and money given back stays so."""
    return earlier | {
        number: earlier[number] if number in earlier and _says_more(earlier[number], order) else order
        for number, order in later.items()
    }


def _says_more(earlier: Order, later: Order) -> bool:
    _, total, share, _, state = earlier
    is_of_one_amount = state != "voided" and later[4] != "voided" and total == later[1] and share > later[2]
    return state != "pending" and (later[4] == "pending" or is_of_one_amount)


def workspace(desk: Desk) -> Batches:
    return Batches(desk.folder / f"workspace-{len(list(desk.folder.iterdir()))}")


@given(monday=_orders, friday=_orders)
@settings(max_examples=12, deadline=None)
def test_mondays_export_and_then_fridays_is_fridays_and_what_only_monday_told_or_told_as_paid(
    bench: Desk, monday: Told, friday: Told
) -> None:
    store = workspace(bench)
    keep(store, bench, shopify(after(monday, friday)))
    opened(store, bench)
    expected = counted(bench)
    assert money(bench) == sum(
        (
            total - round(total * share, 2)
            for _, total, share, _, state in after(monday, friday).values()
            if state in {"paid", "refunded"}
        ),
        Decimal(0),
    )
    store = workspace(bench)
    keep(store, bench, shopify(monday))
    opened(store, bench)
    before = counted(bench)
    later = keep(store, bench, shopify(friday))
    records = opened(store, bench)
    assert counted(bench) == expected
    assert all(file.read == file.accepted + file.quarantined_total + file.left_out_total for file in records.files)
    store.undo(later)
    opened(store, bench)
    assert counted(bench) == before
    bench.read(bench.file(shopify(monday), "monday.csv"), bench.file(shopify(friday), "friday.csv"))
    assert counted(bench) == expected


_MONDAY = "2024-05-01 10:00:00 +0200"


def a_row(total: str, back: str = "0", *, who: str = "ana", at: str = _MONDAY, number: str = "#1") -> dict[str, str]:
    return {"Name": number, "Email": who and f"{who}@example.com", "Financial Status": "paid", "Total": total,
            "Refunded Amount": back, "Lineitem name": "Tea", "Created at": at}  # fmt: skip


@pytest.mark.parametrize("export", LINE_BY_LINE)
@given(monday=_orders, friday=_orders)
@settings(max_examples=10, deadline=None)
def test_so_is_an_export_that_tells_its_orders_line_by_line(
    bench: Desk, export: Callable[[Told], str], monday: Told, friday: Told
) -> None:
    # Lines that an order has no more were cancelled, and an export says so; what was told as paid it never tells less.
    friday = {number: monday[number] if number in monday and _says_more(monday[number], order) else order
              for number, order in friday.items()}  # fmt: skip
    monday = {number: _with_lines(order, friday.get(number)) for number, order in monday.items()}
    bench.read(bench.file(export({n: monday[n] for n in monday if n not in friday} | friday), "whole.csv"))
    expected = counted(bench)
    store = workspace(bench)
    keep(store, bench, export(monday))
    opened(store, bench)
    before = counted(bench)
    later = keep(store, bench, export(friday))
    opened(store, bench)
    assert counted(bench) == expected
    store.undo(later)
    opened(store, bench)
    assert counted(bench) == before


def _with_lines(order: Order, later: Order | None) -> Order:
    who, total, share, items, state = order
    return who, total, share, items if later is None else min(items, later[3]), state


@pytest.mark.parametrize("export", LINE_BY_LINE)
@given(told=_orders, at=st.integers(0, 21))
@settings(max_examples=10, deadline=None)
def test_an_export_in_two_parts_is_the_whole_wherever_it_is_cut(
    bench: Desk, export: Callable[[Told], str], told: Told, at: int
) -> None:
    header, *rows = export(told).splitlines(keepends=True)
    bench.read(bench.file(header + "".join(rows), "whole.csv"))
    expected = counted(bench)
    store = workspace(bench)
    keep(store, bench, header + "".join(rows[:at]), header + "".join(rows[at:]))
    opened(store, bench)
    assert counted(bench) == expected


_ORDERS_OF_MONDAY: Told = {
    1: ("ana", Decimal("10.10"), Decimal("0.5"), 1, "paid"),
    2: ("bo", Decimal("20.20"), Decimal(0), 2, "paid"),
    3: ("ana", Decimal("30.30"), Decimal(1), 2, "paid"),
    4: ("bo", Decimal("40.40"), Decimal(0), 3, "voided"),
    5: ("ana", Decimal("50.50"), Decimal(0), 1, "paid"),
}
_ORDERS_OF_FRIDAY: Told = {
    1: ("ana", Decimal("10.10"), Decimal(1), 1, "refunded"),
    2: ("bo", Decimal("20.20"), Decimal(0), 2, "voided"),
    3: ("bo", Decimal("33.33"), Decimal("0.5"), 2, "paid"),
    4: ("bo", Decimal("40.40"), Decimal(0), 3, "paid"),
}


@pytest.mark.both_engines(slow=True)
@pytest.mark.parametrize("export", [shopify, *LINE_BY_LINE])
def test_every_engine_counts_what_was_told_last(engine: Engine, tmp_path: Path, export: Callable[[Told], str]) -> None:
    desk = Desk(engine=engine, folder=tmp_path)
    desk.read(desk.file(export({5: _ORDERS_OF_MONDAY[5]} | _ORDERS_OF_FRIDAY), "whole.csv"))
    expected = counted(desk)
    assert len(expected) >= 4
    store = workspace(desk)
    keep(store, desk, export(_ORDERS_OF_MONDAY))
    keep(store, desk, export(_ORDERS_OF_FRIDAY))
    records = opened(store, desk)
    assert counted(desk) == expected
    assert records.files[0].left_out[RESTATED] >= 3


def an_order(total: str, back: str = "0", *, who: str = "ana", at: str = _MONDAY, state: str = "paid") -> str:
    return sheet(headers.SHOPIFY_ORDERS, [a_row(total, back, who=who, at=at) | {"Financial Status": state}])


class TestShopify:
    @pytest.mark.parametrize(
        ("first", "again", "net"),
        [
            (an_order("100", "10"), an_order("100", "30"), "70"),
            (an_order("100"), an_order("120"), "120"),
            (an_order("100", "10"), an_order("90"), "90"),
            (an_order("100"), an_order("100", who="bo"), "100"),
            (an_order("100"), an_order("90", at="2024-05-01 10:00:59 +0200"), "90"),
        ],
        ids=["refunded further", "edited", "a refund and another amount", "another address", "seconds cut off"],
    )
    def test_an_order_exported_again_counts_as_told_last(self, desk: Desk, first: str, again: str, net: str) -> None:
        store = Batches(desk.folder / "workspace")
        keep(store, desk, first)
        keep(store, desk, again)
        records = opened(store, desk)
        assert money(desk) == Decimal(net)
        assert records.files[0].left_out[RESTATED] == 1
        assert RESTATED not in {code for file in records.files[4:] for code in file.left_out}

    @pytest.mark.parametrize(
        ("again", "net", "restated"),
        [
            (an_order("100", state="voided"), "0", 1),
            (an_order("100", state="voided", who="bo"), "0", 1),
            (an_order("100", state="pending"), "100", 0),
            (an_order("100", state="voided", at="2024-05-02 10:00:00 +0200"), "100", 0),
            (an_order("100", who=""), "100", 0),
            (an_order("100", state="no such word"), "100", 0),
        ],
        ids=["cancelled", "another address", "not paid", "another shop's", "of nobody", "not understood"],
    )
    def test_what_is_cancelled_later_counts_no_more(self, desk: Desk, again: str, net: str, restated: int) -> None:
        other = sheet(headers.SHOPIFY_ORDERS, [a_row("5", number="#2")])
        records = desk.read(
            desk.file(an_order("100", "10", state="paid"), "monday.csv"),
            desk.file(again + "".join(other.splitlines(keepends=True)[1:]), "friday.csv"),
            records={"max_quarantined_share": 0.9},
        )
        assert money(desk) == (Decimal(net) - (0 if restated else 10)) + 5
        told = [file.left_out.get(RESTATED, 0) for file in records.files]
        assert told == [restated, restated, *[0] * (len(told) - 2)]

    def test_what_was_cancelled_and_is_paid_again_counts(self, desk: Desk) -> None:
        states = ["paid", "voided", "paid"]
        desk.read(*(desk.file(an_order("100", state=state), f"{day}.csv") for day, state in enumerate(states)))
        assert money(desk) == Decimal(100)

    def test_one_number_in_two_shops_is_two_orders(self, desk: Desk) -> None:
        other = an_order("90", who="bo", at="2024-05-02 10:00:00 +0200")
        records = desk.read(desk.file(an_order("100"), "here.csv"), desk.file(other, "there.csv"))
        assert money(desk) == Decimal(190)
        assert RESTATED not in {code for file in records.files for code in file.left_out}

    def test_three_exports_leave_the_last(self, desk: Desk) -> None:
        files = [desk.file(an_order(total), f"{total}.csv") for total in ("100", "80", "90")]
        desk.read(*files)
        assert money(desk) == Decimal(90)

    def test_an_order_that_is_not_in_the_later_file_stays(self, desk: Desk) -> None:
        later = an_order("5").replace("#1", "#2")
        desk.read(desk.file(an_order("100"), "monday.csv"), desk.file(later, "friday.csv"))
        assert money(desk) == Decimal(105)


def test_a_cancellation_takes_back_in_an_export_that_does_not_state_whole_orders_too(desk: Desk) -> None:
    def woo(*rows: tuple[str, str, str]) -> str:
        told = [{"Date": day, "Status": status, "Net Sales": net} for day, status, net in rows]
        return sheet(headers.WOO_ANALYTICS, [{**row, "Order #": "11", "Customer": "Ana Lee"} for row in told])

    monday = woo(("2024-05-01 10:00:00", "completed", "100"), ("2024-05-03 10:00:00", "completed", "-30"))
    friday = woo(("2024-05-01 10:00:00", "cancelled", "100"))
    desk.read(desk.file(monday, "monday.csv"), desk.file(friday, "friday.csv"))
    assert money(desk) == 0


@pytest.mark.both_engines(slow=True)
@pytest.mark.parametrize("nickname", ["Ana", "安娜", ""])
def test_an_order_closed_since_is_the_same_whatever_nickname_its_buyer_has_by_then(
    engine: Engine, tmp_path: Path, nickname: str
) -> None:
    desk = Desk(engine=engine, folder=tmp_path)
    header = "订单号,买家手机号,买家昵称,订单实付金额,订单创建时间,买家付款时间,订单状态\n"
    paid = "E1,13800138000,Ana,10,2024-05-01 09:00:00,2024-05-01 10:00:00,交易完成\n"
    other = "E2,13900139000,Bo,5,2024-05-02 09:00:00,2024-05-02 10:00:00,交易完成\n"
    closed = f"E1,13800138000,{nickname},10,2024-05-01 09:00:00,,交易关闭\n"
    desk.read(desk.file(header + paid + other, "monday.csv"), desk.file(header + closed, "friday.csv"))
    assert desk.orders("order_id") == [("E2",)]


def test_a_file_that_is_no_named_export_replaces_nothing(desk: Desk) -> None:
    header = "customer_id,ordered_at,amount,order_id\n"
    desk.read(
        desk.file(f"{header}ana,2024-05-01,10,1\n", "a.csv"), desk.file(f"{header}ana,2024-05-01,12,1\n", "b.csv")
    )
    assert money(desk) == Decimal(22)


def test_exports_that_state_whole_orders_name_them() -> None:
    stating = [export for export in exports().values() if export.states_whole_orders]
    assert stating
    for export in stating:
        assert all("order_id" in table.columns for table in export.all_tables if table.kind == "orders"), export.name


def test_its_statements_travel(tmp_path: Path) -> None:
    with written_down() as statements, open_engine(threads=1) as engine:
        desk = Desk(engine=engine, folder=tmp_path)
        desk.read(desk.file(an_order("1"), "a.csv"), desk.file(an_order("2"), "b.csv"))
    assert any("orders_met_again" in statement for statement in statements)
    for statement in statements:
        assert_travels(statement)
