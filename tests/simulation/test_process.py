"""What is true of the process: the laws of its clock, its closed forms, and what 20,000 customers must show of it.

Bounds on random figures are five standard errors wide, and the seed is fixed: a failure is a defect, not bad luck.
"""

import json
from datetime import date, timedelta
from math import exp, sqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.simulation import simulate_shop
from regulars.simulation._campaign import Response
from regulars.simulation._clock import ShopClock, open_clock
from regulars.simulation._people import draw_people
from regulars.simulation._plan import ShopPlan
from regulars.simulation._truth import p_alive
from regulars.simulation._world import open_world

Floats = npt.NDArray[np.float64]
COUNT = 20_000


class Shop(NamedTuple):
    people: pa.Table
    orders: pa.Table
    feedback: pa.Table
    usage: pa.Table
    assignments: pa.Table
    touches: pa.Table
    told: dict[str, Any]

    def column(self, name: str) -> Floats:
        return np.asarray(self.people[name].to_numpy(zero_copy_only=False), dtype=np.float64)

    def per_customer(self, table: pa.Table, values: Floats | None = None) -> Floats:
        """Return how many rows each customer has in a table, or the sum of their values."""
        place = pc.index_in(table["Customer ID"], self.people["customer_id"]).to_numpy()
        return np.bincount(place, weights=values, minlength=COUNT).astype(np.float64)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    made = simulate_shop(folder, customers=COUNT, seed=11, format="parquet", dirty=False)
    tables = {kind: pq.read_table(made.files[kind][0]) for kind in made.files}
    return Shop(
        people=pq.read_table(made.truth_files["customers"]),
        told=json.loads(made.truth_files["shop"].read_text(encoding="utf-8")),
        **{name: tables[name] for name in ("orders", "feedback", "usage", "assignments", "touches")},
    )


def within(found: Floats, expected: float) -> bool:
    """Say whether the mean of what was found lies within five standard errors of what was expected."""
    return abs(float(found.mean()) - expected) <= 5 * float(found.std(ddof=1)) / sqrt(len(found))


def plan_of(*, days: int) -> ShopPlan:
    return ShopPlan(
        customers=40,
        seed=0,
        last_day=date(2024, 12, 31),
        days=days,
        language="en",
        format="csv",
        dirty=False,
        orders_per_customer=6.0,
    )


# ---- the clock ----

clocks = st.builds(
    open_clock,
    st.dates(date(2005, 1, 1), date(2040, 1, 1)),
    st.integers(60, 900),
    st.sampled_from(["en", "zh"]),
)


@settings(max_examples=25, deadline=None)
@given(clocks, st.lists(st.floats(0, 0.9999), min_size=2, max_size=20))
def test_later_in_shop_time_is_never_earlier_by_the_calendar(clock: ShopClock, shares: list[float]) -> None:
    moments = np.sort(np.array(shares)) * clock.end
    times = clock.at(moments)
    assert (np.diff(times) >= np.timedelta64(0)).all()
    assert (times.astype("datetime64[D]") == clock.dates(moments)).all()
    assert times[0] >= np.datetime64(clock.first_day)
    assert times[-1] < np.datetime64(clock.first_day + timedelta(days=clock.days))


@settings(max_examples=25, deadline=None)
@given(clocks)
def test_the_mean_day_is_one_unit_long_and_none_stands_still(clock: ShopClock) -> None:
    assert clock.starts[clock.days] == pytest.approx(clock.days)
    assert (np.diff(clock.starts) > 0).all()


@pytest.mark.parametrize(
    ("language", "busy", "quiet"),
    [
        ("zh", "2024-06-18", "2024-06-11"),
        ("zh", "2024-11-11", "2024-11-18"),
        ("zh", "2024-02-06", "2024-02-13"),
        ("en", "2024-11-29", "2024-11-22"),
        ("en", "2024-12-02", "2024-11-25"),
        ("en", "2024-12-18", "2024-12-25"),
    ],
)
def test_sales_days_are_busier_than_the_same_weekday_a_week_away(language: Any, busy: str, quiet: str) -> None:
    clock = open_clock(date(2024, 1, 1), 366, language)
    speed = np.diff(clock.starts)
    first = date(2024, 1, 1)
    days = [(date.fromisoformat(day) - first).days for day in (busy, quiet)]
    assert speed[days[0]] > 1.25 * speed[days[1]]


# ---- orders ----


def test_orders_a_customer_are_those_asked_for(shop: Shop) -> None:
    own = shop.column("order_count") - shop.column("extra_order_count")
    assert within(own, shop.told["plan"]["orders_per_customer"])


@pytest.mark.parametrize("asked", [1.5, 10.0])
def test_more_orders_come_when_more_are_asked_for(tmp_path: Path, asked: float) -> None:
    made = simulate_shop(
        tmp_path, customers=COUNT, seed=2, format="parquet", dirty=False, orders_per_customer=asked, days=400
    )
    people = pq.read_table(made.truth_files["customers"], columns=["order_count", "extra_order_count"])
    own = people["order_count"].to_numpy() - people["extra_order_count"].to_numpy()
    assert within(own.astype(np.float64), asked)


def test_rates_are_those_of_the_stated_gamma_distributions(shop: Shop) -> None:
    process = shop.told["process"]
    buying, leaving = shop.column("purchase_rate"), shop.column("dropout_rate")
    assert within(buying, process["mean_purchase_rate"])
    assert within(leaving, process["dropout_shape"] / process["dropout_scale_days"])
    # A gamma variable's squared coefficient of variation is 1 / shape.
    assert within((buying / process["mean_purchase_rate"] - 1) ** 2, 1 / process["purchase_shape"])


def test_spend_is_what_each_customer_means_to_spend(shop: Shop) -> None:
    gross, orders = shop.column("spend_gross"), shop.column("order_count")
    assert within(gross / orders / shop.column("mean_spend"), 1.0)
    assert within(shop.column("mean_spend"), shop.told["process"]["mean_spend"])


def test_as_many_are_alive_as_their_probabilities_say(shop: Shop) -> None:
    alive, chance = shop.column("is_alive"), shop.column("p_alive")
    for low in np.arange(0, 1, 0.1):
        band = (chance >= low) & (chance < low + 0.1)
        error = sqrt(float((chance * (1 - chance))[band].sum()))
        assert abs(float((alive - chance)[band].sum())) <= 5 * error
    assert shop.told["expected"]["alive"] == pytest.approx(float(chance.sum()))
    assert shop.told["counts"]["alive"] == alive.sum()


def test_p_alive_is_the_published_formula_where_no_campaign_reached(shop: Shop) -> None:
    clock = open_clock(date.fromisoformat(shop.told["plan"]["first_day"]), 730, "en")
    checked = 0
    for person in shop.people.slice(0, 3000).to_pylist():
        if person["arm"] == "treated" or person["purchase_rate"] < 1e-6:
            continue
        buying, both = person["purchase_rate"], person["purchase_rate"] + person["dropout_rate"]
        rows = shop.orders.filter(pc.equal(shop.orders["Customer ID"], person["customer_id"]))
        bought = rows.filter(pc.and_(pc.is_null(rows["Refund"]), pc.greater(rows["Amount"], 0)))
        day = (pc.max(bought["Ordered at"]).as_py().date() - clock.first_day).days
        # The file tells the day of the last order, the truth knows the moment: the two days' ends enclose it.
        silences = [clock.end - float(clock.starts[day]), clock.end - float(clock.starts[day + 1])]
        low, high = (1 / (1 + (both - buying) / both * (exp(min(both * t, 700)) - 1)) for t in silences)
        assert low - 1e-9 <= person["p_alive"] <= high + 1e-9
        checked += 1
        if checked == 150:
            return
    pytest.fail("too few customers without the campaign")


def test_silence_after_a_letter_makes_being_alive_less_likely_by_bayes_rule() -> None:
    """The closed form against the sum over every small step of time in which the customer may have left."""
    world = open_world(plan_of(days=200))
    campaign, end, steps = world.campaign, world.clock.end, 400_000
    people = draw_people(world.plan, world.clock, np.random.default_rng(5), first=1, count=40)
    everyone = np.ones(40, dtype=bool)
    # Last orders before, inside and after the window.
    last = np.linspace(campaign.start - 30, campaign.end + 30, 40)
    silent = Response(
        is_eligible=everyone,
        is_treated=everyone,
        probability=np.linspace(0.05, 0.95, 40),
        extra=np.full(40, np.nan),
        true_effect=np.zeros(40),
    )
    found = p_alive(people, silent, campaign, last=last, end=end)
    assert ((found > 0) & (found < 1)).all()
    for place in range(40):
        buying, leaving = people.purchase_rate[place], people.dropout_rate[place]
        width = (end - last[place]) / steps
        left = last[place] + (np.arange(steps) + 0.5) * width
        window = np.clip((np.append(left, end) - campaign.start) / (campaign.end - campaign.start), 0, 1)
        silence = 1 - silent.probability[place] * window
        gone = float((leaving * np.exp(-(buying + leaving) * (left - last[place])) * silence[:-1]).sum() * width)
        stayed = exp(-(buying + leaving) * (end - last[place])) * silence[-1]
        assert found[place] == pytest.approx(stayed / (stayed + gone), abs=1e-7)


def test_nobody_buys_after_leaving(shop: Shop) -> None:
    bought = shop.orders.filter(pc.and_(pc.is_null(shop.orders["Refund"]), pc.greater(shop.orders["Amount"], 0)))
    last = bought.group_by("Customer ID").aggregate([("Ordered at", "max")])
    joined = last.join(shop.people.select(["customer_id", "left_day"]), "Customer ID", "customer_id")
    gone = joined.filter(pc.is_valid(joined["left_day"]))
    assert gone.num_rows > 5_000
    assert pc.all(pc.less_equal(gone["Ordered at_max"].cast(pa.date32()), gone["left_day"])).as_py()


def test_orders_to_come_are_known_from_a_shop_that_goes_on(tmp_path: Path) -> None:
    """The expectation at the last day, against the next year played from the stated rates."""
    made = simulate_shop(tmp_path, customers=COUNT, seed=8, format="parquet", dirty=False, days=365)
    people = pq.read_table(made.truth_files["customers"])
    told = json.loads(made.truth_files["shop"].read_text(encoding="utf-8"))
    expected = people["expected_orders_365"].to_numpy()
    assert told["expected"]["orders_in_the_next_365_days"] == pytest.approx(float(expected.sum()))
    # Whoever is alive buys until leaving.
    rng = np.random.default_rng(1)
    clock = open_clock(date.fromisoformat(told["plan"]["first_day"]), 365, "en")
    stays = np.minimum(rng.exponential(1 / people["dropout_rate"].to_numpy()), clock.forecast_time)
    alive = np.asarray(people["is_alive"].to_numpy(zero_copy_only=False), dtype=np.float64)
    came = rng.poisson(people["purchase_rate"].to_numpy() * stays) * alive
    assert within(came - expected, 0.0)


def test_people_buy_in_several_channels_and_categories(shop: Shop) -> None:
    many = shop.people.filter(pc.greater_equal(shop.people["order_count"], 8))["customer_id"]
    rows = shop.orders.filter(pc.is_in(shop.orders["Customer ID"], many))
    for column in ("Channel", "Category"):
        kinds = rows.group_by("Customer ID").aggregate([(column, "count_distinct")])
        assert pc.mean(kinds[f"{column}_count_distinct"]).as_py() > 2


# ---- satisfaction ----


def test_content_customers_stay_longer_and_say_so(shop: Shop) -> None:
    satisfaction = shop.column("satisfaction")
    assert abs(float(satisfaction.mean())) < 0.05
    is_content = satisfaction > np.median(satisfaction)
    alive = shop.column("is_alive")
    assert alive[is_content].mean() > alive[~is_content].mean() + 0.1
    scored = shop.feedback.filter(pc.equal(shop.feedback["Feedback kind"], "nps"))
    answers, scores = shop.per_customer(scored), shop.per_customer(scored, scored["Score"].to_numpy())
    asked = answers > 0
    means = scores[asked] / answers[asked]
    assert means[is_content[asked]].mean() > means[~is_content[asked]].mean() + 1


def test_tickets_come_from_the_discontented(shop: Shop) -> None:
    satisfaction = shop.column("satisfaction")
    tickets = shop.per_customer(shop.feedback.filter(pc.equal(shop.feedback["Feedback kind"], "ticket")))
    per_order = tickets / shop.column("order_count")
    assert per_order[satisfaction < -1].mean() > 2 * per_order[satisfaction > 1].mean()


def test_uses_go_with_orders(shop: Shop) -> None:
    uses = shop.per_customer(shop.usage)
    assert 1 < uses.mean() / shop.column("order_count").mean() < 1.5
    assert np.corrcoef(uses, shop.column("order_count"))[0, 1] > 0.5


# ---- the campaign ----


def orders_in_window(shop: Shop) -> Floats:
    """Return how many orders of each customer stand in the campaign's window, as an analyst would find it."""
    window = [date.fromisoformat(shop.told["campaign"][name]) for name in ("first_day", "last_day")]
    day = shop.orders["Ordered at"].cast(pa.date32())
    bought = pc.and_(pc.is_null(shop.orders["Refund"]), pc.greater(shop.orders["Amount"], 0))
    inside = pc.and_(pc.greater_equal(day, window[0]), pc.less_equal(day, window[1]))
    lines = shop.orders.filter(pc.and_(bought, inside))
    return shop.per_customer(lines.group_by(["Customer ID", "Order ID"]).aggregate([]))


def test_the_true_effect_shows_between_the_arms(shop: Shop) -> None:
    bought = (orders_in_window(shop) > 0).astype(np.float64)
    arm = np.array(shop.people["arm"].to_pylist(), dtype=object)
    treated, held_out = bought[arm == "treated"], bought[arm == "held_out"]
    error = sqrt(treated.var() / len(treated) + held_out.var() / len(held_out))
    found, true = treated.mean() - held_out.mean(), shop.told["campaign"]["true_effect"]
    assert true > 4 * error, "the effect must be large enough to be seen at this size"
    assert abs(found - true) <= 4 * error


def test_the_true_effect_is_an_order_where_there_would_have_been_none(shop: Shop) -> None:
    is_treated = np.array(shop.people["arm"].to_pylist(), dtype=object) == "treated"
    would_not_have = (orders_in_window(shop) == 1) & (shop.column("extra_order_count") == 1)
    assert within((would_not_have - shop.column("true_effect"))[is_treated], 0.0)


def test_the_true_effect_is_the_mean_over_the_eligible(shop: Shop) -> None:
    effects = shop.people["true_effect"]
    eligible = pc.is_valid(shop.people["arm"])
    assert pc.all(pc.equal(pc.is_valid(effects), eligible)).as_py()
    assert pc.mean(effects).as_py() == pytest.approx(shop.told["campaign"]["true_effect"])
    assert pc.min(effects).as_py() >= 0


def test_assignments_and_letters_are_those_of_the_truth(shop: Shop) -> None:
    campaign = shop.told["campaign"]
    arms = dict(zip(shop.people["customer_id"].to_pylist(), shop.people["arm"].to_pylist(), strict=True))
    told = shop.assignments.to_pylist()
    assert len(told) == campaign["eligible"]
    for row in told:
        assert row["Arm"] == arms[row["Customer ID"]]
        assert row["Probability"] == {"treated": 0.8, "held_out": 0.2}[row["Arm"]]
    letters = shop.touches.filter(pc.equal(shop.touches["Campaign ID"], campaign["campaign_id"]))
    assert set(letters["Customer ID"].to_pylist()) == {who for who, arm in arms.items() if arm == "treated"}
    assert letters.num_rows == campaign["treated"]
    share = campaign["treated"] / campaign["eligible"]
    assert abs(share - 0.8) < 5 * sqrt(0.16 / campaign["eligible"])


def test_held_out_customers_are_like_the_treated_before_the_campaign(shop: Shop) -> None:
    arm = np.array(shop.people["arm"].to_pylist(), dtype=object)
    for name in ("purchase_rate", "mean_spend", "satisfaction"):
        values = shop.column(name)
        one, two = values[arm == "treated"], values[arm == "held_out"]
        assert abs(one.mean() - two.mean()) < 4 * sqrt(one.var() / len(one) + two.var() / len(two))
