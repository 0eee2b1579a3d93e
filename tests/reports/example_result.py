"""A small result folder made by hand: 120 customers of a tea shop, as `analysis` would write them.

Figures need not follow from one another here; what the reports promise is to show what the folder says.
"""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.core import Settings
from reports import example_forecasts, example_groups

AS_OF = date(2024, 6, 30)
PEOPLE = 120
STAGES = ("acquisition", "growth", "retention", "at_risk", "lapsed", "prospect")
GRID = {
    (5, 5): "champions", (5, 4): "champions", (4, 5): "loyal", (4, 4): "loyal", (3, 5): "loyal", (3, 4): "loyal",
    (5, 3): "potential_loyalists", (5, 2): "potential_loyalists", (4, 3): "potential_loyalists",
    (4, 2): "potential_loyalists", (5, 1): "new", (4, 1): "promising", (3, 3): "need_attention",
    (3, 2): "about_to_sleep", (3, 1): "about_to_sleep", (2, 5): "cant_lose", (1, 5): "cant_lose",
    (2, 4): "at_risk", (2, 3): "at_risk", (1, 4): "at_risk", (1, 3): "at_risk",
    (2, 2): "hibernating", (2, 1): "hibernating", (1, 2): "hibernating", (1, 1): "hibernating",
}  # fmt: skip

Change = dict[str, Any]


def make(folder: Path, **changes: Any) -> Path:
    """Write the folder; `changes` replace top-level entries of the manifest or of the rates."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest, rates = _manifest(), _rates()
    for name, value in changes.items():
        (rates if name in rates else manifest)[name] = value
    (folder / "manifest.json").write_text(json.dumps(manifest, default=str), encoding="utf-8")
    (folder / "rates.json").write_text(json.dumps(rates, default=str), encoding="utf-8")
    people = [person(number) for number in range(PEOPLE)]
    write(folder / "customers.parquet", people)
    write(folder / "reasons.parquet", [reason for row in people for reason in _reasons(row)])
    write(folder / "actions.parquet", _actions(people))
    write(folder / "cohorts.parquet", _cohorts())
    write(folder / "segments.parquet", _segments(people))
    write(folder / "quality.parquet", _quality())
    write(folder / "quarantine.parquet", _quarantine())
    example_forecasts.write_all(folder)
    return folder


def write(path: Path, rows: list[Change]) -> None:
    """Write rows as Parquet."""
    pq.write_table(pa.Table.from_pylist(rows), path)


def person(number: int) -> Change:
    """Return one customer; the higher the number, the less they buy."""
    orders = max(0, 12 - number // 9)
    silent = (number * 37) % 400
    recency, frequency = 5 - min(4, silent // 80), max(1, min(5, 1 + orders // 3))
    spend = Decimal(orders * (20 + number % 7)) + Decimal("0.50")
    value = float(spend) * 0.4 if orders else 0.0
    chance = None if not orders or number == 5 else round(0.97 - number / 130, 3)
    return {
        "customer_id": f"C{number:04d}",
        "first_order_day": AS_OF - timedelta(days=silent + 30 * orders) if orders else None,
        "last_order_day": AS_OF - timedelta(days=silent) if orders else None,
        "order_count": orders,
        "days_since_last": silent if orders else None,
        "tenure_days": silent + 30 * orders,
        "spend_total": spend,
        "spend_mean": float(spend) / orders if orders else None,
        "rfm_group": GRID[recency, frequency] if orders else None,
        "recency_score": recency if orders else None,
        "frequency_score": frequency if orders else None,
        "lifecycle_stage": STAGES[number % 5] if orders else "prospect",
        "lifetime_value": value,
        "lifetime_value_low": None,
        "lifetime_value_high": None,
        "value_score": round(8.3 * orders, 3) if number != 5 else None,
        "satisfaction_score": 40.0 + number % 50 if number % 3 == 0 else None,
        "loyalty_score": 6.0 * orders if number != 5 else None,
        "loyalty_grade": ("low" if orders < 5 else "medium" if orders < 10 else "high") if number != 5 else None,
        "next_action": "win_back" if number < 40 else "leave_alone",
        "expected_gain": 0.02 * value,
        "priority": number + 1 if number < 40 else None,
        "lifetime_reason": None,
        "cluster": (1 if orders > 9 else 2) if orders else None,
        "cluster_reason": None if orders else "no_orders",
        "p_purchase": chance,
        "p_lapse": None if chance is None else 1 - chance,
        "prediction_reason": "no_orders" if not orders else "no_consent" if number == 5 else None,
        "expected_orders": 0.3 * orders,
        "feedback_language": "zh" if number % 2 else None,
        "is_advocate": number in {3, 119},
        "referral_value": 61.5 if number == 3 else 0.0,
    }


def _reasons(row: Change) -> list[Change]:
    who, score = row["customer_id"], row["value_score"]
    if score is None:
        return [_reason(who, "value_score", "no_consent", None, None)]
    parts = [
        _reason(who, "value_score", "purchase", float(row["spend_total"]), 0.75 * score),
        _reason(who, "value_score", "feedback", 2.0, 0.25 * score),
        _reason(who, "loyalty_score", "purchase", float(row["spend_total"]), row["loyalty_score"]),
        _reason(who, "next_action", "days_since_last", float(row["days_since_last"] or 0), 0.0),
        _reason(who, "next_action", "usual_gap_days", 31.6, 0.0),
        _reason(who, "next_action", "effect_assumed", 0.02, 0.0),
        _reason(who, "next_action", "order_spend", float(row["spend_mean"] or 0), 0.4),
    ]
    if row["satisfaction_score"] is not None:
        parts.append(_reason(who, "satisfaction_score", "rating", 80.0, row["satisfaction_score"]))
    return parts


def _reason(who: str, figure: str, code: str, value: float | None, contribution: float | None) -> Change:
    return {"customer_id": who, "figure": figure, "code": code, "value": value, "contribution": contribution}


def _actions(people: list[Change]) -> list[Change]:
    plays = ("win_back", "rescue_call", "reminder", "thank_champions", "second_order")
    rows = []
    for rank, row in enumerate(people, start=1):
        contact = rank <= 40
        gain = 14.2 - rank / 4 if contact else None
        rows.append(
            {
                "rank": rank if contact else None,
                "customer_id": row["customer_id"],
                "action": plays[rank % 5] if contact else "leave_alone",
                "campaign_id": "default",
                "channel": ("email", "phone", "message")[rank % 3] if contact else None,
                "offer_cost": Decimal("0.00"),
                "cost": Decimal("0.05"),
                "expected_gain": gain,
                "expected_gain_low": 0.0 if contact else None,
                "expected_gain_high": 2 * gain if gain is not None else None,
                "do_by": AS_OF + timedelta(days=14) if contact else None,
                "held_out": contact and rank % 10 == 3,
                "within_budget": contact,
                "reasons": "stage_at_risk;days_since_last;usual_gap_days;effect_assumed" if contact else "no_trigger",
            }
        )
    return rows


def _cohorts() -> list[Change]:
    rows = []
    for back in range(9, -1, -1):
        months = 9 - back
        year, month = divmod(2024 * 12 + 5 - back, 12)
        for number in range(back + 1):
            size = 30 + 3 * months
            active = size if number == 0 else max(1, round(size * (0.42 - 0.02 * number)))
            rows.append(
                {
                    "cohort": date(year, month + 1, 1),
                    "month_number": number,
                    "cohort_size": size,
                    "active_customers": active,
                    "retention": active / size,
                    "retention_low": max(0.0, active / size - 0.1),
                    "retention_high": min(1.0, active / size + 0.1),
                    "revenue": Decimal(active * 31),
                    "revenue_per_customer": 31.0 * (1 + 0.3 * number),
                    "is_partial": number == back,
                }
            )
    return rows


def _segments(people: list[Change]) -> list[Change]:
    buyers = [row for row in people if row["order_count"]]
    rows = []
    for key in ("rfm_group", "lifecycle_stage", "cluster"):
        among = people if key == "lifecycle_stage" else buyers
        rows += [
            _segment(among, key, str(name), [row for row in among if row[key] == name])
            for name in sorted({row[key] for row in among})
        ]
    for (recency, frequency), group in GRID.items():
        members = [row for row in buyers if (row["recency_score"], row["frequency_score"]) == (recency, frequency)]
        cell = _segment(buyers, "rf_grid", group, members)
        rows.append({**cell, "recency_score": recency, "frequency_score": frequency})
    return rows


def _segment(among: list[Change], segmentation: str, name: str, members: list[Change]) -> Change:
    spend = sum((row["spend_total"] for row in members), Decimal(0))
    whole = sum((row["spend_total"] for row in among), Decimal(0))
    return {
        "segmentation": segmentation,
        "segment": name,
        "recency_score": None,
        "frequency_score": None,
        "customers": len(members),
        "share_of_customers": len(members) / len(among),
        "spend_total": spend.quantize(Decimal("0.0001")),
        "share_of_spend": float(spend / whole),
        "lifetime_value": sum(row["lifetime_value"] for row in members),
        "order_count_mean": sum(row["order_count"] for row in members) / len(members) if members else None,
        "days_since_last_mean": 40.0 if members else None,
    }


def _quality() -> list[Change]:
    names = (
        "file", "kind", "column_name", "issue", "rule", "row_count", "share", "dimension", "first_line",
        "masked_value", "amount", "amount_unknown",
    )  # fmt: skip
    nothing = (None, None, None, None)
    file = "orders.csv"
    rows: list[tuple[object, ...]] = [
        (None, "orders", "amount", "outlier", "amount_above:812.50", 2, 0.004, "consistency", *nothing),
        (None, "orders", "channel", "missing", "empty_cell", 31, 0.062, "completeness", *nothing),
        (file, "orders", None, "duplicate", "duplicate", 3, 0.006, "uniqueness", None, None, Decimal("75.00"), None),
        (file, "orders", None, "repeated", "repeated", 4, 0.008, "uniqueness", None, None, Decimal("40.00"), None),
        (file, "orders", "金额", "money_unreadable", "quarantine", 1, 0.002, "validity", 17, "##x", Decimal(0), 1),
        (file, "orders", "日期", "after_today", "quarantine", 1, 0.002, "timeliness", 90, "####", Decimal("88.20"), 0),
    ]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _quarantine() -> list[Change]:
    names = ("file", "line", "column_name", "reason", "masked_value")
    rows = [
        ("orders.csv", 17, "amount", "money_unreadable", "tw***"),
        ("orders.csv", 90, "ordered_at", "after_today", "20**"),
    ]
    return [dict(zip(names, row, strict=True)) for row in rows]


def share(name: str, count: int, base: int, *, low: float, high: float, days: int = 0) -> Change:
    """Return a stored share with its interval."""
    return {
        "name": name,
        "unit": "share",
        "value": count / base if base else None,
        "base": base,
        "count": count,
        "interval": {"low": low, "high": high, "level": 0.95, "method": "wilson"} if base else None,
        "reason": None if base else "no_customers_before",
        "period": _period(days),
    }


def amount(name: str, unit: str, value: float | None, base: int, *, reason: str | None = None, days: int = 0) -> Change:
    """Return a stored sum, count or mean."""
    return {"name": name, "unit": unit, "value": value, "base": base, "count": None, "interval": None,
            "reason": reason, "period": _period(days)}  # fmt: skip


def _period(days: int) -> Change:
    end = AS_OF - timedelta(days=days)
    return {"first_day": str(end - timedelta(days=89)), "last_day": str(end)}


def _rates() -> Change:
    eight = [
        _headline(amount("active_customers", "count", 64, 120), amount("active_customers", "count", 71, 112, days=90)),
        _headline(amount("revenue", "money", 5120.5, 96), amount("revenue", "money", 4890.0, 90, days=90)),
        _headline(
            share("retention_rate", 41, 71, low=0.461, high=0.685),
            share("retention_rate", 35, 68, low=0.397, high=0.63, days=90),
        ),
        _headline(share("repeat_rate", 66, 108, low=0.516, high=0.698)),
        _headline(amount("nps", "score", 38.2, 34), amount("nps", "score", 41.0, 30, days=90)),
        _headline(amount("base_value", "money", 9876.5, 119)),
        _headline(amount("value_at_risk", "money", 1234.5, 24)),
        _headline(amount("new_customers", "count", 13, 13), amount("new_customers", "count", 17, 17, days=90)),
    ]
    eight[0]["year_before"] = amount("active_customers", "count", 50, 80, days=365)
    return {
        "eight": eight,
        "rates": [
            share("retention_rate", 41, 71, low=0.461, high=0.685),
            share("churn_rate", 30, 71, low=0.315, high=0.539),
            share("repeat_rate", 66, 108, low=0.516, high=0.698),
            share("referral_rate", 9, 75, low=0.0644, high=0.2126),
            amount("nps", "score", 38.2, 34),
            share("csat", 0, 0, low=0, high=0),
            amount("ces", "score", None, 0, reason="no_answers"),
        ],
        "sales_efficiency": [
            {"channel": "email", "touches": 120, "hours": None, "cost": 6.0, "orders": 14, "revenue": 433.0,
             "revenue_per_touch": 3.61, "orders_per_touch": 0.117, "revenue_per_hour": None,
             "revenue_per_cost": 72.2},
        ],
        "concentration": [
            {"share_of_customers": step / 20, "share_of_spend": 1 - (1 - step / 20) ** 2.2,
             "customers": 6 * step} for step in range(21)
        ],
        "portfolio": {"value": 44.1, "satisfaction": 63.0, "loyalty": 38.5, "coverage": 0.72},
        "grades": {"low": 60, "medium": 40, "high": 19},
        "plan": {"contacts": 36, "held_out": 4, "cost": 1.8, "expected_gain": 331.1, "expected_gain_low": 0.0,
                 "expected_gain_high": 662.2, "blocked_by_consent": 7},
        "referrals": example_groups.referrals(),
        "advocates": example_groups.advocates(),
        "flow": None,
    }  # fmt: skip


def _headline(now: Change, previous: Change | None = None) -> Change:
    unknown = amount(now["name"], now["unit"], None, 0, reason="before_first_record", days=365)
    return {"name": now["name"], "now": now, "previous": previous or unknown, "year_before": unknown}


def _manifest() -> Change:
    return {
        "schema_version": 1,
        "regulars_version": "0.1.0",
        "as_of": str(AS_OF),
        "today": "2024-07-01",
        "first_day": "2022-09-01",
        "seed": 7,
        "engine": "duckdb",
        "versions": {"python": "3.11.7", "duckdb": "1.5.6", "pyarrow": "26.0.1"},
        "settings": json.loads(Settings().model_dump_json()),
        "business": {"name": "Tea & <b>Cups</b>", "currency": "EUR", "time_zone": "Europe/Berlin"},
        "inputs": [
            {"file": "orders.csv", "kind": "orders", "key_role": "customer_id", "sha256": "0" * 64, "bytes": 20480,
             "encoding": "utf-8", "delimiter": ",", "mapping": {"amount": "total"}, "unused_columns": ["memo"],
             "read": 502, "accepted": 500, "quarantined": {"money_unreadable": 1, "after_today": 1},
             "quarantined_total": 2, "looks_personal": False, "duplicates": 3, "repeated": 4,
             "soundness": {"completeness": 0.985, "validity": 0.996, "uniqueness": 0.986, "consistency": 1.0,
                           "first_day": "2024-01-02", "last_day": "2024-06-20"}},
        ],
        "counts": {"customers": 120, "customers_with_orders": 108, "orders": 497},
        "notes": [{"code": "behaviour_dropped", "params": {"figure": "loyalty_score", "behaviour": "usage"}}],
        "scoring": {"weights": {"value_score": {"purchase": 0.75, "feedback": 0.25}}, "bounds": {},
                    "dropped": {"loyalty_score": ["usage"]}},
        "clusters": example_groups.clusters(),
        "timings": {"read": 0.2, "features": 0.1},
        "content_hash": "f" * 64,
    }  # fmt: skip
