"""Customers written by hand, as the rows of the tables that a plan reads; and a small playbook to plan them with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import pyarrow as pa
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from regulars import strategy
from regulars.core import MONEY, Play, Settings
from regulars.engines import Engine

AS_OF = date(2024, 6, 30)

_YES, _NUMBER, _COUNT, _TEXT = pa.bool_(), pa.float64(), pa.int64(), pa.string()
_TABLES = {
    "features": pa.schema(
        [
            ("customer_id", _TEXT),
            ("may_profile", _YES),
            ("may_email", _YES),
            ("may_message", _YES),
            ("may_phone", _YES),
            ("order_count", _COUNT),
            ("days_since_last", _COUNT),
            ("gap_mean_days", _NUMBER),
            ("margin_total", MONEY),
            ("spend_mean", _NUMBER),
        ]
    ),
    "segments": pa.schema([("customer_id", _TEXT), ("lifecycle_stage", _TEXT), ("rfm_group", _TEXT)]),
    "scores": pa.schema([("customer_id", _TEXT), ("satisfaction_score", _NUMBER)]),
}

Row = Mapping[str, object]

FEW = hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Few crowds, of many people each; every plan replaces the tables of the one before."""


def person(who: str, **changes: object) -> dict[str, object]:
    """Return a customer at risk with four orders of 100 who consents to everything, unless said."""
    return {
        "customer_id": who,
        "may_profile": True,
        "may_email": True,
        "may_message": True,
        "may_phone": True,
        "order_count": 4,
        "days_since_last": 120,
        "gap_mean_days": 35.0,
        "margin_total": None,
        "spend_mean": 100.0,
        "lifecycle_stage": "at_risk",
        "rfm_group": "hibernating",
        "satisfaction_score": None,
        **changes,
    }


def nobody_s_customer(who: str) -> dict[str, object]:
    """Return somebody known who never ordered."""
    return person(
        who, order_count=0, days_since_last=None, gap_mean_days=None, spend_mean=None,
        lifecycle_stage="prospect", rfm_group=None,
    )  # fmt: skip


def play(code: str, *, effect: float = 0.1, **changes: object) -> Play:
    """Return a play for everybody who ordered, by e-mail, unless said."""
    given = {"code": code, "trigger": {}, "channels": ["email"], "effect_low": 0.0, "effect_high": 1.0, **changes}
    return Play.model_validate({**given, "effect": effect})


def settings(*plays: Play, **changes: object) -> Settings:
    """Return settings with this playbook (the shipped one if none is given), nobody held out unless said."""
    given: dict[str, object] = {"holdout_share": 0.0, **changes}
    return Settings.model_validate({"strategy": {**given, **({"plays": plays} if plays else {})}})


def planned(
    engine: Engine, people: Iterable[Row], *, by: Settings | None = None, seed: int = 1
) -> strategy.PlanSummary:
    """Load people and plan them."""
    load(engine, list(people))
    return strategy.plan(engine, as_of=AS_OF, seed=seed, settings=by or settings())


def load(engine: Engine, people: Sequence[Row], *, tables: Iterable[str] = tuple(_TABLES)) -> None:
    """Put people into the tables that a plan reads."""
    for name in tables:
        schema = _TABLES[name]
        engine.load(name, pa.Table.from_pylist([{key: row[key] for key in schema.names} for row in people], schema))


def actions(engine: Engine) -> dict[str, dict[str, object]]:
    """Return the next action of everybody, by customer."""
    rows = engine.fetch("SELECT * FROM actions ORDER BY rank, customer_id").to_pylist()
    return {row["customer_id"]: row for row in rows}


def contacted(engine: Engine) -> list[dict[str, object]]:
    """Return those to contact, in order."""
    return [row for row in actions(engine).values() if row["within_budget"] and not row["held_out"]]


def all_reasons(engine: Engine) -> dict[str, dict[str, tuple[float | None, float]]]:
    """Return everybody's reasons: by customer, the value and contribution of each code."""
    found: dict[str, dict[str, tuple[float | None, float]]] = {}
    for row in engine.fetch("SELECT * FROM action_reasons ORDER BY customer_id, code").to_pylist():
        assert row["figure"] == "next_action"
        assert row["code"] not in found.setdefault(row["customer_id"], {}), "a code twice"
        found[row["customer_id"]][row["code"]] = (row["value"], row["contribution"])
    return found


def reasons(engine: Engine, who: str) -> dict[str, tuple[float | None, float]]:
    """Return a customer's reasons: value and contribution by code."""
    return all_reasons(engine)[who]


def _known(row: dict[str, object]) -> dict[str, object]:
    return row if row["order_count"] else {**row, **nobody_s_customer(str(row["customer_id"]))}


def crowds(*, max_size: int = 25) -> st.SearchStrategy[list[dict[str, object]]]:
    """Draw crowds of customers of every kind."""
    drawn = st.fixed_dictionaries(
        {
            "customer_id": st.integers(0, 10**6).map(lambda number: f"c{number}"),
            "may_profile": st.sampled_from([True, True, True, False]),
            "may_email": st.booleans(),
            "may_message": st.booleans(),
            "may_phone": st.sampled_from([True, False, None]),
            "order_count": st.integers(0, 6),
            "days_since_last": st.integers(0, 1500),
            "gap_mean_days": st.none() | st.floats(1, 400),
            "margin_total": st.none() | st.integers(-10_000, 1_000_000).map(lambda cents: Decimal(cents) / 100),
            "spend_mean": st.integers(-1_000, 100_000).map(lambda cents: cents / 100),
            "lifecycle_stage": st.sampled_from(["acquisition", "growth", "retention", "at_risk", "lapsed"]),
            "rfm_group": st.sampled_from(["champions", "loyal", "cant_lose", "at_risk", "new", None]),
            "satisfaction_score": st.none() | st.floats(0, 100),
        }
    )
    return st.lists(drawn.map(_known), min_size=8, max_size=max_size, unique_by=lambda row: str(row["customer_id"]))
