"""From raw rows to clean tables: who is who, what is a duplicate, what a refund takes back, who allowed what."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from regulars import feedback
from regulars.core import Settings
from regulars.customers import CLEAN_TABLES, Cleaning, HashedIdentities, clean
from regulars.engines import Engine
from regulars.records import RAW_TABLES, FileReport, RecordSet

TODAY = date(2024, 6, 30)
Row = dict[str, Any]


def order(who: str, day: date, amount: str, **more: object) -> Row:
    at = datetime(day.year, day.month, day.day, 12)
    return {"customer_key": who, "ordered_at": at, "local_day": day, "amount": Decimal(amount), **more}


def consent(who: str, purpose: str, *, granted: bool, at: datetime) -> Row:
    return {"customer_key": who, "purpose": purpose, "granted": granted, "recorded_at": at, "local_day": at.date()}


def cleaned(
    engine: Engine,
    files: Mapping[str, list[list[Row]]],
    *,
    settings: Settings | None = None,
    role: str = "customer_id",
    personal: bool = False,
    suspect: bool = False,
) -> Cleaning:
    """Clean raw tables made of files: for each kind a list of files, each a list of rows."""
    reports: list[FileReport] = []
    raw: dict[str, list[Row]] = {name: [] for name in RAW_TABLES}
    for kind, tables in files.items():
        for rows in tables:
            raw[f"raw_{kind}"] += [
                {"file_id": len(reports), "line": line, **row} for line, row in enumerate(rows, start=2)
            ]
            reports.append(report(kind, rows, role=role, personal=personal, suspect=suspect))
    for name, rows in raw.items():
        engine.load(name, pa.Table.from_pylist(rows, schema=RAW_TABLES[name]))
    feedback.add(engine)
    records = RecordSet(files=tuple(reports), currency="")
    return clean(engine, records, resolve=HashedIdentities(None).resolve, settings=settings or Settings(), today=TODAY)


def report(kind: str, rows: list[Row], *, role: str, personal: bool, suspect: bool) -> FileReport:
    names = {name: name for row in rows for name in row}
    return FileReport(
        file=f"{kind}.csv", kind=kind, key_role=role, sha256=None, bytes=None, encoding=None, delimiter=None,
        mapping=names, unused_columns=(), read=len(rows), accepted=len(rows), quarantined={}, quarantined_total=0,
        looks_personal=personal, has_personal_keys=suspect,
    )  # fmt: skip


def total(engine: Engine, condition: str = "1 = 1") -> Decimal:
    found: Decimal = (
        engine.fetch(f"SELECT CAST(coalesce(sum(amount), 0) AS DECIMAL(18, 4)) AS t FROM orders WHERE {condition}")
        .column("t")[0]
        .as_py()
    )
    return found


def rows_of(engine: Engine, table: str) -> list[Row]:
    found: list[Row] = engine.fetch(f"SELECT * FROM {table} ORDER BY ALL").to_pylist()
    return found


DAYS = st.dates(date(2024, 1, 1), date(2024, 1, 4))
PURCHASES = st.lists(
    st.builds(order, st.sampled_from(["ana", "bo"]), DAYS, st.sampled_from(["5.00", "7.50"])), max_size=12
)
shared_engine = how(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class TestDuplicates:
    @shared_engine
    @given(rows=PURCHASES, cut=st.integers(0, 12))
    def test_two_exports_that_overlap_are_one(self, engine: Engine, rows: list[Row], cut: int) -> None:
        cleaned(engine, {"orders": [rows]})
        once = total(engine)
        counts = cleaned(engine, {"orders": [rows, rows[:cut]]})
        assert total(engine) == once
        assert sum(counts.duplicates.values()) == len(rows[:cut])

    @shared_engine
    @given(first=PURCHASES, second=PURCHASES)
    def test_what_two_files_say_together_does_not_depend_on_which_comes_first(
        self, engine: Engine, first: list[Row], second: list[Row]
    ) -> None:
        cleaned(engine, {"orders": [first, second]})
        there = rows_of(engine, "orders")
        cleaned(engine, {"orders": [second, first]})
        assert rows_of(engine, "orders") == there

    def test_the_same_row_twice_in_one_file_is_two_orders(self, engine: Engine) -> None:
        counts = cleaned(engine, {"orders": [[order("ana", TODAY, "5.00")] * 3]})
        assert total(engine) == Decimal(15)
        assert counts.duplicates == {}
        assert counts.repeated == {0: 2}

    def test_lines_of_an_order_with_an_id_are_not_repeated(self, engine: Engine) -> None:
        counts = cleaned(engine, {"orders": [[order("ana", TODAY, "5.00", order_id="1")] * 2]})
        assert counts.repeated == {}
        assert [row["amount"] for row in rows_of(engine, "orders")] == [Decimal(10)]

    def test_an_export_made_again_with_another_column_adds_nothing(self, engine: Engine) -> None:
        rows = [order("ana", TODAY, "5.00"), order("bo", TODAY, "7.50"), order("bo", TODAY, "7.50")]
        richer = [{**row, "channel": "web"} for row in rows]
        for files, again in (([rows, richer], 0), ([richer, rows], 1)):
            counts = cleaned(engine, {"orders": files})
            assert total(engine) == Decimal(20)
            assert counts.duplicates == {again: 3}
            assert {row["channel"] for row in rows_of(engine, "orders")} == {"web"}

    def test_rows_of_which_two_files_say_only_who_and_when_are_compared_whole(self, engine: Engine) -> None:
        at = {"customer_key": "ana", "given_at": datetime(2024, 6, 1), "local_day": date(2024, 6, 1)}
        asked, complained = {**at, "kind": "nps", "score": 9.0}, {**at, "first_reply_minutes": 7.0}
        cleaned(engine, {"feedback": [[asked], [complained]]})
        assert len(rows_of(engine, "feedback")) == 2

    def test_what_only_one_of_two_profile_files_knows_is_kept(self, engine: Engine) -> None:
        known = [{"customer_key": "ana", "region": "north"}]
        more = [{"customer_key": "ana", "region": "north", "birth_year": 1980}]
        cleaned(engine, {"profiles": [known, more]})
        assert rows_of(engine, "customers")[0]["birth_year"] == 1980


class TestRefunds:
    def test_a_refund_counts_on_the_day_of_its_order_and_is_known_from_its_own(self, engine: Engine) -> None:
        bought, returned = date(2024, 3, 1), date(2024, 5, 9)
        cleaned(
            engine,
            {"orders": [[order("ana", bought, "50", order_id="1"), order("ana", returned, "-20", order_id="1")]]},
        )
        refund, purchase = sorted(rows_of(engine, "orders"), key=lambda row: row["amount"])
        assert (refund["local_day"], refund["known_day"], refund["is_refund"]) == (bought, returned, True)
        assert (purchase["amount"], purchase["known_day"]) == (Decimal(50), bought)

    def test_a_refund_of_nothing_known_counts_on_its_own_day(self, engine: Engine) -> None:
        cleaned(engine, {"orders": [[order("ana", TODAY, "20", is_refund=True)]]})
        (refund,) = rows_of(engine, "orders")
        assert (refund["amount"], refund["local_day"]) == (Decimal(-20), TODAY)

    @pytest.mark.parametrize(("amount", "is_refund"), [("-20", None), ("-20", True), ("20", True)])
    def test_every_way_to_write_a_refund_is_one(self, engine: Engine, amount: str, is_refund: bool | None) -> None:
        cleaned(engine, {"orders": [[order("ana", TODAY, "50"), order("ana", TODAY, amount, is_refund=is_refund)]]})
        assert total(engine) == Decimal(30)

    def test_a_refund_dated_before_its_order_tells_nothing_before_the_order(self, engine: Engine) -> None:
        early, late = date(2024, 3, 1), date(2024, 3, 9)
        cleaned(
            engine, {"orders": [[order("ana", late, "50", order_id="1"), order("ana", early, "-20", order_id="1")]]}
        )
        assert total(engine, f"known_day < DATE '{late}'") == 0


class TestOrders:
    def test_lines_become_one_order(self, engine: Engine) -> None:
        lines = [order("ana", TODAY, "5", order_id="1", cost=Decimal(2), category=name) for name in ("tea", "cups")]
        cleaned(engine, {"orders": [lines]})
        (one,) = rows_of(engine, "orders")
        assert (one["amount"], one["cost"]) == (Decimal(10), Decimal(4))
        assert [row["category"] for row in rows_of(engine, "order_lines")] == ["cups", "tea"]

    def test_an_order_is_without_cost_if_one_line_is(self, engine: Engine) -> None:
        lines = [order("ana", TODAY, "5", order_id="1", cost=Decimal(2)), order("ana", TODAY, "5", order_id="1")]
        cleaned(engine, {"orders": [lines]})
        assert rows_of(engine, "orders")[0]["cost"] is None

    def test_the_same_number_used_again_by_another_customer_or_day_is_another_order(self, engine: Engine) -> None:
        rows = [order("ana", TODAY, "5", order_id="1"), order("bo", TODAY, "5", order_id="1")]
        rows.append(order("ana", date(2023, 1, 1), "5", order_id="1"))
        cleaned(engine, {"orders": [rows]})
        assert len(rows_of(engine, "orders")) == 3


class TestSubscriptions:
    def test_charges_are_the_revenue_until_the_first_order(self, engine: Engine) -> None:
        start = {"started_at": datetime(2024, 1, 31), "local_day": date(2024, 1, 31), "price": Decimal(10)}
        rows = [{"customer_key": who, **start, "period": "month"} for who in ("ana", "bo")]
        cleaned(engine, {"subscriptions": [rows], "orders": [[order("bo", date(2024, 3, 31), "3")]]})
        charges = [row["local_day"] for row in rows_of(engine, "orders") if row["customer_id"] == "ana"]
        assert charges == [
            date(2024, month, day) for month, day in ((1, 31), (2, 29), (3, 31), (4, 30), (5, 31), (6, 30))
        ]
        assert total(engine, "customer_id = 'bo'") == Decimal(10 + 10 + 3)

    def test_a_refund_of_nothing_known_ends_no_charges(self, engine: Engine) -> None:
        start = {"started_at": datetime(2024, 6, 1), "local_day": date(2024, 6, 1), "price": Decimal(10)}
        rows = [{"customer_key": "ana", **start, "period": "month"}]
        cleaned(engine, {"subscriptions": [rows], "orders": [[order("ana", date(2024, 1, 1), "-3")]]})
        assert total(engine) == Decimal(7)

    def test_charges_are_not_the_last_order(self, engine: Engine) -> None:
        start = {"started_at": datetime(2024, 1, 1), "local_day": date(2024, 1, 1), "price": Decimal(10)}
        rows = [{"customer_key": "bo", **start, "period": "month"}]
        orders = [order("ana", date(2024, 3, 5), "3")]
        assert cleaned(engine, {"subscriptions": [rows], "orders": [orders]}).last_order_day == date(2024, 3, 5)
        assert cleaned(engine, {"subscriptions": [rows]}).last_order_day is None

    def test_a_subscription_that_ended_charges_no_more(self, engine: Engine) -> None:
        row = {
            "customer_key": "ana", "started_at": datetime(2024, 1, 1), "local_day": date(2024, 1, 1),
            "ended_at": datetime(2024, 3, 1), "ended_day": date(2024, 3, 1), "price": Decimal(10), "period": "month",
        }  # fmt: skip
        cleaned(engine, {"subscriptions": [[row]]})
        assert total(engine) == Decimal(20)


class TestConsent:
    def test_the_newest_word_counts_and_of_two_at_once_the_stricter(self, engine: Engine) -> None:
        early, late = datetime(2024, 1, 1), datetime(2024, 6, 1)
        rows = [
            consent("ana", "marketing_email", granted=False, at=early),
            consent("ana", "marketing_email", granted=True, at=late),
            consent("bo", "marketing_email", granted=True, at=late),
            consent("bo", "marketing_email", granted=False, at=late),
        ]
        cleaned(engine, {"orders": [[order(who, TODAY, "5") for who in ("ana", "bo")]], "consents": [rows]})
        assert {row["customer_id"]: row["may_email"] for row in rows_of(engine, "customers")} == {
            "ana": True,
            "bo": False,
        }

    @staticmethod
    def channels_of(engine: Engine, *rows: Row) -> list[bool]:
        cleaned(engine, {"orders": [[order("ana", TODAY, "5")]], "consents": [list(rows)]})
        (ana,) = rows_of(engine, "customers")
        return [ana["may_email"], ana["may_message"], ana["may_phone"]]

    @pytest.mark.parametrize("word", ["marketing"])
    def test_marketing_without_a_channel_is_every_channel(self, engine: Engine, word: str) -> None:
        yes = consent("ana", word, granted=True, at=datetime(2024, 1, 1))
        no = consent("ana", "marketing", granted=False, at=datetime(2024, 6, 1))
        assert self.channels_of(engine, yes) == [True, True, True]
        assert self.channels_of(engine, yes, no) == [False, False, False]

    def test_a_no_to_all_marketing_ends_what_a_channel_was_granted_before_and_not_after(self, engine: Engine) -> None:
        rows = [
            consent("ana", "marketing_email", granted=True, at=datetime(2024, 1, 1)),
            consent("ana", "marketing", granted=False, at=datetime(2024, 2, 1)),
            consent("ana", "marketing_phone", granted=True, at=datetime(2024, 3, 1)),
        ]
        assert self.channels_of(engine, *rows) == [False, False, True]

    def test_a_yes_to_all_marketing_does_not_undo_the_no_to_a_channel(self, engine: Engine) -> None:
        rows = [
            consent("ana", "marketing_email", granted=False, at=datetime(2024, 1, 1)),
            consent("ana", "marketing", granted=True, at=datetime(2024, 2, 1)),
        ]
        assert self.channels_of(engine, *rows) == [False, True, True]

    @pytest.mark.parametrize("said_before", [True, False])
    def test_of_the_future_only_a_no_counts(self, engine: Engine, said_before: bool) -> None:
        rows = [
            consent("ana", "marketing_email", granted=said_before, at=datetime(2024, 6, 1)),
            consent("ana", "marketing_email", granted=not said_before, at=datetime(2025, 1, 1)),
        ]
        assert self.channels_of(engine, *rows) == [False, False, False]

    def test_people_whom_only_the_consents_name_are_counted(self, engine: Engine) -> None:
        early, late = datetime(2024, 1, 1), datetime(2025, 1, 1)
        rows = [consent(who, "marketing", granted=True, at=at) for who, at in (("ana", early), ("A1", early))]
        rows += [consent("A1", "sharing", granted=True, at=early), consent("A2", "sharing", granted=True, at=late)]
        counts = cleaned(engine, {"orders": [[order("ana", TODAY, "5")]], "consents": [rows]})
        assert counts.consents_of_nobody == 2
        assert [row["customer_id"] for row in rows_of(engine, "customers")] == ["ana"]

    def test_without_a_word_profiling_is_allowed_and_marketing_is_not(self, engine: Engine) -> None:
        cleaned(engine, {"orders": [[order("ana", TODAY, "5")]]})
        (ana,) = rows_of(engine, "customers")
        assert (ana["may_profile"], ana["may_email"], ana["may_phone"], ana["may_share"]) == (True, False, False, False)

    def test_settings_say_what_silence_means(self, engine: Engine) -> None:
        settings = Settings.model_validate({"consent": {"marketing": True, "profiling": False}})
        cleaned(engine, {"orders": [[order("ana", TODAY, "5")]]}, settings=settings)
        (ana,) = rows_of(engine, "customers")
        assert (ana["may_profile"], ana["may_message"]) == (False, True)


class TestWhoIsWho:
    def test_a_customer_number_passes_unchanged(self, engine: Engine) -> None:
        cleaned(engine, {"orders": [[order("A-17", TODAY, "5")]]})
        assert rows_of(engine, "customers")[0]["customer_id"] == "A-17"

    @pytest.mark.parametrize(("role", "personal"), [("email", False), ("customer_id", True)])
    def test_an_address_never_reaches_a_table(self, engine: Engine, role: str, personal: bool) -> None:
        rows = [order(key, TODAY, "5") for key in ("Ana@example.com", " ana@example.com")]
        cleaned(engine, {"orders": [rows]}, role=role, personal=personal)
        (ana,) = rows_of(engine, "customers")
        assert len(ana["customer_id"]) == 32
        for table in CLEAN_TABLES:
            assert "ana@" not in str(rows_of(engine, table)).lower()

    def test_a_single_address_among_customer_numbers_is_hashed_alone(self, engine: Engine) -> None:
        rows = [order(key, TODAY, "5") for key in ("A-1", "ana@example.com", "13800138000", "10000000000")]
        cleaned(engine, {"orders": [rows]}, suspect=True)
        ids = {row["customer_id"] for row in rows_of(engine, "customers")}
        assert {"A-1", "10000000000"} <= ids
        assert [len(each) for each in ids - {"A-1", "10000000000"}] == [32, 32]

    def test_one_person_keeps_one_id_in_files_whose_columns_have_other_names(self, engine: Engine) -> None:
        answer = {"customer_key": "ANA@example.com", "given_at": datetime(2024, 6, 1), "local_day": date(2024, 6, 1)}
        cleaned(engine, {"orders": [[order("ana@example.com", TODAY, "5")]], "feedback": [[answer]]}, role="email")
        assert len(rows_of(engine, "customers")) == 1

    def test_a_referral_of_oneself_or_said_again_is_left_to_who_counts_them(self, engine: Engine) -> None:
        told = [("cy", TODAY), ("di", TODAY), ("cy", TODAY - timedelta(days=9)), ("cy", None)]
        rows = [{"referrer_key": "di", "referred_key": who, "referred_day": day} for who, day in told]
        cleaned(engine, {"referrals": [rows]})
        found = sorted((row["referred_id"], row["referred_day"]) for row in rows_of(engine, "referrals"))
        assert found == [*[("cy", TODAY - timedelta(days=9))] * 3, ("di", TODAY)], "of the first day it was said"

    def test_everybody_met_in_any_record_is_a_customer_from_the_first_day_on(self, engine: Engine) -> None:
        use = {"customer_key": "bo", "used_at": datetime(2024, 2, 1), "local_day": date(2024, 2, 1)}
        referral = {"referrer_key": "di", "referred_key": "cy"}
        cleaned(engine, {"orders": [[order("ana", TODAY, "5")]], "usage": [[use]], "referrals": [[referral]]})
        assert {row["customer_id"]: row["first_day"] for row in rows_of(engine, "customers")} == {
            "ana": TODAY, "bo": date(2024, 2, 1), "cy": date(2024, 2, 1), "di": date(2024, 2, 1),
        }  # fmt: skip


class TestFeedback:
    def test_what_was_said_finds_the_person_who_said_it_and_the_words_stay_behind(self, engine: Engine) -> None:
        at = datetime(2024, 6, 1)
        said = {"given_at": at, "local_day": at.date(), "kind": "csat"}
        ana = {**said, "customer_key": "ana", "score": 5.0, "text": "茶很好"}
        bo = {**said, "customer_key": "bo", "score": 1.0, "text": "Stale tea, ask for Bo Smith"}
        cleaned(engine, {"feedback": [[ana], [bo, ana]]})
        found = rows_of(engine, "feedback")
        assert [(row["customer_id"], row["rating"], row["language"]) for row in found] == [
            ("ana", 100, "zh"), ("bo", 0, "en"),
        ]  # fmt: skip
        assert not {"茶很好", "Stale tea, ask for Bo Smith"} & {value for row in found for value in row.values()}

    def test_a_score_off_its_scale_is_counted(self, engine: Engine) -> None:
        at = datetime(2024, 6, 1)
        rows = [{"customer_key": "ana", "given_at": at, "local_day": at.date(), "kind": "nps", "score": score}
                for score in (9.0, 11.0)]  # fmt: skip
        (issue,) = [row for row in cleaned(engine, {"feedback": [rows]}).quality.to_pylist() if row["column_name"]]
        assert (issue["issue"], issue["row_count"], issue["share"]) == ("off_scale", 1, 0.5)

    def test_minutes_to_a_solution_are_counted_and_never_negative(self, engine: Engine) -> None:
        at = datetime(2024, 6, 1)
        rows = [
            {
                "customer_key": "ana",
                "given_at": at,
                "local_day": at.date(),
                "resolved_at": at + timedelta(minutes=minutes),
            }
            for minutes in (90, -5)
        ]
        cleaned(engine, {"feedback": [rows]})
        found = [row["resolution_minutes"] for row in rows_of(engine, "feedback")]
        assert sorted(found, key=str) == [90.0, None]


def test_clean_tables_have_the_promised_columns(engine: Engine) -> None:
    cleaned(engine, {"orders": [[order("ana", TODAY, "5")]]})
    for name, schema in CLEAN_TABLES.items():
        assert engine.columns(name) == tuple(schema.names), name


def test_missing_cells_are_counted(engine: Engine) -> None:
    rows = [order("ana", TODAY, "5", channel="web"), order("ana", TODAY, "6", channel=None)]
    quality = cleaned(engine, {"orders": [rows]}).quality.to_pylist()
    (issue,) = [row for row in quality if row["issue"] == "missing"]
    assert (issue["column_name"], issue["row_count"], issue["share"]) == ("channel", 1, 0.5)
