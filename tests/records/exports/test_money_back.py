"""What was given back counts once, to the cent, however an export tells it: by a word, a column or a row."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.travelling import assert_travels, written_down
from records.exports import headers
from records.exports.writing import Row, money, sheet
from records_desk import Desk
from regulars.core import Settings
from regulars.engines import open_engine
from regulars.records import Batches, Source, read


def _woo(number: int, net: str, status: str = "completed", day: int = 1) -> Row:
    return {
        "Date": f"2024-05-{day:02} 10:00:00", "Order #": str(number), "Status": status, "Customer": f"Ana {number}",
        "Customer type": "new", "Net Sales": net,
    }  # fmt: skip


def woo(*rows: Row) -> str:
    return sheet(headers.WOO_ANALYTICS, rows)


class TestWooCommerceAnalytics:
    FULLY = (_woo(11, "100", "refunded"), _woo(11, "-100", "refunded", 2), _woo(12, "50"))

    def test_an_order_given_back_by_a_row_of_its_own_comes_to_nothing(self, desk: Desk) -> None:
        orders, refunds = desk.text(woo(*self.FULLY)).files
        assert money(desk) == Decimal(50)
        assert refunds.left_out == {"refund_told_by_row": 1}
        for file in (orders, refunds):
            assert file.read == file.accepted + file.quarantined_total + file.left_out_total

    def test_a_refund_of_which_only_the_row_is_there_counts_once(self, desk: Desk) -> None:
        desk.text(woo(_woo(11, "-999", "refunded")))
        assert money(desk) == Decimal(-999)

    def test_a_refund_without_an_order_number_counts_once_too(self, desk: Desk) -> None:
        desk.text(woo({**_woo(11, "-999", "refunded"), "Order #": ""}))
        assert money(desk) == Decimal(-999)

    def test_a_refund_in_another_file_is_the_same_refund(self, desk: Desk) -> None:
        order, back, other = self.FULLY
        desk.read(desk.file(woo(order, other), "may.csv"), desk.file(woo(back), "june.csv"))
        assert money(desk) == Decimal(50)

    def test_a_refund_in_another_batch_is_the_same_refund(self, desk: Desk) -> None:
        order, back, other = self.FULLY
        store, chosen, today = Batches(desk.folder / "workspace"), Settings(), date(2024, 6, 30)
        for name, content in (("may.csv", woo(order, other)), ("june.csv", woo(back))):
            source = Source(data=desk.file(content, name))
            found = read(desk.engine, [source], settings=chosen, today=today, keep_later=True)
            with store.alone(), store.draft() as draft:
                draft.write(desk.engine, found, settings=chosen, today=today)
                draft.commit([], now=datetime(2024, 6, 30, tzinfo=UTC))
        files = store.open(desk.engine, settings=chosen, today=today).files
        assert money(desk) == Decimal(50)
        assert [file.left_out for file in files if file.left_out] == [{"refund_told_by_row": 1}]
        assert all(file.read == file.accepted + file.quarantined_total + file.left_out_total for file in files)

    @given(
        orders=st.lists(
            st.tuples(st.integers(1, 99_999), st.sampled_from(["kept", "word", "row", "part", "both"])), max_size=8
        )
    )
    @settings(max_examples=25, deadline=None)
    def test_whatever_tells_a_refund_the_till_is_right(self, bench: Desk, orders: list[tuple[int, str]]) -> None:
        rows: list[Row] = []
        for number, (cents, told) in enumerate(orders):
            whole, part = Decimal(cents) / 100, Decimal(cents // 3) / 100
            rows.append(_woo(number, str(whole), "completed" if told in {"kept", "part"} else "refunded"))
            backs = {"row": [whole], "part": [part], "both": [part, whole - part]}.get(told, [])
            status = "completed" if told == "part" else "refunded"
            rows += [_woo(number, f"-{back}", status, 2 + place) for place, back in enumerate(backs) if back]
        kept = sum((Decimal(cents) / 100 for cents, told in orders if told == "kept"), Decimal(0))
        kept += sum((Decimal(cents) / 100 - Decimal(cents // 3) / 100 for cents, told in orders if told == "part"), 0)
        bench.text(woo(*rows, _woo(99, "1")))
        assert money(bench) == kept + 1

    def test_its_statements_travel(self, desk: Desk) -> None:
        with written_down() as statements, open_engine(threads=1) as engine:
            Desk(engine=engine, folder=desk.folder).text(woo(*self.FULLY))
        assert any("told_refunds" in statement for statement in statements)
        for statement in statements:
            assert_travels(statement)


class TestWeChatPayWithACoupon:
    """A price of 100 with a coupon of 10, given back in full."""

    PAID: ClassVar[Row] = {
        "交易时间": "2024-05-01 10:00:00", "微信订单号": "42", "商户订单号": "A1", "用户标识": "oAna",
        "交易状态": "SUCCESS", "货币种类": "CNY", "应结订单金额": "90.00", "代金券金额": "10.00", "退款金额": "0.00",
        "订单金额": "100.00", "申请退款金额": "0.00",
    }  # fmt: skip
    BACK: ClassVar[Row] = {
        **PAID, "交易状态": "REFUND", "应结订单金额": "0.00", "代金券金额": "0.00", "订单金额": "0.00",
        "退款金额": "90.00", "充值券退款金额": "10.00", "申请退款金额": "100.00",
    }  # fmt: skip

    @pytest.mark.parametrize("gone", [(), ("订单金额",), ("申请退款金额", "订单金额")])
    def test_what_was_given_back_in_full_comes_to_nothing(self, desk: Desk, gone: tuple[str, ...]) -> None:
        header = ",".join(name for name in headers.WECHAT.split(",") if name not in gone)
        rows = [{name: text for name, text in row.items() if name not in gone} for row in (self.PAID, self.BACK)]
        (file,) = desk.text(sheet(header, rows, lead="`")).files
        assert file.export == "wechat_pay"
        assert money(desk) == 0

    def test_so_it_does_where_the_settled_amount_was_asked_for(self, desk: Desk) -> None:
        path = desk.file(sheet(headers.WECHAT, [self.PAID, self.BACK], lead="`"))
        desk.read(Source(data=path, mapping={"amount": "应结订单金额"}))
        assert money(desk) == 0
        assert desk.orders("amount")[0] == (Decimal(90),)


class TestWeChatPayWithARefundThatFailed:
    """Of a price of 100 the 30 that were to go back did not; the bill lists the attempt all the same."""

    PAID: ClassVar[Row] = TestWeChatPayWithACoupon.PAID
    TRIED: ClassVar[Row] = {**TestWeChatPayWithACoupon.BACK, "退款金额": "30.00", "申请退款金额": "30.00"}

    @pytest.mark.parametrize("state", ["FAIL", "REFUNDCLOSE", "CLOSED", "退款失败", "退款关闭", "已关闭"])
    def test_nothing_was_given_back_and_the_attempt_is_counted(self, desk: Desk, state: str) -> None:
        (file,) = desk.text(sheet(headers.WECHAT, [self.PAID, {**self.TRIED, "退款状态": state}], lead="`")).files
        assert money(desk) == 100
        assert file.left_out == {"refund_failed": 1}

    @pytest.mark.parametrize("state", ["SUCCESS", "PROCESSING", "CHANGE", ""])
    def test_money_that_went_back_or_is_on_its_way_counts(self, desk: Desk, state: str) -> None:
        (file,) = desk.text(sheet(headers.WECHAT, [self.PAID, {**self.TRIED, "退款状态": state}], lead="`")).files
        assert money(desk) == 70
        assert file.left_out == {}

    def test_the_attempt_takes_back_no_payment_of_an_earlier_bill(self, desk: Desk) -> None:
        bills = (("may.csv", self.PAID), ("june.csv", {**self.TRIED, "退款状态": "FAIL"}), ("july.csv", self.TRIED))
        desk.read(*[Source(data=desk.file(sheet(headers.WECHAT, [row], lead="`"), name)) for name, row in bills])
        assert money(desk) == 70
