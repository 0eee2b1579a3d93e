"""The orders of every named export: money to the cent, orders, people; what is no order is left out and counted."""

from decimal import Decimal

import pytest

from records.exports.samples import WITH_ORDERS, Sample
from records.exports.writing import count, money
from records_desk import Desk
from regulars.records import RecordSet


def read(desk: Desk, sample: Sample) -> RecordSet:
    return desk.text(sample.text.encode(sample.encoding))


@pytest.mark.parametrize("sample", WITH_ORDERS, ids=lambda sample: sample.export)
class TestEverySample:
    def test_money_orders_and_people_are_the_known_ones(self, desk: Desk, sample: Sample) -> None:
        records = read(desk, sample)
        assert desk.aside() == []
        assert {file.export for file in records.files} == {sample.export}
        assert money(desk) == Decimal(sample.money)
        assert (count(desk, "order_id"), count(desk, "customer_key")) == (sample.orders, sample.customers)

    def test_every_row_is_accounted_for(self, desk: Desk, sample: Sample) -> None:
        records = read(desk, sample)
        first = records.files[0]
        assert first.left_out == sample.left_out
        assert first.read == len(sample.text.strip().splitlines()) - 1
        for file in records.files:
            assert file.read == file.accepted + file.quarantined_total + file.left_out_total
            assert file.left_out_total == sum(file.left_out.values())
        names = {file.file.removeprefix("orders.csv").removeprefix("/"): file.accepted for file in records.files}
        assert names == sample.tables

    def test_no_column_about_a_card_is_read(self, desk: Desk, sample: Sample) -> None:
        for file in read(desk, sample).files:
            assert not [header for header in file.mapping.values() if header.lower().startswith(("card", "pan"))]
