"""A whole analysis of named exports: every row is accounted for in the manifest, and what was left out is shown."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from records.exports.samples import SHOPIFY, STRIPE, WECHAT, WOO_ANALYTICS
from regulars import reports
from regulars.analysis import NoRecords, analyze
from regulars.records import Source


def test_every_row_of_two_shops_is_accounted_for(tmp_path: Path) -> None:
    paths = [tmp_path / "shopify.csv", tmp_path / "wechat.csv"]
    for path, text in zip(paths, (SHOPIFY.text, WECHAT.text.replace("CNY", "EUR")), strict=True):
        path.write_text(text, encoding="utf-8")
    result = analyze(files=[Source(data=path) for path in paths], today=date(2024, 6, 30), out=tmp_path / "result")
    inputs = {file["file"]: file for file in result.manifest["inputs"]}
    for file in inputs.values():
        parts = ("accepted", "quarantined_total", "duplicates", "left_out_total")
        assert file["read"] == sum(file[part] for part in parts), file["file"]
    assert inputs["shopify.csv"]["export"] == "shopify_orders"
    assert inputs["wechat.csv"]["left_out"] == {"summary_row": 2}
    assert pc.sum(result.customers["spend_total"]).as_py() == Decimal(SHOPIFY.money) + Decimal(WECHAT.money)
    shown = pq.read_table(result.folder / "quality.parquet").to_pylist()
    left_out = {(row["file"], row["issue"]): row["row_count"] for row in shown if row["rule"] == "left_out"}
    assert left_out == {("shopify.csv", code): rows for code, rows in SHOPIFY.left_out.items()} | {
        ("wechat.csv", "summary_row"): 2
    }


def test_sales_told_twice_and_people_known_by_name_are_said(tmp_path: Path) -> None:
    paths = [tmp_path / "woo.csv", tmp_path / "stripe.csv"]
    paid = STRIPE.text.replace("1,200.00", "50.25").replace("usd", "bdt")
    for path, text in zip(paths, (WOO_ANALYTICS.text, paid), strict=True):
        path.write_text(text, encoding="utf-8")
    paths[1].write_text("\n".join(paid.splitlines()[:2]) + "\n", encoding="utf-8")
    result = analyze(files=[Source(data=path) for path in paths], today=date(2024, 6, 30), out=tmp_path / "result")
    notes = {note["code"]: note["params"] for note in result.manifest["notes"]}
    assert notes["people_by_name"] == {"file": "woo.csv"}
    assert notes["payments_beside_orders"] == {"payments": "stripe.csv", "orders": "woo.csv", "alike": 1, "sales": 1}
    report = (result.folder / "report.html").read_text(encoding="utf-8")
    assert "give one or the other" in report
    assert "tells buyers apart by name only" in report


def test_a_consent_given_at_the_till_counts(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(SHOPIFY.text, encoding="utf-8")
    result = analyze(files=[Source(data=path)], today=date(2024, 6, 30), out=tmp_path / "result")
    assert sorted(result.customers["may_email"].to_pylist()) == [False, True, True, True]


def test_where_all_rows_were_left_out_it_is_said_why_in_both_languages(tmp_path: Path) -> None:
    deals = tmp_path / "deals.csv"
    head = "Record ID,Deal Name,Deal Stage,Amount,Close Date,Associated Contact IDs\n"
    deals.write_text(head + "1,Tea,Closed Lost,10,2024-01-02,11\n2,Tea,Closed Lost,10,2024-01-02,12\n")
    with pytest.raises(NoRecords, match=r"set aside: 0, left out: deals lost \(2\)\)") as failed:
        analyze(files=[Source(data=deals)], today=date(2024, 6, 30))
    assert "略过：已丢单的商机 (2)" in reports.error_text(failed.value, language="zh")
