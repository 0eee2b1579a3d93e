"""The groups and advocates of the tea shop, as `segments` and `network` hand them over."""

from typing import Any

Change = dict[str, Any]


def clusters() -> Change:
    """Return two groups that hold; the second is near the mean in everything."""
    return {
        "reason": None, "customers": 108, "k": 2, "fitted_on": 108, "chosen_on": 108, "resample_pairs": 20,
        "least_customers": 100, "least_stability": 0.6,
        "candidates": [candidate(2, 0.91, 0.33), candidate(3, 0.72, 0.31), candidate(4, 0.41, 0.36)],
        "scales": [], "without_spread": ["usage_count"],
        "clusters": [
            _cluster(1, 30, 4000.0, [("comes_more_often", 1.2), ("bought_lately", -0.8)]),
            _cluster(2, 78, 2000.0, []),
        ],
    }  # fmt: skip


def no_clusters(reason: str, *, customers: int = 108) -> Change:
    """Return the account of a business in which no groups were found."""
    tried = [candidate(2, 0.42, 0.21), candidate(3, 0.51, 0.2)] if reason == "no_stable_groups" else []
    return {**clusters(), "reason": reason, "customers": customers, "k": None, "candidates": tried, "clusters": []}


def candidate(k: int, stability: float, silhouette: float) -> Change:
    """Return one number of groups that was tried."""
    doubt = {"low": stability - 0.05, "high": stability + 0.05, "method": "student", "level": 0.95}
    return {"k": k, "stability": stability, "stability_interval": doubt, "silhouette": silhouette}


def _cluster(number: int, customers: int, spend: float, traits: list[tuple[str, float]]) -> Change:
    return {
        "number": number,
        "customers": customers,
        "share_of_customers": customers / 108,
        "spend_total": spend,
        "share_of_spend": spend / 6000,
        "means": {"days_since_last": 60.4 * number, "order_day_count": 7.25 / number, "spend_mean": 31.5,
                  "tenure_days": 300.0},
        "traits": [{"code": code, "column": "order_day_count", "difference": difference}
                   for code, difference in traits],
        "centre": {"days_since_last": -0.8},
    }  # fmt: skip


def referrals(**changes: Any) -> Change:
    """Return the referrals of the shop, two of which do not count."""
    brought = {
        "name": "brought_share", "unit": "share", "value": 0.1, "base": 120, "count": 12, "reason": None,
        "interval": {"low": 0.058, "high": 0.167, "level": 0.95, "method": "wilson"}, "period": None,
    }  # fmt: skip
    left_out = {"self_referral": 1, "unknown_person": 0, "repeated": 0, "other_referrer": 0, "cycle": 1}
    return {
        "referral_count": 14, "left_out": left_out, "brought": brought, "deepest_chain": 3, "advocate_count": 2,
        **changes,
    }  # fmt: skip


def advocates() -> list[Change]:
    """Return two who brought others; the second brought one who brought another."""
    return [
        {"customer_id": "C0003", "referred_directly": 2, "referred_in_all": 2, "referral_value": 61.5,
         "total_value": 172.1},
        {"customer_id": "C0119", "referred_directly": 1, "referred_in_all": 2, "referral_value": 20.0,
         "total_value": 20.0},
    ]  # fmt: skip
