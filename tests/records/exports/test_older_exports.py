"""Files come in any order: what tells itself which export is the older is heeded, and the rest is told."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.exports import headers
from records.exports.test_restated import a_row, an_order, counted, keep, opened, shares, shopify
from records.exports.writing import money, sheet
from records_desk import TODAY, Desk
from regulars.core import Settings
from regulars.customers import HashedIdentities, clean
from regulars.feedback import add
from regulars.records import Batches

_payments = st.dictionaries(
    st.integers(1, 9), st.tuples(shares, st.sampled_from(["paid", "refunded", "pending"])), max_size=7
)


@given(exports_of_shop=st.lists(_payments, min_size=2, max_size=4), data=st.data())
@settings(max_examples=15, deadline=None)
def test_payment_and_refunds_are_told_in_any_order_of_the_files(
    bench: Desk, exports_of_shop: list[dict[int, tuple[Decimal, str]]], data: st.DataObject
) -> None:
    texts = [
        shopify({number: ("ana", Decimal(90), share, 1, state) for number, (share, state) in told.items()})
        for told in exports_of_shop
    ]
    bench.read(*(bench.file(text, f"{place}.csv") for place, text in enumerate(texts)))
    expected = counted(bench)
    bench.read(*(bench.file(text, f"{place}.csv") for place, text in enumerate(data.draw(st.permutations(texts)))))
    assert counted(bench) == expected


@pytest.mark.parametrize(
    ("newer", "older", "net"),
    [
        (an_order("100"), an_order("100", state="pending"), "100"),
        (an_order("100", "100", state="refunded"), an_order("100"), "0"),
        (an_order("100", "30"), an_order("100", "10"), "70"),
    ],
    ids=["not paid yet", "not given back yet", "less given back"],
)
def test_an_older_export_named_last_overrules_neither_payment_nor_refund(
    desk: Desk, newer: str, older: str, net: str
) -> None:
    records = desk.read(desk.file(newer, "june.csv"), desk.file(older, "may.csv"))
    assert money(desk) == Decimal(net)
    assert all(file.by_older is None for file in records.files)


@pytest.mark.parametrize("batches", [False, True])
def test_an_export_that_looks_older_and_overrules_is_told_with_the_money(desk: Desk, batches: bool) -> None:
    june = sheet(headers.SHOPIFY_ORDERS, [a_row("100"), a_row("120", number="#2", at="2024-06-02 10:00:00 +0200")])
    may = sheet(headers.SHOPIFY_ORDERS, [a_row("100") | {"Financial Status": "voided"}])
    if batches:
        store = Batches(desk.folder / "workspace")
        keep(store, desk, june)
        keep(store, desk, may)
        records = opened(store, desk)
    else:
        records = desk.read(desk.file(june, "june.csv"), desk.file(may, "may.csv"))
    assert money(desk) == Decimal(120)
    found = records.files[0].by_older
    assert found is not None
    assert (found.rows, found.line, found.example, found.amount) == (1, 2, "##", Decimal(100))
    assert [file.by_older for file in records.files[1:]] == [None] * (len(records.files) - 1)


def test_of_an_export_that_does_not_look_older_nothing_is_told(desk: Desk) -> None:
    records = desk.read(desk.file(an_order("100"), "a.csv"), desk.file(an_order("100", state="voided"), "b.csv"))
    assert money(desk) == 0
    assert all(file.by_older is None for file in records.files)


def test_one_number_of_one_buyer_months_apart_is_two_orders_and_told_with_the_money(desk: Desk) -> None:
    files = [an_order("100"), an_order("40", at="2024-06-20 10:00:00 +0200")]
    records = desk.read(*(desk.file(text, f"{place}.csv") for place, text in enumerate(files)))
    assert money(desk) == Decimal(140)
    add(desk.engine)
    resolve = HashedIdentities(None).resolve
    done = clean(desk.engine, records, resolve=resolve, settings=Settings(), today=TODAY)
    (mark,) = [row for row in done.quality.to_pylist() if row["issue"] == "order_in_two_files"]
    assert (mark["file"], mark["row_count"], mark["amount"]) == ("1.csv", 1, Decimal(40))


@pytest.mark.parametrize(("closed", "net"), [("2024-05-20", "90"), ("2024-06-20", "190")])
def test_where_the_moment_may_change_it_is_one_order_of_a_person_within_thirty_days(
    desk: Desk, closed: str, net: str
) -> None:
    deal = {"Record ID": "7", "Deal Name": "Tea", "Deal Stage": "Closed Won", "Associated Contact IDs": "501"}
    first = sheet(headers.HUBSPOT_DEALS, [deal | {"Amount": "100", "Close Date": "2024-05-01"}])
    again = sheet(headers.HUBSPOT_DEALS, [deal | {"Amount": "90", "Close Date": closed}])
    desk.read(desk.file(first, "may.csv"), desk.file(again, "june.csv"))
    assert money(desk) == Decimal(net)


@pytest.mark.parametrize(("stage", "nets"), [("Negotiation", ["100", "100"]), ("Closed Lost", ["100", "0"])])
def test_a_deal_that_was_open_before_it_was_won_is_won_in_whichever_order_the_files_are_named(
    desk: Desk, stage: str, nets: list[str]
) -> None:
    deal = {"Record ID": "7", "Deal Name": "Tea", "Associated Contact IDs": "501", "Amount": "100"}
    other = sheet(headers.HUBSPOT_DEALS, [deal | {"Deal Stage": stage, "Close Date": "2024-05-01"}])
    won = sheet(headers.HUBSPOT_DEALS, [deal | {"Deal Stage": "Closed Won", "Close Date": "2024-05-09"}])
    for texts, net in zip(([other, won], [won, other]), nets, strict=True):
        desk.read(*(desk.file(text, f"{place}.csv") for place, text in enumerate(texts)))
        assert money(desk) == Decimal(net)


def test_a_payment_is_the_same_with_its_invoice_and_without(desk: Desk) -> None:
    paid = {"id": "ch_1", "Customer Email": "ana@example.com", "Created (UTC)": "2024-05-01 10:00:00",
            "Amount": "100", "Currency": "usd", "Status": "Paid"}  # fmt: skip
    with_invoice = sheet(headers.STRIPE, [paid | {"Invoice ID": "in_1"}])
    without = sheet(headers.STRIPE, [paid | {"Amount Refunded": "40"}])
    for texts in ([with_invoice, without], [without, with_invoice]):
        desk.read(*(desk.file(text, f"{place}.csv") for place, text in enumerate(texts)))
        assert money(desk) == Decimal(60)
    cancelled = sheet(headers.STRIPE, [paid | {"Status": "Canceled"}])
    desk.read(desk.file(with_invoice, "a.csv"), desk.file(cancelled, "b.csv"))
    assert money(desk) == 0
