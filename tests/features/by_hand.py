"""The feature table once more, in plain Python over plain rows: slow, and short enough to be seen to be right."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import log
from statistics import mean, stdev
from typing import Any

from features.shops import Row, Tables

_PERIODS_A_MONTH = {"day": 365.25 / 12, "week": 365.25 / 84, None: 1, "month": 1, "quarter": 1 / 3, "year": 1 / 12}


def table(tables: Tables, *, as_of: date, period_days: int = 90, outlier_above: float | None = None) -> dict[str, Row]:
    """Return the row of every customer met by `as_of`."""
    known = {name: [row for row in rows if _is_known(row, as_of)] for name, rows in tables.items()}
    return {
        person["customer_id"]: {
            **_purchases(_of(known["orders"], person), person, as_of=as_of, period_days=period_days),
            "outlier_count": sum(
                outlier_above is not None and row["amount"] > outlier_above for row in _of(known["orders"], person)
            ),
            **_mix(_of(known["orders"], person), _of(known["order_lines"], person)),
            **_usage(_of(known["usage"], person), as_of=as_of, period_days=period_days),
            **_feedback(_of(known["feedback"], person), person, as_of=as_of),
            **_service(_of(known["touches"], person), person, as_of=as_of),
            **_subscriptions(_of(known["subscriptions"], person), as_of=as_of),
            "referral_count": len(
                {
                    row["referred_id"]
                    for row in known["referrals"]
                    if row["referrer_id"] == person["customer_id"] != row["referred_id"]
                }
            ),
            **{
                name: person.get(name) for name in ("may_profile", "may_email", "may_message", "may_phone", "may_share")
            },
        }
        for person in tables["customers"]
        if person["first_day"] <= as_of
    }


def _is_known(row: Row, as_of: date) -> bool:
    days = (row.get(name) for name in ("known_day", "local_day", "started_day", "referred_day"))
    return all(day is None or day <= as_of for day in days)


def _of(rows: list[Row], person: Row) -> list[Row]:
    return [row for row in rows if row["customer_id"] == person["customer_id"]]


def _total(values: Any) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


def _purchases(rows: list[Row], person: Row, *, as_of: date, period_days: int) -> Row:
    orders = [row for row in rows if not row["is_refund"]]
    refunds = [row for row in rows if row["is_refund"]]
    days = sorted({row["local_day"] for row in orders})
    gaps = [(later - day).days for day, later in pairwise(days)]

    def within(some: list[Row], length: int, ended: int = 0) -> list[Row]:
        return [row for row in some if ended <= (as_of - row["local_day"]).days < ended + length]

    def spend(length: int, ended: int = 0) -> Decimal:
        return _total(row["amount"] for row in within(rows, length, ended))

    net, recent, before = _total(row["amount"] for row in rows), spend(90), spend(90, 90)
    return {
        "customer_id": person["customer_id"],
        "first_order_day": days[0] if days else None,
        "last_order_day": days[-1] if days else None,
        "order_count": len(orders),
        "order_day_count": len(days),
        "repeat_count": max(len(days) - 1, 0),
        "days_since_last": (as_of - days[-1]).days if days else None,
        "age_at_last_days": (days[-1] - days[0]).days if days else None,
        "tenure_days": (as_of - (days[0] if days else person["first_day"])).days,
        "spend_total": net,
        "spend_mean": float(net) / len(orders) if orders else None,
        "spend_sd": stdev(float(row["amount"]) for row in orders) if len(orders) > 1 else None,
        "margin_total": None
        if any(row["cost"] is None for row in orders)
        else net - _total(row["cost"] for row in rows),
        "discount_total": _total(row["discount"] for row in orders),
        "refund_count": len(refunds),
        "refund_total": -_total(row["amount"] for row in refunds),
        "gap_mean_days": mean(gaps) + 0.0 if gaps else None,
        "gap_sd_days": stdev(gaps) if len(gaps) > 1 else None,
        "gap_log_sum": sum(map(log, gaps)) if gaps else None,
        **{f"spend_{length}d": spend(length) for length in (30, 90, 365)},
        **{f"orders_{length}d": len(within(orders, length)) for length in (30, 90, 365)},
        "margin_365d": None
        if any(row["cost"] is None for row in within(orders, 365))
        else spend(365) - _total(row["cost"] for row in within(rows, 365)),
        "spend_last_period": spend(period_days),
        "spend_prior_period": spend(period_days, period_days),
        "orders_last_period": len(within(orders, period_days)),
        "orders_prior_period": len(within(orders, period_days, period_days)),
        "spend_trend": float(recent - before) / float(recent + before) if recent + before else None,
    }


def _mix(orders: list[Row], lines: list[Row]) -> Row:
    channels = Counter(row["channel"] for row in orders if row["channel"] and not row["is_refund"])
    main = min(channels, key=lambda name: (-channels[name], name), default=None)
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for line in [*lines, *(row for row in orders if row["category"])]:
        spent[line["category"]] += line["amount"]
    shares = [float(amount / sum(spent.values())) for amount in spent.values() if amount]
    return {
        "channel_count": len(channels),
        "main_channel": main,
        "main_channel_share": channels[main] / channels.total() if main else None,
        "category_count": len(spent),
        "top_category": min(spent, key=lambda name: (-spent[name], name), default=None),
        "category_entropy": -sum(share * log(share) for share in shares) + 0.0 if shares else None,
    }


def _usage(rows: list[Row], *, as_of: date, period_days: int) -> Row:
    ages = [(as_of - row["local_day"]).days for row in rows]
    return {
        "usage_count": len(rows),
        "usage_frequency": len(rows) * 365 / max(*ages, 30) if ages else 0.0,
        "usage_minutes": sum(row["duration_minutes"] or 0.0 for row in rows) + 0.0,
        "days_since_usage": min(ages, default=None),
        "usage_last_period": sum(age < period_days for age in ages),
    }


def _feedback(rows: list[Row], person: Row, *, as_of: date) -> Row:
    rated = sorted((row["local_day"], -row["rating"]) for row in rows if row["rating"] is not None)
    ratings = [-rating for _, rating in rated]
    recent = [-rating for day, rating in rated if (as_of - day).days < 365]
    written = [row["language"] for row in rows if person["may_profile"] and row["language"] in {"zh", "en", "other"}]
    tomorrow = as_of + timedelta(days=1)
    replies = [
        row["first_reply_minutes"]
        for row in rows
        if row["first_reply_minutes"] is not None
        and row["first_reply_minutes"] <= 1440 * (tomorrow - row["local_day"]).days
    ]
    solved = [row["resolution_minutes"] for row in rows if row["resolved_day"] and row["resolved_day"] <= as_of]
    return {
        "feedback_count": len(rows),
        "rating_mean": mean(ratings) if ratings else None,
        "rating_recent_mean": mean(ratings + recent) if ratings else None,
        "rating_last": ratings[-1] if ratings else None,
        "feedback_language": max(sorted(set(written)), key=written.count, default=None),
        "days_since_feedback": min(((as_of - row["local_day"]).days for row in rows), default=None),
        "first_reply_minutes_mean": mean(replies) if replies else None,
        "resolution_minutes_mean": mean(solved) if solved else None,
    }


def _service(touches: list[Row], person: Row, *, as_of: date) -> Row:
    is_acquired = person["acquired_day"] is None or person["acquired_day"] <= as_of
    acquisition = (is_acquired and person["acquisition_cost"]) or Decimal(0)
    contact = _total(row["cost"] for row in touches)
    return {
        "touch_count": len(touches),
        "contact_minutes": sum(row["minutes"] or 0.0 for row in touches) + 0.0,
        "contact_cost": contact,
        "acquisition_cost": acquisition,
        "cost_to_serve": acquisition + contact,
        "acquired_day": person["acquired_day"] if is_acquired else None,
        "acquisition_channel": person["acquisition_channel"] if is_acquired else None,
    }


def _subscriptions(rows: list[Row], *, as_of: date) -> Row:
    running = [row for row in rows if row["ended_day"] is None or row["ended_day"] > as_of]
    until = as_of if running else max((row["ended_day"] for row in rows), default=None)
    return {
        "subscription_count": len(rows),
        "is_subscribed": bool(running),
        "subscription_tenure_days": (until - min(row["started_day"] for row in rows)).days if until else None,
        "monthly_price": sum(float(row["price"] or 0) * _PERIODS_A_MONTH[row["period"]] for row in running) + 0.0,
    }
