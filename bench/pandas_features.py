"""The same features as a careful pandas user would write them: grouped aggregates, no loop over customers."""

from pathlib import Path

import numpy as np
import pandas as pd


def table(folder: str, day: str) -> pd.DataFrame:
    """Return one row a customer as of a day, from the clean tables in a folder."""
    as_of = pd.Timestamp(day)
    parts: list[pd.DataFrame | pd.Series] = [_orders(folder, as_of), _usage(folder, as_of), _feedback(folder, as_of)]
    people = pd.read_parquet(Path(folder) / "customers.parquet", columns=["customer_id"]).set_index("customer_id")
    return people.join(parts)


def _orders(folder: str, as_of: pd.Timestamp) -> pd.DataFrame:
    columns = [
        "customer_id",
        "local_day",
        "known_day",
        "is_refund",
        "amount",
        "cost",
        "discount",
        "channel",
        "category",
    ]
    rows = pd.read_parquet(Path(folder) / "orders.parquet", columns=columns)
    for name in ("amount", "cost", "discount"):
        rows[name] = pd.to_numeric(rows[name], errors="coerce").astype("float64")
    rows["local_day"], rows["known_day"] = pd.to_datetime(rows["local_day"]), pd.to_datetime(rows["known_day"])
    rows["customer_id"] = rows["customer_id"].astype("category")
    rows["is_outlier"] = rows["amount"] > 300.0
    rows = rows[rows["known_day"] <= as_of]
    bought = rows[~rows["is_refund"].astype(bool)]
    grouped, everything = bought.groupby("customer_id", observed=True), rows.groupby("customer_id", observed=True)
    out = grouped.agg(
        order_count=("amount", "size"), first=("local_day", "min"), last=("local_day", "max"),
        spend_sd=("amount", "std"), cost=("cost", "sum"), costs=("cost", "count"), discount=("discount", "sum"),
        outliers=("is_outlier", "sum"),
    )  # fmt: skip
    out["spend_total"] = everything["amount"].sum()
    refunds = rows[rows["is_refund"].astype(bool)].groupby("customer_id", observed=True)["amount"]
    out["refund_count"], out["refund_total"] = refunds.size(), -refunds.sum()
    out["spend_mean"] = out["spend_total"] / out["order_count"]
    out["margin_total"] = (out["spend_total"] - out["cost"]).where(out["costs"] == out["order_count"])
    out["days_since_last"] = (as_of - out["last"]).dt.days
    out["tenure_days"] = (as_of - out["first"]).dt.days
    out["age_at_last"] = (out["last"] - out["first"]).dt.days
    for days in (30, 90, 180, 365):
        recent = rows[rows["local_day"] > as_of - pd.Timedelta(days=days)]
        out[f"spend_{days}d"] = recent.groupby("customer_id", observed=True)["amount"].sum()
        bought_recently = bought[bought["local_day"] > as_of - pd.Timedelta(days=days)]
        out[f"orders_{days}d"] = bought_recently.groupby("customer_id", observed=True).size()
    before = out["spend_180d"] - out["spend_90d"]
    out["trend"] = (out["spend_90d"] - before) / (out["spend_90d"] + before).replace(0, np.nan)
    days_bought = bought[["customer_id", "local_day"]].drop_duplicates().sort_values(["customer_id", "local_day"])
    gaps = days_bought.groupby("customer_id", observed=True)["local_day"].diff().dt.days
    by_gap = gaps.groupby(days_bought["customer_id"], observed=True)
    out["gap_mean"], out["gap_sd"], out["order_days"] = by_gap.mean(), by_gap.std(), by_gap.size()
    out[["channels", "main_channel_share", "channel_entropy"]] = _mix(bought, "channel")
    out[["categories", "main_category_share", "category_entropy"]] = _mix(bought, "category")
    return out


def _mix(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    counts = rows.groupby(["customer_id", rows[column].astype("category")], observed=True).size()
    total = counts.groupby(level=0, observed=True).transform("sum")
    share = counts / total
    by_customer = share.groupby(level=0, observed=True)
    entropy = (-share * np.log(share)).groupby(level=0, observed=True).sum()
    return pd.DataFrame({"n": by_customer.size(), "top": by_customer.max(), "entropy": entropy})


def _usage(folder: str, as_of: pd.Timestamp) -> pd.DataFrame:
    rows = pd.read_parquet(Path(folder) / "usage.parquet", columns=["customer_id", "local_day", "duration_minutes"])
    rows["customer_id"], rows["local_day"] = rows["customer_id"].astype("category"), pd.to_datetime(rows["local_day"])
    rows = rows[rows["local_day"] <= as_of]
    out = rows.groupby("customer_id", observed=True).agg(
        usage_count=("local_day", "size"), first_use=("local_day", "min"), last_use=("local_day", "max"),
        minutes=("duration_minutes", "sum"),
    )  # fmt: skip
    tenure = (as_of - out["first_use"]).dt.days.clip(lower=30)
    out["usage_frequency"] = out["usage_count"] * 365 / tenure
    recent = rows[rows["local_day"] > as_of - pd.Timedelta(days=90)]
    out["usage_90d"] = recent.groupby("customer_id", observed=True).size()
    return out


def _feedback(folder: str, as_of: pd.Timestamp) -> pd.DataFrame:
    columns = ["customer_id", "local_day", "rating", "first_reply_minutes", "resolution_minutes"]
    rows = pd.read_parquet(Path(folder) / "feedback.parquet", columns=columns)
    rows["customer_id"], rows["local_day"] = rows["customer_id"].astype("category"), pd.to_datetime(rows["local_day"])
    rows = rows[rows["local_day"] <= as_of].sort_values(["customer_id", "local_day"])
    out = rows.groupby("customer_id", observed=True).agg(
        feedback_count=("local_day", "size"), rating_mean=("rating", "mean"), rating_last=("rating", "last"),
        last_feedback=("local_day", "max"), reply=("first_reply_minutes", "mean"),
        solved=("resolution_minutes", "mean"),
    )  # fmt: skip
    twice = np.where(rows["local_day"] > as_of - pd.Timedelta(days=365), 2.0, 1.0)
    weight = pd.Series(twice, rows.index).where(rows["rating"].notna())
    sums = pd.DataFrame({"w": weight, "wr": weight * rows["rating"]}).groupby(rows["customer_id"], observed=True).sum()
    out["rating_recent"] = sums["wr"] / sums["w"]
    return out
