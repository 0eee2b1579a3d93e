"""What people bring and what they write, in a whole result: the values add up, and the words are nowhere."""

import csv
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from regulars import simulation
from regulars.analysis import Result, analyze
from regulars.records import Source


def test_total_value_is_the_own_and_half_of_what_those_brought_are_worth_in_all(result: Result) -> None:
    people = {row["customer_id"]: row for row in result.customers.to_pylist()}
    handed = dict.fromkeys(people, 0.0)
    for row in sorted(people.values(), key=lambda one: -one["referral_depth"]):
        if row["referred_by"] is not None:
            handed[row["referred_by"]] += 0.5 * ((row["lifetime_value"] or 0.0) + handed[row["customer_id"]])
    assert any(handed.values())
    for who, row in people.items():
        if row["may_profile"]:
            assert row["referral_value"] == pytest.approx(handed[who], abs=1e-9)
            if row["total_value"] is not None:
                own = row["lifetime_value"] or 0.0
                assert row["total_value"] == pytest.approx(own + row["referral_value"], abs=1e-9)
        else:
            assert (row["referral_value"], row["total_value"], row["network_reason"]) == (None, None, "no_consent")


def test_the_forest_is_what_the_shop_wrote_down(shop: simulation.SimulatedShop, result: Result) -> None:
    with shop.files["referrals"][0].open(encoding="utf-8-sig", newline="") as file:
        rows = [tuple(row)[:2] for row in csv.reader(file)][1:]
    brought_by = {referred: referrer for referrer, referred in rows}
    found = {row["customer_id"]: row["referred_by"] for row in result.customers.to_pylist() if row["referred_by"]}
    assert len(found) > 10
    assert found == {referred: brought_by[referred] for referred in found}
    said = result.rates["referrals"]
    assert said["referral_count"] == len(found) + sum(said["left_out"].values())
    assert said["brought"]["count"] == len(found)


def test_the_advocates_named_are_the_best_of_the_table(result: Result) -> None:
    named = result.rates["advocates"]
    advocates = [row for row in result.customers.to_pylist() if row["is_advocate"]]
    assert len(advocates) == result.rates["referrals"]["advocate_count"] > 0
    best = sorted((round(row["referral_value"], 2) for row in advocates), reverse=True)
    assert [round(row["referral_value"], 2) for row in named] == best[: len(named)]


def test_nothing_that_a_customer_wrote_is_in_the_result(shop: simulation.SimulatedShop, result: Result) -> None:
    texts: set[str] = set()
    for path in shop.files["feedback"]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            texts |= {row["Text"] for row in csv.DictReader(file)} - {""}
    assert len(texts) > 20
    for path in sorted(path for path in result.folder.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            words = {value for column in pq.read_table(path).columns for value in pc.unique(column).to_pylist()}
            assert not texts & words, path.name
        else:
            whole = Path(path).read_text(encoding="utf-8-sig")
            assert not [text for text in texts if text in whole], path.name


def test_the_language_of_a_customers_texts_is_known_and_not_of_those_who_refused(result: Result) -> None:
    people = result.customers.to_pylist()
    assert {"en", "zh"} <= {row["feedback_language"] for row in people}
    assert {row["feedback_language"] for row in people if not row["may_profile"]} == {None}


def test_referrals_of_which_none_counts_are_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("customer_id,ordered_at,amount\nana,2024-05-01,10\nbo,2024-05-02,20\n")
    (tmp_path / "referrals.csv").write_text("referrer_id,referred_id\nana,ana\nbo,bo\nbo,bo\n")
    names = ("orders.csv", "referrals.csv")
    result = analyze(files=[Source(data=tmp_path / name) for name in names], today=date(2024, 6, 30))
    said = result.rates["referrals"]
    assert (said["referral_count"], said["left_out"]["self_referral"]) == (3, 3)
    assert {row["network_reason"] for row in result.customers.to_pylist()} == {"referrals_left_out"}
    page = " ".join(result.report(tmp_path / "report.html").read_text(encoding="utf-8").split())
    assert "not known (none of the referrals recorded counts)" in page
    assert "3 of 3 referrals do not count" in page
    assert "No referrals are recorded." not in page
