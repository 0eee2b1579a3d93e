"""A summary counts a log as it says it does, and refuses what is no history."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifetime.histories import CDNOW_LAST_DAY, cdnow_log, cdnow_orders, published_file
from regulars.engines import Engine, open_engine
from regulars.lifetime.histories._checked import HistoryInvalid
from regulars.lifetime.histories._distinct import counted, distinct, thinned
from regulars.lifetime.histories._orders import OrdersUnusable
from regulars.lifetime.histories._spans import Span, SpanInvalid
from regulars.lifetime.histories._summary import PurchaseSummary

FIRST = date(2024, 1, 1)
Order = tuple[str, int, float]
Row = tuple[float, float, float, float]

logs = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 60), st.integers(-20, 40).map(float)), min_size=1, max_size=25
)


def log(orders: list[Order]) -> pa.Table:
    return pa.table(
        {
            "customer_id": [who for who, _, _ in orders],
            "ordered_at": [FIRST + timedelta(days=day) for _, day, _ in orders],
            "amount": pa.array([amount for _, _, amount in orders], type=pa.float64()),
        }
    )


def by_hand(
    orders: list[Order], as_of: int, *, zero: Literal["count", "drop"]
) -> dict[str, tuple[float, float, float, float]]:
    """Return x, t_x, T in days and the mean of all purchases by loops: a slow telling of the same rules."""
    found: dict[str, Row] = {}
    per_day: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for who, day, amount in orders:
        if day <= as_of:
            per_day[who, day].append(amount)
    for who in sorted({who for who, _ in per_day}):
        bought: list[tuple[int, float]] = []
        for day in sorted(day for one, day in per_day if one == who):
            amounts = per_day[who, day]
            if max(amounts) >= 0:
                bought.append((day, sum(amounts)))
            elif bought:
                bought[-1] = (bought[-1][0], bought[-1][1] + sum(amounts))
        bought = [(day, amount) for day, amount in bought if zero == "count" or amount > 0]
        if bought:
            first, last = bought[0][0], bought[-1][0]
            mean = sum(amount for _, amount in bought) / len(bought)
            found[who] = (len(bought) - 1, last - first, as_of - first, mean)
    return found


@pytest.fixture(scope="module")
def worker() -> Engine:
    return open_engine(memory_limit="500MB", threads=1)


@settings(max_examples=60, deadline=None)
@given(orders=logs, as_of=st.integers(0, 70), zero=st.sampled_from(["count", "drop"]))
def test_a_log_is_counted_as_by_hand(
    worker: Engine, orders: list[Order], as_of: int, zero: Literal["count", "drop"]
) -> None:
    told = by_hand(orders, as_of, zero=zero)
    day = FIRST + timedelta(days=as_of)

    def summary() -> PurchaseSummary:
        return PurchaseSummary.from_orders(
            log(orders), as_of=day, time_unit="day", zero_amounts=zero, first_order="included", engine=worker
        )

    if not told:
        with pytest.raises(OrdersUnusable, match="no order"):
            summary()
        return
    found = summary()
    assert found.customer_id is not None
    assert found.monetary is not None
    assert found.customer_id.to_pylist() == list(told)
    rows = np.column_stack((found.frequency, found.recency, found.T, found.monetary))
    assert rows == pytest.approx(np.array(list(told.values())), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(orders=logs, end=st.integers(0, 59), seed=st.integers(0, 99))
def test_a_split_knows_of_a_past_day_what_was_known_then(
    worker: Engine, orders: list[Order], end: int, seed: int
) -> None:
    orders = [*orders, ("a", 60, 1.0)]
    shuffled = [orders[place] for place in np.random.default_rng(seed).permutation(len(orders))]
    whole = PurchaseSummary.from_orders(log(shuffled), engine=worker, time_unit="day")
    day = FIRST + timedelta(days=end)
    if not by_hand(orders, end, zero="count"):
        with pytest.raises(OrdersUnusable):
            whole.split(day)
        return
    parts = whole.split(day)
    then = PurchaseSummary.from_orders(log(orders), engine=worker, time_unit="day", as_of=day)
    for name in ("frequency", "recency", "T"):
        assert getattr(parts.calibration, name).tolist() == getattr(then, name).tolist()
    assert parts.calibration.customer_id == then.customer_id
    assert parts.horizon.days == 60 - end
    people = then.customer_id.to_pylist() if then.customer_id is not None else []
    in_all = dict(
        zip(whole.customer_id.to_pylist() if whole.customer_id is not None else [], whole.frequency, strict=True)
    )
    assert (parts.purchases + parts.calibration.frequency).tolist() == [in_all[who] for who in people]
    later = [sum(amount for one, when, amount in orders if one == who and when > end) for who in people]
    assert parts.spend == pytest.approx(np.array(later))


def test_cdnow_is_counted_from_its_log() -> None:
    rows = cdnow_orders()
    orders = pa.table(
        {
            "customer_id": [who for who, _, _ in rows],
            "ordered_at": [day for _, day, _ in rows],
            "amount": [float(amount) for _, _, amount in rows],
        }
    )
    found = PurchaseSummary.from_orders(orders, as_of=CDNOW_LAST_DAY)
    x, t_x, age = cdnow_log()
    assert (len(found), int((found.frequency > 0).sum())) == (2357, 946)
    for name, told in (("frequency", x), ("recency", t_x), ("T", age)):
        assert getattr(found, name) == pytest.approx(told, abs=1e-12)
    assert found.monetary is not None
    # The published mean of the 946 who came again.
    assert np.nanmean(found.monetary) == pytest.approx(35.0785518, abs=0.05)
    assert published_file("CDNOW_sample.txt").exists()


def test_an_engines_table_a_parquet_file_and_arrow_are_the_same_log(worker: Engine, tmp_path: Path) -> None:
    orders = log([("ana", 3, 5.0), ("ana", 9, 7.0), ("bo", 4, 2.0)])
    pq.write_table(orders, tmp_path / "orders.parquet")
    worker.load("mine", orders)
    for found in (
        PurchaseSummary.from_orders(orders),
        PurchaseSummary.from_orders(tmp_path / "orders.parquet"),
        PurchaseSummary.from_orders(str(tmp_path / "orders.parquet")),
        PurchaseSummary.from_orders("mine", engine=worker),
    ):
        assert found.customer_id is not None
        assert found.customer_id.to_pylist() == ["ana", "bo"]
        assert found.frequency.tolist() == [1.0, 0.0]
        assert (found.recency * 7).tolist() == [6.0, 0.0]
        assert found.as_of == date(2024, 1, 10)
    assert worker.columns("orders to summarise") == ()


def test_numbers_and_texts_are_ids_and_times_may_be_text() -> None:
    orders = pa.table({"customer_id": [7, 7, 8], "ordered_at": ["2024-01-01 08:00:00", "2024-01-08", "2024-01-03"]})
    found = PurchaseSummary.from_orders(orders)
    assert found.customer_id is not None
    assert (found.customer_id.to_pylist(), found.recency.tolist(), found.monetary) == ([7, 8], [1.0, 0.0], None)


def test_events_of_one_day_are_purchases_of_their_own_when_asked() -> None:
    times = [datetime(2024, 1, 1, 0), datetime(2024, 1, 1, 12), datetime(2024, 1, 2, 0)]
    orders = pa.table({"customer_id": ["ana"] * 3, "ordered_at": times})
    by_day, by_event = (
        PurchaseSummary.from_orders(orders, granularity=each, time_unit="day") for each in ("day", "event")
    )
    assert (by_day.frequency[0], by_day.recency[0], by_day.T[0]) == (1, 1.0, 1.0)
    assert (by_event.frequency[0], by_event.recency[0], by_event.T[0]) == (2, 1.0, 2.0)


def test_a_refund_is_taken_from_what_was_paid_or_not_read() -> None:
    orders = log([("ana", 0, 10.0), ("ana", 5, 30.0), ("ana", 9, -12.0)])
    marked = pa.table({**{name: orders[name] for name in ("customer_id", "ordered_at")}, "amount": [10.0, 30.0, 12.0],
                       "is_refund": [False, False, True]})  # fmt: skip
    for given_orders in (orders, marked):
        net = PurchaseSummary.from_orders(given_orders)
        dropped = PurchaseSummary.from_orders(given_orders, refunds="drop")
        assert net.monetary is not None
        assert dropped.monetary is not None
        assert (net.frequency[0], net.monetary[0]) == (1, 18.0)
        assert (dropped.frequency[0], dropped.monetary[0]) == (1, 30.0)
    assert net.conventions() == {
        "time_unit_days": 7.0, "first_order": "excluded", "granularity": "day", "refunds": "net",
        "zero_amounts": "count", "as_of": date(2024, 1, 10),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("orders", "problem"),
    [
        (pa.table({"who": ["a"]}), "no column customer_id"),
        (pa.table({"customer_id": ["a"], "ordered_at": ["yesterday"]}), "no date in 1 rows"),
        (pa.table({"customer_id": pa.array([], pa.string()), "ordered_at": pa.array([], pa.date32())}), "no order"),
        (log([("a", 3, -5.0)]), "no order"),
        (log([("a", 3, 5.0), ("b", 3, float("nan"))]), "amount is no number in 1 rows"),
        (pa.table({"customer_id": ["a"], "ordered_at": ["2024-05-01"], "amount": ["5 EUR"]}), "amount is no number"),
        ([("a", 3, 5.0)], "a list is no table"),
    ],
)
def test_what_is_no_log_is_refused(orders: pa.Table, problem: str) -> None:
    with pytest.raises(OrdersUnusable, match=problem):
        PurchaseSummary.from_orders(orders)


def test_a_last_day_that_is_no_day_is_refused() -> None:
    for as_of in ("2024-05-01", datetime(2024, 5, 1)):
        with pytest.raises(OrdersUnusable, match="no day"):
            PurchaseSummary.from_orders(log([("a", 3, 5.0)]), as_of=as_of)  # type: ignore[arg-type]


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("customer_id,ordered_at\na,2024-01-01\n", encoding="utf-8")
    for name, problem in (("orders.csv", "is no Parquet file"), ("none.parquet", "there is no file")):
        with pytest.raises(OrdersUnusable, match=problem):
            PurchaseSummary.from_orders(tmp_path / name)


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(OrdersUnusable, match="granularity"):
        PurchaseSummary.from_orders(log([("a", 3, 5.0)]), granularity="hour")  # type: ignore[arg-type]
    with pytest.raises(OrdersUnusable, match="columns"):
        PurchaseSummary.from_columns([1], [1], [2], time_unit="week").split(FIRST)
    with pytest.raises(OrdersUnusable, match="not before"):
        PurchaseSummary.from_orders(log([("a", 3, 5.0)])).split(FIRST + timedelta(days=3))


@pytest.mark.parametrize(
    ("x", "t_x", "age", "problem"),
    [
        (-1, 0, 5, "frequency"),
        (1.5, 1, 5, "frequency"),
        (np.nan, 1, 5, "frequency"),
        (1, 6, 5, "between 0 and T"),
        (1, -1, 5, "between 0 and T"),
        (1, np.nan, 5, "between 0 and T"),
        (1, 1, np.inf, "T is not"),
        (0, 1, 5, "no repeat purchase"),
    ],
)
def test_what_is_no_history_is_refused_by_its_row(x: float, t_x: float, age: float, problem: str) -> None:
    with pytest.raises(HistoryInvalid, match=f"Row 1.*{problem}"):
        PurchaseSummary.from_columns([0, x], [0, t_x], [5, age], time_unit="week")


def test_other_columns_are_checked_too() -> None:
    with pytest.raises(HistoryInvalid, match="lengths"):
        PurchaseSummary.from_columns([1, 2], [1, 1], [5, 5, 5], time_unit="week")
    with pytest.raises(HistoryInvalid, match="infinite"):
        PurchaseSummary.from_columns([1], [1], [5], [np.inf], time_unit="week")
    with pytest.raises(HistoryInvalid, match="2 mean amounts for 1"):
        PurchaseSummary.from_columns([1], [1], [5], [3.0, 4.0], time_unit="week")
    with pytest.raises(HistoryInvalid, match="no number"):
        PurchaseSummary.from_columns(["often"], [1], [5], time_unit="week")
    with pytest.raises(HistoryInvalid, match="weight"):
        PurchaseSummary.from_columns([1], [1], [5], weight=[-1], time_unit="week")
    assert PurchaseSummary.from_columns([1, 0], [1, 0], [5, 5], weight=3, time_unit="week").customers == 6


@pytest.mark.parametrize("unit", ["fortnight", 0.0, -1.0, float("nan")])
def test_a_unit_that_is_none_is_refused(unit: object) -> None:
    with pytest.raises(SpanInvalid):
        PurchaseSummary.from_columns([1], [1], [5], time_unit=unit)  # type: ignore[arg-type]
    with pytest.raises(SpanInvalid):
        Span(-1, "week")


def test_a_year_is_twelve_real_months_in_every_unit() -> None:
    assert Span(12, "month").days == Span(1, "year").days == 365.25
    weeks = PurchaseSummary.from_columns([3], [20], [40], time_unit="week")
    months = weeks.in_unit("month")
    assert (months.T * 365.25 / 12).tolist() == pytest.approx([280.0])
    assert months.in_unit("week").recency == pytest.approx(weeks.recency, rel=1e-15)


def test_equal_histories_are_counted() -> None:
    rows = PurchaseSummary.from_columns([1, 0, 1], [2, 0, 2], [5, 5, 5], weight=[1, 2, 3], time_unit="week")
    (x, t_x, age), weights = counted((rows.frequency, rows.recency, rows.T), rows.weight)
    assert (x.tolist(), t_x.tolist(), age.tolist(), weights.tolist()) == ([0, 1], [0, 2], [5, 5], [2, 4])
    assert rows.customers == 6


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([0.0, -0.0, 1 / 3, 1 / 3 + 1e-16, 2.5, 1e12]), st.integers(1, 3)),
        max_size=30,
    )
)
def test_rows_are_counted_once_whatever_their_order(rows: list[tuple[int, float, int]]) -> None:
    told = Counter[tuple[float, float]]()
    for x, age, weight in rows:
        told[float(x), age if age > 1e6 else round(age, 12)] += weight
    columns = tuple(np.array([row[i] for row in rows], dtype=np.float64) for i in range(3))
    (frequency, ages), weights = counted(columns[:2], columns[2])
    assert list(zip(frequency, np.where(ages > 1e6, ages, ages.round(12)), strict=True)) == sorted(told)
    assert weights.tolist() == [told[key] for key in sorted(told)]
    (frequency, ages), place = distinct(columns[:2])
    assert (frequency[place].tolist(), ages[place].tolist()) == (columns[0].tolist(), columns[1].tolist())


@settings(max_examples=30, deadline=None)
@given(weights=st.lists(st.integers(1, 40), min_size=1, max_size=30), customers=st.integers(1, 100))
def test_few_stand_for_many_evenly(weights: list[int], customers: int) -> None:
    rows = np.arange(float(len(weights)))
    (met,), times = thinned((rows,), np.array(weights, dtype=np.float64), customers)
    assert times.sum() == customers
    shares = np.zeros(rows.size)
    shares[met.astype(int)] = times
    # Up to any row, no more than one customer too many or too few.
    assert np.abs(np.cumsum(shares) - np.cumsum(weights) * customers / sum(weights)).max() < 1
