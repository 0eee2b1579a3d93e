"""The columns a workbook shows: their headings in words, and how their values are set."""

from collections.abc import Mapping

from regulars.reports._voice import N_, Voice
from regulars.reports._words import readable

# Column -> heading, and the name of its number format (text: none).
COLUMNS: Mapping[str, tuple[str, str]] = {
    "action": (N_("What to do"), "text"),
    "active_customers": (N_("Active customers"), "count"),
    "amount": (N_("Amount concerned"), "money"),
    "amount_unknown": (N_("Orders of unknown amount"), "count"),
    "base": (N_("Counted over"), "count"),
    "channel": (N_("How"), "text"),
    "cluster": (N_("Group found in the records"), "count"),
    "cohort": (N_("First order in"), "day"),
    "cohort_size": (N_("New customers"), "count"),
    "column_name": (N_("Column"), "text"),
    "cost": (N_("Cost"), "money"),
    "customer_id": (N_("Customer"), "text"),
    "customers": (N_("Customers"), "count"),
    "days_since_last": (N_("Days since the last order"), "count"),
    "days_since_last_mean": (N_("Days since the last order"), "number"),
    "dimension": (N_("What is lacking"), "text"),
    "do_by": (N_("Do by"), "day"),
    "expected_gain": (N_("Expected gain"), "money"),
    "expected_gain_high": (N_("Expected gain, at most"), "money"),
    "expected_gain_low": (N_("Expected gain, at least"), "money"),
    "expected_orders": (N_("Orders expected in 12 months"), "number"),
    "feedback_count": (N_("Feedbacks"), "count"),
    "feedback_language": (N_("Language of the feedback"), "text"),
    "figure": (N_("Figure"), "text"),
    "file": (N_("File"), "text"),
    "first_line": (N_("First line"), "count"),
    "first_order_day": (N_("First order"), "day"),
    "frequency_score": (N_("Frequency, 1 to 5"), "count"),
    "gap_mean_days": (N_("Days between orders"), "number"),
    "high": (N_("At most"), "unit"),
    "is_advocate": (N_("Brought somebody who ordered"), "text"),
    "is_partial": (N_("Month not over"), "text"),
    "issue": (N_("What"), "text"),
    "kind": (N_("Kind"), "text"),
    "last_order_day": (N_("Last order"), "day"),
    "lifecycle_stage": (N_("Stage"), "text"),
    "lifetime_value": (N_("Value of the next 12 months"), "money"),
    "lifetime_value_high": (N_("Value of the next 12 months, at most"), "money"),
    "lifetime_value_low": (N_("Value of the next 12 months, at least"), "money"),
    "low": (N_("At least"), "unit"),
    "loyalty_grade": (N_("Grade"), "text"),
    "loyalty_score": (N_("Loyalty score"), "score"),
    "masked_value": (N_("Value, masked"), "text"),
    "monetary_score": (N_("Spend, 1 to 5"), "count"),
    "month_number": (N_("Months since"), "count"),
    "next_action": (N_("Next action"), "text"),
    "order_count": (N_("Orders"), "count"),
    "order_count_mean": (N_("Orders each"), "number"),
    "order_day_count": (N_("Days with an order"), "number"),
    "p_alive": (N_("Chance to still be a customer"), "share"),
    "p_lapse": (N_("Chance not to buy"), "share"),
    "p_purchase": (N_("Chance to buy"), "share"),
    "previous": (N_("The period before"), "unit"),
    "priority": (N_("Rank"), "count"),
    "rank": (N_("Rank"), "count"),
    "rating_mean": (N_("Mean rating"), "score"),
    "reasons": (N_("Why"), "text"),
    "recency_score": (N_("Recency, 1 to 5"), "count"),
    "referral_count": (N_("People brought"), "count"),
    "referral_value": (N_("Value through others"), "money"),
    "referred_directly": (N_("People brought first"), "count"),
    "referred_in_all": (N_("People brought, and by these"), "count"),
    "retention": (N_("Share who bought again"), "share"),
    "retention_high": (N_("Share, at most"), "share"),
    "retention_low": (N_("Share, at least"), "share"),
    "revenue": (N_("Revenue"), "money"),
    "revenue_per_customer": (N_("Revenue so far a customer"), "money"),
    "rfm_group": (N_("Group"), "text"),
    "row_count": (N_("Rows"), "count"),
    "rule": (N_("Rule"), "text"),
    "satisfaction_score": (N_("Satisfaction score"), "score"),
    "segment": (N_("Group"), "text"),
    "segmentation": (N_("Grouped by"), "text"),
    "share": (N_("Share"), "share"),
    "share_of_customers": (N_("Share of customers"), "share"),
    "share_of_spend": (N_("Share of spend"), "share"),
    "spend_mean": (N_("Mean order"), "money"),
    "spend_total": (N_("Net spend"), "money"),
    "tenure_days": (N_("Days known"), "count"),
    "total_value": (N_("Own value and through others"), "money"),
    "traits": (N_("What sets them apart from the mean"), "text"),
    "usage_count": (N_("Uses"), "count"),
    "value": (N_("Value"), "unit"),
    "value_score": (N_("Value score"), "score"),
    "why_missing": (N_("Why not known"), "text"),
    "year_before": (N_("A year ago"), "unit"),
}

CUSTOMER_COLUMNS = (
    "customer_id", "rfm_group", "lifecycle_stage", "value_score", "satisfaction_score", "loyalty_score",
    "loyalty_grade", "lifetime_value", "lifetime_value_low", "lifetime_value_high", "next_action", "expected_gain",
    "priority", "first_order_day", "last_order_day", "days_since_last", "tenure_days", "order_count", "spend_total",
    "spend_mean", "gap_mean_days", "recency_score", "frequency_score", "monetary_score", "usage_count",
    "feedback_count", "rating_mean", "feedback_language", "cluster", "p_purchase", "p_lapse", "p_alive",
    "expected_orders", "referral_count", "referred_directly", "referred_in_all", "is_advocate", "referral_value",
    "total_value",
)  # fmt: skip
"""Of customers.parquet; the other columns are for programs."""


def heading(column: str, *, voice: Voice) -> str:
    """Return a column's heading."""
    return voice.t(COLUMNS[column][0]) if column in COLUMNS else readable(column)


def setting_of(column: str) -> str:
    """Return the name of the format of a column's values."""
    return COLUMNS[column][1] if column in COLUMNS else "text"
