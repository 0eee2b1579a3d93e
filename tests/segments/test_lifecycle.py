"""The lifecycle: everybody who may be profiled stands in exactly one stage, by the first rule that matches."""

import re
from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feature_rows import buyer, by_customer, load, someone
from regulars.core import Settings
from regulars.engines import Engine
from regulars.segments import STAGES, add
from regulars.segments._lifecycle import STAGE

maybe_days = st.none() | st.integers(0, 900)
lives = st.lists(
    st.fixed_dictionaries(
        {
            "orders": st.integers(0, 5),
            "usage_count": st.integers(0, 5),
            "subscription_count": st.integers(0, 1),
            "is_subscribed": st.booleans(),
            "tenure_days": st.integers(0, 900),
            "silent": st.integers(0, 900),
            "days_since_usage": maybe_days,
            "gap_mean_days": st.none() | st.floats(1, 400),
            "spend_last_period": st.integers(0, 3),
            "spend_prior_period": st.integers(0, 3),
        }
    ),
    max_size=15,
)


def stages(
    engine: Engine, rows: list[dict[str, object]], *, period_days: int = 90, **rules: float
) -> Mapping[str, object]:
    load(engine, rows)
    add(engine, settings=Settings.model_validate({"segments": rules}), period_days=period_days)
    return {who: row["lifecycle_stage"] for who, row in by_customer(engine, "segments").items()}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=lives)
def test_everybody_stands_in_exactly_one_stage(engine: Engine, people: list[dict[str, object]]) -> None:
    rows = [
        buyer(f"p{i}", **person) if person["orders"] else someone(f"p{i}", **_without_orders(person))  # type: ignore[arg-type]
        for i, person in enumerate(people)
    ]
    found = stages(engine, rows)
    assert len(found) == len(people)
    assert set(found.values()) <= set(STAGES)


def _without_orders(person: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in person.items() if name not in {"orders", "silent"}}


@pytest.mark.parametrize(
    ("known_for", "silent", "gap", "stage"),
    [
        (0, 0, None, "acquisition"),
        (89, 89, None, "acquisition"),
        (90, 90, 10, "retention"),
        (90, 91, 10, "at_risk"),
        (900, 360, 10, "at_risk"),
        (900, 361, 10, "lapsed"),
        (900, 200, 100, "retention"),
        (900, 201, 100, "at_risk"),
        (900, 400, 200, "retention"),
        (900, 401, 200, "lapsed"),
    ],
)
def test_silence_is_measured_against_the_window_and_the_customers_own_gap(
    engine: Engine, known_for: int, silent: int, gap: float | None, stage: str
) -> None:
    someone_ = buyer("bo", orders=2, tenure_days=known_for, silent=silent, gap_mean_days=gap)
    assert stages(engine, [someone_]) == {"bo": stage}


def test_where_a_customer_has_no_gap_the_median_of_the_others_stands_in(engine: Engine) -> None:
    others = [buyer(f"p{gap}", orders=2, gap_mean_days=float(gap)) for gap in (10, 60, 90, 500)]
    # Nearest rank: the second of four, 60 days; twice that is above the window.
    assert stages(engine, [*others, buyer("bo", silent=120)])["bo"] == "retention"
    assert stages(engine, [*others, buyer("bo", silent=121)])["bo"] == "at_risk"


def test_where_nobody_bought_twice_the_window_alone_decides(engine: Engine) -> None:
    assert stages(engine, [buyer("bo", silent=91), buyer("cy", silent=361)]) == {"bo": "at_risk", "cy": "lapsed"}


@pytest.mark.parametrize(
    ("columns", "stage"),
    [
        ({"spend_last_period": Decimal(20), "spend_prior_period": Decimal(10)}, "growth"),
        ({"spend_last_period": Decimal(10), "spend_prior_period": Decimal(10)}, "retention"),
        ({"spend_last_period": Decimal(5), "spend_prior_period": Decimal(10)}, "retention"),
        (
            {
                "spend_last_period": Decimal(5),
                "spend_prior_period": Decimal(9),
                "orders_last_period": 2,
                "orders_prior_period": 1,
            },
            "growth",
        ),
    ],
)
def test_more_than_the_window_before_is_growth(engine: Engine, columns: dict[str, object], stage: str) -> None:
    assert stages(engine, [buyer("ana", orders=5) | columns]) == {"ana": stage}


def test_a_newcomer_who_buys_more_is_still_a_newcomer(engine: Engine) -> None:
    assert stages(engine, [buyer("cy", tenure_days=20, spend_last_period=50)]) == {"cy": "acquisition"}


def test_a_running_subscription_is_no_silence(engine: Engine) -> None:
    found = stages(
        engine,
        [
            buyer("ana", silent=800, tenure_days=900, subscription_count=1, is_subscribed=True),
            buyer("bo", silent=800, tenure_days=900, subscription_count=1),
        ],
    )
    assert found == {"ana": "retention", "bo": "lapsed"}


def test_using_what_was_bought_is_no_silence(engine: Engine) -> None:
    assert stages(engine, [buyer("ana", silent=300, usage_count=1, days_since_usage=3)]) == {"ana": "retention"}


def test_who_only_uses_has_a_stage_and_who_did_nothing_is_a_prospect(engine: Engine) -> None:
    found = stages(
        engine,
        [
            someone("lee"),
            someone("may", usage_count=4, days_since_usage=100),
            someone("noa", usage_count=1, days_since_usage=2, tenure_days=2),
            someone("oz", subscription_count=1, tenure_days=500),
        ],
    )
    assert found == {"lee": "prospect", "may": "at_risk", "noa": "acquisition", "oz": "lapsed"}


def test_the_rules_are_settings(engine: Engine) -> None:
    bo = [buyer("bo", orders=2, silent=50, gap_mean_days=10.0)]
    assert stages(engine, bo, period_days=30) == {"bo": "at_risk"}
    assert stages(engine, bo, period_days=30, lapsed_windows=1.5) == {"bo": "lapsed"}
    assert stages(engine, bo, period_days=30, at_risk_gaps=5.0) == {"bo": "retention"}


def test_ed_who_withdrew_consent_has_no_stage_and_no_say_in_the_median(engine: Engine) -> None:
    ed = buyer("ed", orders=2, gap_mean_days=500.0, may_profile=False)
    assert stages(engine, [ed, buyer("bo", silent=100)]) == {"ed": None, "bo": "at_risk"}


def test_every_stage_a_play_may_name_is_one_that_the_rules_give() -> None:
    assert set(re.findall("THEN '([a-z_]+)'|ELSE '([a-z_]+)'", STAGE)) == {
        ("", stage) if stage == "retention" else (stage, "") for stage in STAGES
    }
    for stage in STAGES:
        play = {**Settings().strategy.plays[0].model_dump(), "trigger": {"stages": [stage]}}
        assert Settings.model_validate({"strategy": {"plays": [play]}}).strategy.plays[0].trigger.stages == (stage,)
