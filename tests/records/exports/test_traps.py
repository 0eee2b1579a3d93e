"""What holds for every file of an export, and the traps that samples of three rows do not spring."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.travelling import assert_travels, written_down
from records.exports import headers
from records.exports.samples import HUBSPOT_DEALS, SHOPIFY, SQUARE_TRANSACTIONS, STRIPE, WECHAT, YOUZAN_ORDERS
from records.exports.writing import Row, count, money, sheet
from records_desk import Desk
from regulars.core import RegularsError, Settings
from regulars.engines import open_engine
from regulars.records import Batches, Source, propose, read
from regulars.records._cells.time_text import moment_of

cents = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)
shares = st.sampled_from(["paid", "part", "all", "pending", "cancelled"])
orders = st.lists(st.tuples(st.sampled_from(["ana", "bo", "cy"]), cents, shares, st.integers(1, 3)), max_size=12)
Order = tuple[str, Decimal, str, int]


def refunded(amount: Decimal, share: str) -> Decimal:
    return {"part": (amount / 3).quantize(Decimal("0.01")), "all": amount}.get(share, Decimal(0))


def kept(rows: list[Order]) -> Decimal:
    return sum((amount - refunded(amount, share) for _, amount, share, _ in rows if _is_paid(share)), Decimal(0))


def _is_paid(share: str) -> bool:
    return share in {"paid", "part", "all"}


def check(bench: Desk, rows: list[Order]) -> None:
    assert bench.aside() == []
    assert money(bench) == kept(rows)
    assert count(bench, "order_id") == sum(_is_paid(share) for _, _, share, _ in rows)


@given(rows=orders)
@settings(max_examples=15, deadline=None)
def test_what_stayed_in_the_till_of_any_shopify_shop_is_what_was_put_in(bench: Desk, rows: list[Order]) -> None:
    status = {"part": "partially_refunded", "all": "refunded", "cancelled": "voided"}
    lines: list[Row] = []
    for number, (who, amount, share, items) in enumerate(rows):
        lines.append(
            {"Name": f"#{number}", "Email": f"{who}@example.com", "Financial Status": status.get(share, share),
             "Total": str(amount), "Refunded Amount": str(refunded(amount, share)), "Lineitem name": "Tea",
             "Created at": "2024-05-01 10:00:00 +0200"}
        )  # fmt: skip
        lines += [{"Name": f"#{number}", "Lineitem name": "Cup", "Lineitem price": "9.99"}] * (items - 1)
    bench.text(sheet(headers.SHOPIFY_ORDERS, lines))
    check(bench, rows)


@given(rows=orders)
@settings(max_examples=15, deadline=None)
def test_what_stayed_in_the_till_of_any_youzan_shop_is_what_was_put_in(bench: Desk, rows: list[Order]) -> None:
    status = {"pending": "待付款", "cancelled": "交易关闭"}
    lines = [
        {"订单号": f"E{number}", "订单状态": status.get(share, "交易完成"), "买家付款时间": "2024-05-01 10:00:00",
         "订单实付金额": f"{amount:,}", "订单已退款金额": str(refunded(amount, share)), "买家昵称": who}
        for number, (who, amount, share, _) in enumerate(rows)
    ]  # fmt: skip
    bench.text(sheet(headers.YOUZAN_ORDERS, lines).encode("gb18030"), records={"decimal_mark": "."})
    check(bench, rows)


@given(rows=orders)
@settings(max_examples=15, deadline=None)
def test_what_stayed_of_any_wechat_bill_is_what_was_put_in(bench: Desk, rows: list[Order]) -> None:
    lines: list[Row] = []
    for number, (who, amount, share, _) in enumerate(rows):
        status = {"pending": "NOTPAY", "cancelled": "CLOSED"}.get(share, "SUCCESS")
        row = {"交易时间": "2024-05-01 10:00:00", "商户订单号": f"A{number}", "用户标识": who, "货币种类": "CNY"}
        lines.append(row | {"交易状态": status, "订单金额": str(amount), "退款金额": "0.00"})
        if share in {"part", "all"}:
            back = str(refunded(amount, share))
            lines.append(row | {"交易状态": "REFUND", "订单金额": "0.00", "退款金额": back})
    sums = f"`{len(lines)},`1.00,`0.00,`0.00,`0.00,`1.00,`0.00\n"
    bench.text(f"{sheet(headers.WECHAT, lines, lead='`')}{headers.WECHAT_SUMMARY}\n{sums}")
    check(bench, rows)


def test_an_order_that_goes_on_in_the_next_block_of_the_file_is_still_one(desk: Desk) -> None:
    # Longer than what is read at once, and every second row belongs to the order before it.
    note = "x" * 600
    lines: list[Row] = []
    for number in range(8_000):
        lines.append(
            {"Name": f"#{number}", "Email": f"{number}@example.com", "Financial Status": "paid", "Total": "10.01",
             "Created at": "2024-05-01 10:00:00 +0200", "Lineitem name": "Tea", "Notes": note}
        )  # fmt: skip
        lines.append({"Lineitem name": "Cup", "Notes": note})
    (file, *_) = desk.text(sheet(headers.SHOPIFY_ORDERS, lines)).files
    assert (file.accepted, file.left_out) == (16_000, {})
    assert money(desk) == Decimal("80080.00")
    assert count(desk, "customer_key") == count(desk, "order_id") == 8_000


def test_a_word_of_status_that_nobody_knows_is_set_aside_with_its_place(desk: Desk) -> None:
    text = SHOPIFY.text.replace(",paid,", ",bezahlt,", 1)
    desk.text(text, records={"max_quarantined_share": 0.5})
    aside = desk.aside()
    assert aside == [(line, "Financial Status", "word_unknown", "bezahlt") for line in (2, 3, 4)]


@pytest.mark.parametrize(("column", "blank"), [("Financial Status", "paid"), ("Status", "Paid")])
def test_an_order_that_says_nothing_of_its_payment_is_set_aside(desk: Desk, column: str, blank: str) -> None:
    text = (SHOPIFY if column == "Financial Status" else STRIPE).text
    at = text.index(f",{blank},")
    line = text[:at].count("\n") + 1
    (file, *_) = desk.text(text[:at] + ",," + text[at + len(blank) + 2 :], records={"max_quarantined_share": 0.5}).files
    assert file.quarantined == {"word_unknown": 3 if column == "Financial Status" else 1}
    assert desk.aside()[0] == (line, column, "word_unknown", "")
    assert file.read == file.accepted + file.quarantined_total + file.left_out_total


@pytest.mark.parametrize("email", ["", "ana@example.com"])
def test_lines_apart_from_their_order_are_said_to_be_so(desk: Desk, email: str) -> None:
    head, *rows = SHOPIFY.text.splitlines()
    order, second, third, *others = rows
    second = second.replace("ana@example.com", email)
    (file, *_) = desk.text("\n".join([head, third, order, *others, second, third]) + "\n").files
    assert file.left_out == {**SHOPIFY.left_out, "line_apart": 3}
    assert money(desk) == Decimal(SHOPIFY.money)


def test_a_deal_without_a_stage_is_none_that_was_won(desk: Desk) -> None:
    (file,) = desk.text(HUBSPOT_DEALS.text.replace(",Closed Won,", ",,")).files
    assert file.left_out == {"deal_lost": 1, "nobody_named": 1, "not_won": 2}


def test_a_bad_cell_names_the_header_that_the_file_has(desk: Desk) -> None:
    desk.text(SHOPIFY.text.replace("42.50", "a lot"), records={"max_quarantined_share": 0.5})
    assert ("Total", "money_unreadable") in [(column, reason) for _, column, reason, _ in desk.aside()]


def test_a_bill_without_its_sums_is_whole_too(desk: Desk) -> None:
    (file,) = desk.text(WECHAT.text[: WECHAT.text.index("总交易单数")]).files
    assert (file.accepted, file.left_out) == (3, {})


def test_a_broken_row_before_the_sums_is_set_aside_and_no_sum(desk: Desk) -> None:
    head, *rows = WECHAT.text.splitlines()
    text = "\n".join([head, *rows[:2], "`2024-05-01 10:00:00,`broken", *rows[2:]])
    (file,) = desk.text(text, records={"max_quarantined_share": 0.5}).files
    assert (file.quarantined, file.left_out) == ({"row_too_short": 1}, {"summary_row": 2})


def test_a_till_in_another_zone_is_read_by_its_own_clock(desk: Desk) -> None:
    desk.text(SQUARE_TRANSACTIONS.text, business={"time_zone": "America/New_York"})
    assert {day for (day,) in desk.orders("local_day")} == {date(2024, 5, 1)}
    desk.text(SQUARE_TRANSACTIONS.text, business={"time_zone": "UTC"})
    assert {day for (day,) in desk.orders("local_day")} == {date(2024, 5, 2)}


def test_a_zone_that_nobody_knows_is_a_fault_of_the_time(desk: Desk) -> None:
    text = SQUARE_TRANSACTIONS.text.replace("Eastern Time (US & Canada)", "Middle Earth", 1)
    desk.text(text, records={"max_quarantined_share": 0.5})
    assert [(column, reason) for _, column, reason, _ in desk.aside()] == [("Date, Time", "time_unreadable")]


def test_what_is_shown_of_a_time_is_what_the_file_has(desk: Desk) -> None:
    path = desk.file(SQUARE_TRANSACTIONS.text)
    shown = [example for one in propose(Source(data=path)) for guess in one.columns for example in guess.examples]
    assert "####-##-## ##:##:##" in shown
    assert not [example for example in shown if "[" in example]
    text = SQUARE_TRANSACTIONS.text.replace("2024-05-01", "2024-05-99", 1)
    desk.text(text, records={"max_quarantined_share": 0.5})
    assert [value for *_, value in desk.aside()] == ["2024-05-99 23:30:00"]
    with pytest.raises(RegularsError, match=r"'01/02/2024 10:00' in column 'Created \(UTC\)' can be read in two ways"):
        desk.text(STRIPE.text.replace("2024-05-01 22:30:00", "01/02/2024 10:00"))


def test_a_till_that_writes_years_in_two_digits_is_read(desk: Desk) -> None:
    desk.text(SQUARE_TRANSACTIONS.text.replace("2024-05-01", "05/31/24"), business={"time_zone": "America/New_York"})
    assert {day for (day,) in desk.orders("local_day")} == {date(2024, 5, 31)}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2024-07-01 10:00 [America/New_York]", "2024-07-01 14:00Z"),
        ("2024-01-01 10:00 [America/New_York]", "2024-01-01 15:00Z"),
        ("2024-01-01 10:00+02:00 [America/New_York]", "2024-01-01 08:00Z"),
        ("2024-01-01 [America/New_York]", "2024-01-01"),
    ],
)
def test_a_zone_behind_a_time_says_whose_clock_it_was(text: str, same: str) -> None:
    assert moment_of(text) == moment_of(same)
    assert moment_of("2024-01-01 10:00 [Nowhere]").fault == "time_unreadable"
    assert moment_of("1/2/2024 10:00 [UTC]").fault == "time_ambiguous"


class TestTheSameMoneyTwice:
    ITEMS = sheet(
        headers.YOUZAN_ITEMS,
        [
            {"订单号": number, "订单商品状态": "交易完成", "交易成功时间": "2024-05-03 10:00:00", "商品名称": "茶",
             "商品实际成交金额": "44.40", "收货人手机号/提货人手机号": "13800138000"}
            for number in ("E1", "E1", "E99")
        ],
    )  # fmt: skip

    def test_items_of_an_order_that_is_there_are_left_out_and_others_count(self, desk: Desk) -> None:
        told = desk.file(YOUZAN_ORDERS.text.encode("gb18030"), "orders.csv")
        items = desk.file(self.ITEMS, "items.csv")
        for sources in ([told, items], [items, told]):
            records = desk.read(*sources)
            (file,) = [file for file in records.files if file.file == "items.csv"]
            assert file.left_out == {"told_order_by_order": 2}
            assert file.read == file.accepted + file.left_out_total == 3
            assert money(desk) == Decimal(YOUZAN_ORDERS.money) + Decimal("44.40")

    def test_items_of_an_order_that_another_batch_holds_are_left_out_too(self, desk: Desk) -> None:
        store, chosen, today = Batches(desk.folder / "workspace"), Settings(), date(2024, 6, 30)
        for name, content in (("items.csv", self.ITEMS.encode()), ("o.csv", YOUZAN_ORDERS.text.encode("gb18030"))):
            source = Source(data=desk.file(content, name))
            found = read(desk.engine, [source], settings=chosen, today=today, keep_later=True)
            with store.alone(), store.draft() as draft:
                draft.write(desk.engine, found, settings=chosen, today=today)
                draft.commit([], now=datetime(2024, 6, 30, tzinfo=UTC))
        items = store.open(desk.engine, settings=chosen, today=today).files[0]
        assert items.left_out == {"told_order_by_order": 2}
        assert items.read == items.accepted + items.left_out_total == 3
        assert money(desk) == Decimal(YOUZAN_ORDERS.money) + Decimal("44.40")

    @pytest.mark.parametrize("status", ["交易关闭", "待付款"])
    def test_items_of_an_order_that_was_cancelled_or_is_not_paid_are_left_out(self, desk: Desk, status: str) -> None:
        row = {"订单号": "E1", "订单状态": status, "订单创建时间": "2024-05-01 10:00:00", "订单实付金额": "100",
               "买家付款时间": "2024-05-01 10:01:00", "买家手机号": "13800138000"}  # fmt: skip
        other = row | {"订单号": "E2", "订单状态": "交易完成"}
        orders = desk.file(sheet(headers.YOUZAN_ORDERS, [row, other]), "orders.csv")
        items = desk.file(self.ITEMS, "items.csv")
        for sources in ([orders, items], [items, orders]):
            records = desk.read(*sources)
            assert money(desk) == Decimal("144.40")
            (file,) = [file for file in records.files if file.file == "items.csv"]
            assert file.left_out == {"told_order_by_order": 2}

    def test_so_are_items_of_a_square_transaction_that_failed(self, desk: Desk) -> None:
        row = {"Date": "2024-05-01", "Time": "10:00:00", "Time Zone": "UTC", "Net Sales": "10", "Customer ID": "C1"}
        paid = row | {"Transaction ID": "T1", "Event Type": "Payment"}
        failed = row | {"Transaction ID": "T2", "Event Type": "Payment", "Transaction Status": "Failed"}
        items = [row | {"Transaction ID": f"T{number}", "Item": "Tea", "Qty": "1"} for number in (1, 2)]
        payments = desk.file(sheet(headers.SQUARE_TRANSACTIONS, [paid, failed]), "transactions.csv")
        desk.read(payments, desk.file(sheet(headers.SQUARE_ITEMS, items), "items.csv"))
        assert money(desk) == Decimal(10)

    def test_items_that_are_not_shipped_have_no_day_yet_and_are_left_out_under_a_reason_of_their_own(
        self, desk: Desk
    ) -> None:
        header, *rows = self.ITEMS.splitlines(keepends=True)
        waiting = [row.replace("2024-05-03 10:00:00", "").replace("交易完成", "待发货") for row in rows]
        records = desk.text(header + "".join(waiting) + rows[0])
        assert records.files[0].left_out == {"not_shipped": 3}
        assert money(desk) == Decimal("44.40")
        shipped = desk.file(header + "".join(rows), "shipped.csv")
        desk.read(shipped, desk.file(header + "".join(waiting), "waiting.csv"))
        assert money(desk) == Decimal("133.20")

    def test_items_alone_count_all(self, desk: Desk) -> None:
        desk.text(self.ITEMS)
        assert money(desk) == Decimal("133.20")

    def test_its_statements_travel(self, desk: Desk) -> None:
        with written_down() as statements, open_engine(threads=1) as engine:
            other = Desk(engine=engine, folder=desk.folder)
            other.read(desk.file(YOUZAN_ORDERS.text.encode("gb18030"), "o.csv"), desk.file(self.ITEMS, "i.csv"))
        assert any("detail_files" in statement for statement in statements)
        for statement in statements:
            assert_travels(statement)
