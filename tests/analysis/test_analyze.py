"""The whole path: what goes in comes out, whole or not at all, the same twice, and without names."""

import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import regulars
from regulars import simulation
from regulars.analysis import (
    ArgumentInvalid,
    AsOfInFuture,
    CustomerUnknown,
    NoRecords,
    NothingToRead,
    OutFolderTaken,
    Result,
    analyze,
)
from regulars.records import Source
from regulars.reports import ResultMissing

TODAY = date(2024, 12, 31)


def orders(*rows: tuple[str, str, object]) -> pa.Table:
    who, days, amounts = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {"customer_id": who, "ordered_at": days, "amount": [str(amount) for amount in amounts]}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def subscription(who: str) -> pa.Table:
    row = {"customer_id": who, "started_at": "2024-01-10", "price": "10", "period": "month"}
    return pa.Table.from_pylist([row])


def flat(value: object, place: str = "") -> dict[str, object]:
    """Return every leaf of nested lists and dictionaries by its place."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        return {place: value}
    return {name: leaf for key, inner in items for name, leaf in flat(inner, f"{place}/{key}").items()}


class TestTheTruth:
    def test_rows_are_read_refused_and_recognised_again_as_the_truth_says(
        self, shop: simulation.SimulatedShop, result: Result
    ) -> None:
        truth = json.loads(shop.truth_files["shop"].read_text(encoding="utf-8"))
        for file in result.manifest["inputs"]:
            said = truth["files"][file["file"]]
            assert file["read"] == said["rows"], file["file"]
            assert file["accepted"] + file["quarantined_total"] + file["duplicates"] == file["read"]
            assert file["quarantined_total"] == sum(said["unreadable"].values())
            assert file["duplicates"] == said["duplicates"]

    def test_money_and_orders_are_the_truths_to_the_cent(self, shop: simulation.SimulatedShop, result: Result) -> None:
        truth = json.loads(shop.truth_files["shop"].read_text(encoding="utf-8"))
        assert pc.sum(result.customers["spend_total"]).as_py() == Decimal(str(truth["money"]["net"]))
        assert pc.sum(result.customers["order_count"]).as_py() == shop.counts["orders"]


class TestTheParts:
    def test_the_parts_of_every_figure_add_up_to_it(self, result: Result) -> None:
        sums: defaultdict[tuple[str, str], float] = defaultdict(float)
        for row in pq.read_table(result.folder / "reasons.parquet").to_pylist():
            sums[row["customer_id"], row["figure"]] += row["contribution"] or 0.0
        for row in result.customers.to_pylist():
            for figure, value in (
                ("value_score", row["value_score"]),
                ("satisfaction_score", row["satisfaction_score"]),
                ("loyalty_score", row["loyalty_score"]),
                ("next_action", row["expected_gain"]),
            ):
                if value is not None:
                    assert sums[row["customer_id"], figure] == pytest.approx(value, abs=1e-9)

    def test_who_withdrew_profiling_counts_and_has_no_scores(self, result: Result) -> None:
        withdrawn = [row for row in result.customers.to_pylist() if not row["may_profile"]]
        assert withdrawn, "the simulated shop has some"
        for row in withdrawn:
            figures = ("value_score", "loyalty_score", "satisfaction_score", "lifetime_value", "rfm_group")
            assert [row[name] for name in figures] == [None] * 5
            assert row["next_action"] == "leave_alone"
            reasons = {reason["code"] for reason in result.explain(row["customer_id"]).reasons}
            assert "no_consent" in reasons

    def test_the_clusters_of_customers_are_those_the_manifest_describes(self, result: Result) -> None:
        told = {one["number"]: one["customers"] for one in result.manifest["clusters"]["clusters"]}
        assert told, "the shop of these tests is large enough for clusters"
        customers = pq.read_table(result.folder / "customers.parquet").to_pylist()
        assert Counter(row["cluster"] for row in customers if row["cluster"] is not None) == told
        assert all((row["cluster"] is None) != (row["cluster_reason"] is None) for row in customers)
        rows = pq.read_table(result.folder / "segments.parquet").to_pylist()
        assert {int(row["segment"]): row["customers"] for row in rows if row["segmentation"] == "cluster"} == told

    def test_nobody_is_listed_through_a_channel_not_allowed(self, result: Result) -> None:
        people = {row["customer_id"]: row for row in result.customers.to_pylist()}
        allowed = {"email": "may_email", "message": "may_message", "phone": "may_phone"}
        listed = [row for row in result.actions.to_pylist() if row["channel"]]
        assert listed
        for row in listed:
            assert row["channel"] == "in_parcel" or people[row["customer_id"]][allowed[row["channel"]]]

    def test_the_eight_numbers_are_eight_and_have_their_base(self, result: Result) -> None:
        eight = result.rates["eight"]
        assert [one["name"] for one in eight] == [
            "active_customers", "revenue", "retention_rate", "repeat_rate", "nps", "base_value", "value_at_risk",
            "new_customers",
        ]  # fmt: skip
        for one in eight:
            now = one["now"]
            assert now["value"] is not None, one["name"]
            assert now["interval"] or one["name"] == "nps", "only answers that are all alike have no interval"
            assert now["interval"] is None or now["interval"]["low"] <= now["value"] <= now["interval"]["high"]


class TestAgain:
    def test_the_same_input_gives_the_same_answer(
        self, shop: simulation.SimulatedShop, result: Result, workspace: Path, tmp_path: Path
    ) -> None:
        sources = [Source(data=path) for path in reversed(shop.paths)]
        out = tmp_path / "again"
        again = analyze(files=sources, today=TODAY, out=out, workspace=workspace, threads=1, events=True)
        assert again.manifest["content_hash"] == result.manifest["content_hash"]
        numbers, the_same = flat(result.rates), flat(again.rates)
        assert the_same.keys() == numbers.keys()
        for place, value in numbers.items():
            expected = pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
            assert the_same[place] == expected, place

    def test_a_result_takes_the_place_of_an_earlier_one(self, tmp_path: Path) -> None:
        place = tmp_path / "result"
        first = analyze(orders(("ana", "2024-01-01", 5)), out=place, today=TODAY)
        assert first.customers.num_rows == 1
        (place / "stray.txt").write_text("of the earlier result")
        analyze(orders(("ana", "2024-01-01", 5), ("bo", "2024-01-02", 6)), out=place, today=TODAY)
        assert Result.open(place).customers.num_rows == 2
        assert sorted(path.name for path in tmp_path.iterdir()) == ["result"]
        assert not (place / "stray.txt").exists()

    def test_score_bounds_of_an_earlier_result_are_kept(self, tmp_path: Path) -> None:
        rows = [(who, "2024-01-01", 10 * number) for number, who in enumerate(("ana", "bo", "cy"), start=1)]
        first = analyze(orders(*rows), out=tmp_path / "first", today=TODAY)
        more = orders(*rows, ("di", "2024-01-01", 9_000))
        frozen = analyze(more, out=tmp_path / "second", previous=tmp_path / "first", today=TODAY)
        free = analyze(more, today=TODAY)
        assert frozen.explain("ana").customer["value_score"] == first.explain("ana").customer["value_score"]
        assert free.explain("cy").customer["value_score"] != first.explain("cy").customer["value_score"]


class TestNoNames:
    def test_no_file_of_a_result_holds_a_name_an_address_or_a_number(
        self, shop: simulation.SimulatedShop, result: Result
    ) -> None:
        profiles = pd.read_csv(next(path for path in shop.paths if path.stem == "profiles"), dtype=str)
        known = {
            value for column in ("Name", "Email", "Phone") for value in profiles[column].dropna() if len(value) > 4
        }
        assert len(known) > 200
        for path in (path for path in result.folder.rglob("*") if path.is_file()):
            if path.suffix == ".parquet":
                text = "\n".join(str(row) for row in pq.read_table(path).to_pylist())
            else:
                text = path.read_text(encoding="utf-8", errors="ignore")
            assert not [value for value in known if value in text], path.name
            if path.suffix != ".html":
                assert not re.search(r"[\w.]+@[\w.]+\.\w", text), path.name

    def test_the_workspace_is_for_its_owner_only(self, workspace: Path, result: Result) -> None:
        assert result.customers.num_rows
        for name in ("key", "identities.parquet", "quarantine.parquet"):
            assert (workspace / name).stat().st_mode & 0o077 == 0, name

    def test_with_a_workspace_the_same_address_is_the_same_customer_next_time(self, tmp_path: Path) -> None:
        table = pa.table({"email": ["ana@example.com"], "ordered_at": ["2024-01-01"], "amount": ["5"]})
        ids = [
            analyze(table, workspace=tmp_path / "workspace", today=TODAY).customers["customer_id"].to_pylist()
            for _ in range(2)
        ]
        assert ids[0] == ids[1]
        without = analyze(table, today=TODAY)
        assert without.customers["customer_id"].to_pylist() != ids[0]
        assert "key_of_this_run" in [note["code"] for note in without.manifest["notes"]]


class TestNoHindsight:
    def test_what_came_later_changes_no_feature_of_an_earlier_day(self) -> None:
        day = date(2024, 3, 31)
        before = [("ana", "2024-01-05", 20), ("bo", "2024-03-01", 30), ("bo", "2024-03-02", 31)]
        before += [("ana", f"2024-02-{n + 1:02}", 20 + n) for n in range(20)] + [("ana", "2024-03-03", 90_000)]
        after = [("ana", "2024-05-01", -20), ("cy", "2024-06-01", 99), ("bo", "2024-04-01", 1)]
        after += [("cy", "2024-06-02", 80_000 + n) for n in range(40)]
        known = analyze(orders(*before), as_of=day, today=TODAY)
        told = analyze(orders(*before, *after), as_of=day, today=TODAY)
        assert told.customers.equals(known.customers)
        assert known.customers["outlier_count"].to_pylist() == [1, 0]
        assert told.manifest["outlier_above"] == known.manifest["outlier_above"]
        (issue,) = [
            row for row in pq.read_table(told.folder / "quality.parquet").to_pylist() if row["issue"] == "outlier"
        ]
        assert (issue["row_count"], issue["share"]) == (1, 1 / len(before))
        assert issue["rule"] == f"amount_above:{told.manifest['outlier_above']:.2f}"

    def test_a_subscriber_who_orders_later_paid_the_same_charges_before(self) -> None:
        day = date(2024, 3, 31)
        before, after = [("bo", "2024-01-01", 30)], [("ana", "2024-05-01", 20)]
        known, told = (
            analyze(orders(*rows), subscriptions=subscription("ana"), as_of=day, today=TODAY).customers
            for rows in (before, before + after)
        )
        assert known.filter(pc.field("customer_id") == "ana")["spend_total"].to_pylist() == [Decimal(30)]
        assert told.equals(known)


class TestTheDay:
    def test_charges_that_run_on_do_not_move_the_day_of_the_last_order(self) -> None:
        result = analyze(orders(("bo", "2024-03-05", 30)), subscriptions=subscription("ana"), today=TODAY)
        assert result.manifest["as_of"] == "2024-03-05"

    def test_without_orders_the_last_start_of_a_subscription_counts(self) -> None:
        assert analyze(subscriptions=subscription("ana"), today=TODAY).manifest["as_of"] == "2024-01-10"


class TestNotes:
    def test_consents_of_people_who_are_nobody_elsewhere_are_told(self) -> None:
        row = {"customer_id": "A1", "purpose": "marketing", "granted": "no", "recorded_at": "2024-01-01"}
        consents = pa.Table.from_pylist([row])
        result = analyze(orders(("ana", "2024-01-01", 5)), consents=consents, today=TODAY)
        assert {"code": "consents_of_nobody", "params": {"people": 1}} in result.manifest["notes"]


class TestTables:
    @pytest.mark.parametrize("kind", ["pandas", "arrow", "path", "parquet"])
    def test_every_way_to_hand_over_a_table_gives_the_same(self, tmp_path: Path, kind: str) -> None:
        table = orders(("ana", "2024-01-01", "5.25"), ("bo", "2024-01-02", "6.50"))
        csv, parquet = tmp_path / "orders.csv", tmp_path / "orders.parquet"
        table.to_pandas().to_csv(csv, index=False)
        pq.write_table(table, parquet)
        given: Any = {"pandas": table.to_pandas(), "arrow": table, "path": str(csv), "parquet": parquet}[kind]
        result = regulars.analyze(orders=given, today=TODAY)
        assert result.customers["spend_total"].to_pylist() == [Decimal("5.2500"), Decimal("6.5000")]

    def test_a_result_without_a_place_lives_as_long_as_itself(self) -> None:
        result = regulars.analyze(orders(("ana", "2024-01-01", 5)), today=TODAY)
        folder = result.folder
        assert folder.exists()
        del result
        assert not folder.exists()


class TestBadInput:
    def test_nothing_to_read(self) -> None:
        with pytest.raises(NothingToRead, match="Name at least one file"):
            analyze()

    def test_something_that_is_no_table(self) -> None:
        with pytest.raises(regulars.RegularsError, match="orders is a int, which is neither a path nor a table"):
            analyze(42)

    def test_no_customers_by_the_day(self) -> None:
        with pytest.raises(regulars.RegularsError, match="No customer has a record by 2020-01-01"):
            analyze(orders(("ana", "2024-01-01", 5)), as_of=date(2020, 1, 1), today=TODAY)

    def test_a_place_that_is_taken_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("years of work")
        with pytest.raises(OutFolderTaken, match="holds something that is not a result"):
            analyze(orders(("ana", "2024-01-01", 5)), out=tmp_path, today=TODAY)
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]

    def test_an_analysis_that_fails_leaves_no_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object, **__: object) -> Path:
            raise OSError("disk full")

        monkeypatch.setattr("regulars.reports.render_html", fail)
        with pytest.raises(OSError, match="disk full"):
            analyze(orders(("ana", "2024-01-01", 5)), out=tmp_path / "result", today=TODAY)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"as_of": "2024-02-01"}, r"as_of is '2024-02-01', but must be a day such as date\(2024, 2, 1\)"),
            ({"as_of": datetime(2024, 2, 1, 12)}, "as_of is datetime"),
            ({"today": "2024-02-01"}, "today is '2024-02-01'"),
            ({"threads": 0}, "threads is 0, but must be a whole number, 1 or more"),
            ({"seed": -1}, "seed is -1, but must be a whole number, 0 or more"),
            ({"language": "fr"}, "language is 'fr', but must be 'en' or 'zh'"),
        ],
    )
    def test_an_argument_that_means_nothing_is_named(self, wrong: dict[str, Any], words: str) -> None:
        with pytest.raises(ArgumentInvalid, match=words):
            analyze(orders(("ana", "2024-01-01", 5)), **{"today": TODAY, **wrong})

    def test_a_day_that_has_not_come_cannot_be_analysed(self) -> None:
        with pytest.raises(AsOfInFuture, match="2025-01-01, which is after today"):
            analyze(orders(("ana", "2024-01-01", 5)), as_of=date(2025, 1, 1), today=TODAY)

    def test_a_table_without_rows_is_said(self) -> None:
        with pytest.raises(NoRecords, match="held no rows that could be used"):
            analyze(orders(), today=TODAY)

    def test_an_analysis_that_fails_leaves_nothing_in_the_temporary_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with pytest.raises(NoRecords):
            analyze(orders(), today=TODAY)
        assert not list(tmp_path.iterdir())

    def test_an_analysis_that_fails_to_publish_leaves_the_workspace_as_it_was(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> Path:
            raise OSError("disk full")

        monkeypatch.setattr("regulars.reports.render_html", fail)
        table = pa.table({"email": ["ana@example.com"], "ordered_at": ["2024-01-01"], "amount": ["5"]})
        with pytest.raises(OSError, match="disk full"):
            analyze(table, workspace=tmp_path, today=TODAY)
        assert list(tmp_path.iterdir()) == []

    def test_a_report_is_written_into_new_folders_in_a_language_there_is(self, result: Result, tmp_path: Path) -> None:
        assert result.report(tmp_path / "new" / "x.html").exists()
        wrong: Any = "fr"
        with pytest.raises(ArgumentInvalid, match="language is 'fr'"):
            result.report(tmp_path / "x.html", language=wrong)

    def test_a_folder_that_is_no_result_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(ResultMissing, match="holds no result"):
            Result.open(tmp_path)

    def test_an_unknown_customer_is_said(self, result: Result) -> None:
        with pytest.raises(CustomerUnknown, match="No customer 'nobody'"):
            result.explain("nobody")


class TestSmallAndStrangeShops:
    def test_one_customer_with_one_order(self) -> None:
        result = analyze(orders(("ana", "2024-06-30", "9.99")), today=TODAY)
        (ana,) = result.customers.to_pylist()
        assert (ana["spend_total"], ana["order_count"], ana["lifecycle_stage"]) == (Decimal("9.99"), 1, "acquisition")
        assert ana["gap_mean_days"] is None
        assert result.rates["eight"][2]["now"]["value"] is None, "a retention rate over nobody is missing, not 0"

    def test_one_order_each(self) -> None:
        result = analyze(orders(*((f"c{n:03}", "2024-06-30", n + 1) for n in range(100))), today=TODAY)
        assert set(result.customers["frequency_score"].to_pylist()) == {3}, "equal values get equal scores"

    def test_all_refunds(self) -> None:
        result = analyze(orders(("ana", "2024-06-01", -5), ("bo", "2024-06-02", -7)), today=TODAY)
        assert result.customers["order_count"].to_pylist() == [0, 0]
        assert pc.sum(result.customers["spend_total"]).as_py() == Decimal(-12)

    def test_everything_on_one_day(self) -> None:
        rows = [(f"c{n % 7}", "2024-06-30", 10 + n % 3) for n in range(70)]
        result = analyze(orders(*rows), today=TODAY)
        assert result.customers["order_day_count"].to_pylist() == [1] * 7
        assert set(result.customers["order_count"].to_pylist()) == {10}

    def test_a_row_of_2090_is_put_aside_and_said(self) -> None:
        result = analyze(orders(("ana", "2024-06-30", 5), ("ana", "2090-01-01", 5)), today=TODAY)
        assert result.manifest["as_of"] == "2024-06-30"
        assert result.manifest["inputs"][0]["quarantined"] == {"after_today": 1}
        aside = pq.read_table(result.folder / "quarantine.parquet").to_pylist()
        assert [(row["line"], row["column_name"], row["reason"]) for row in aside] == [(2, "ordered_at", "after_today")]

    def test_a_million_identical_rows_are_a_million_orders(self) -> None:
        n = 1_000_000
        column = {"customer_id": "ana", "ordered_at": "2024-06-30", "amount": "1.10"}
        table = pa.table({name: pa.repeat(pa.scalar(value), n) for name, value in column.items()})
        result = analyze(table, today=TODAY)
        (ana,) = result.customers.to_pylist()
        assert (ana["order_count"], ana["spend_total"]) == (n, Decimal("1100000"))
        assert result.manifest["inputs"][0]["repeated"] == n - 1

    def test_usage_alone_is_a_business_too(self) -> None:
        days = [str(TODAY - timedelta(days=n)) for n in range(0, 200, 20)]
        uses = pa.table({"customer_id": ["ana"] * 10, "used_at": days})
        result = analyze(usage=uses, today=TODAY)
        (ana,) = result.customers.to_pylist()
        assert (ana["usage_count"], ana["order_count"], ana["lifecycle_stage"]) == (10, 0, "retention")


def test_an_analysis_says_how_far_it_is() -> None:
    heard: list[tuple[str, float]] = []
    analyze(orders(("ana", "2024-01-01", 5)), today=TODAY, progress=lambda step, done: heard.append((step, done)))
    assert [done for _, done in heard] == sorted(done for _, done in heard)
    assert heard[0] == ("read", 0.0)
    assert heard[-1][0] == "report"
