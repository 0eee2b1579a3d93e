"""Why this customer? A probability taken apart into what each figure adds to its log-odds.

Worked out on demand, from the model as it is stored and the customer's row of the result: a million customers'
reasons need no place. The parts and the `base` add up to ln(p / (1 − p)).
"""

from collections.abc import Mapping
from dataclasses import asdict
from math import exp, log
from typing import Any

import numpy as np

from regulars.lifetime import models as lifetimes
from regulars.prediction._known import FIGURES, GAP, Floats
from regulars.prediction._logistic import contributions
from regulars.prediction._results import Feature, Logistic, Part, Prediction
from regulars.prediction._rules import score
from regulars.prediction._trial import by_bg_nbd

_NEAREST = 2.0**-53
_NO_WAY = 1e-9


def base(prediction: Prediction | Mapping[str, Any]) -> float | None:
    """Return the log-odds of whom the parts are told from; None where nobody has a figure.

    Logistic regression: a customer who is at the centre of everything. A rule: one with the mean score. BG/NBD:
    somebody who has bought for the first time today.

    Args:
        prediction: the result of `add`, or what `dataclasses.asdict` and JSON made of it.
    """
    told = _mapping(prediction)
    match told["in_use"]:
        case None:
            return None
        case "logistic":
            return float(told["logistic"]["intercept"])
        case "bg_nbd":
            return _bg_nbd_odds(told, repeat_count=0.0, age_at_last_days=0.0, tenure_days=0.0)
        case _:
            rule = told["rule"]
            return float(rule["intercept"] + rule["slope"] * rule["centre"])


def parts(prediction: Prediction | Mapping[str, Any], customer: Mapping[str, Any]) -> list[Part]:
    """Return what each figure of a customer adds to the log-odds of a purchase; empty for who has no figure.

    Logistic regression: a part a column, `value` None where it is missing. `recency`: days_since_last. `hiatus`: one
    part, the days since the last order in gaps. `rfm`: a part a rank, `value` the figure that was ranked; what spend
    adds is what the other two leave of p_purchase, for its ranks are as many as there are customers. BG/NBD, step by
    step: tenure_days (known so long, and never back), repeat_count (back so often, the last time today),
    days_since_last (but silent since then).

    Args:
        prediction: the result of `add`, or what `dataclasses.asdict` and JSON made of it.
        customer: the row of the same result: p_purchase and the columns of `READS`.
    """
    told = _mapping(prediction)
    if told["in_use"] is None or customer["p_purchase"] is None:
        return []
    match told["in_use"]:
        case "logistic":
            return _of_logistic(told["logistic"], customer)
        case "bg_nbd":
            return _of_bg_nbd(told, customer)
        case "rfm":
            return _of_rfm(told["rule"], customer)
        case _:
            return _of_rule(told["rule"], customer)


def in_points(prediction: Prediction | Mapping[str, Any], customer: Mapping[str, Any]) -> list[Part]:
    """Return what each figure adds to the probability itself: the base comes first, and all add up to p_purchase.

    On the straight way from the base to the customer every part of the log-odds grows alike, so each is given its
    proportion of what the probability gains there, in whatever order they are told. Source: M. Sundararajan, A. Taly,
    Q. Yan (2017), Axiomatic attribution for deep networks, ICML (integrated gradients). Empty for who has no figure.

    Args:
        prediction: the result of `add`, or what `dataclasses.asdict` and JSON made of it.
        customer: the row of the same result, as `parts` takes it.
    """
    told, start = parts(prediction, customer), base(prediction)
    if start is None or not told:
        return []
    begins = 1 / (1 + exp(-start))
    gain, way = float(customer["p_purchase"]) - begins, sum(part.contribution for part in told)
    # Where the parts cancel out, the proportion is that of the first small step.
    rate = gain / way if abs(way) > _NO_WAY else begins * (1 - begins)
    return [Part("base", None, begins), *(part._replace(contribution=rate * part.contribution) for part in told)]


def _of_logistic(card: Mapping[str, Any], customer: Mapping[str, Any]) -> list[Part]:
    model = Logistic(**{**card, "features": tuple(Feature(**feature) for feature in card["features"])})
    columns = {name: _number(customer[name]) for name in FIGURES}
    added: dict[str, float] = {}
    for column, contribution in contributions(model, columns):
        added[column] = added.get(column, 0.0) + float(contribution[0])
    return [Part(column, _told(customer[column]), contribution) for column, contribution in added.items()]


def _of_rule(rule: Mapping[str, Any], customer: Mapping[str, Any]) -> list[Part]:
    gap = customer["gap_mean_days"] if customer["gap_mean_days"] is not None else rule["gap_days"]
    columns = {"days_since_last": _number(customer["days_since_last"]), GAP: _number(gap)}
    said = float(score(rule["name"], columns)[0])
    code = "days_since_last" if rule["name"] == "recency" else rule["name"]
    return [Part(code, -said, rule["slope"] * (said - rule["centre"]))]


def _of_rfm(rule: Mapping[str, Any], customer: Mapping[str, Any]) -> list[Part]:
    days, repeats = (float(customer[name]) for name in ("days_since_last", "repeat_count"))
    ranks = dict(rule["recency_ranks"])[-days], dict(rule["frequency_ranks"])[repeats]
    centre = rule["centre"] / 3
    recency, frequency = (rule["slope"] * (rank - centre) for rank in ranks)
    rest = _log_odds(float(customer["p_purchase"])) - rule["intercept"] - rule["slope"] * rule["centre"]
    return [
        Part("recency_rank", days, recency),
        Part("frequency_rank", repeats, frequency),
        Part("monetary_rank", _told(customer["spend_total"]), rest - recency - frequency),
    ]


def _of_bg_nbd(told: Mapping[str, Any], customer: Mapping[str, Any]) -> list[Part]:
    x, t_x, age = (float(customer[name]) for name in ("repeat_count", "age_at_last_days", "tenure_days"))
    new = _bg_nbd_odds(told, repeat_count=0.0, age_at_last_days=0.0, tenure_days=0.0)
    known_long = _bg_nbd_odds(told, repeat_count=0.0, age_at_last_days=0.0, tenure_days=age)
    back_today = _bg_nbd_odds(told, repeat_count=x, age_at_last_days=age if x else 0.0, tenure_days=age)
    now = _bg_nbd_odds(told, repeat_count=x, age_at_last_days=t_x, tenure_days=age)
    return [
        Part("tenure_days", age, known_long - new),
        Part("repeat_count", x, back_today - known_long),
        Part("days_since_last", _told(customer["days_since_last"]), now - back_today),
    ]


def _bg_nbd_odds(told: Mapping[str, Any], **history: float) -> float:
    fitted = told["bg_nbd"]
    model = lifetimes.BetaGeometricNBD.with_parameters(**fitted["parameters"], time_unit=fitted["time_unit_days"])
    columns = {name: np.array([value]) for name, value in history.items()}
    return _log_odds(float(by_bg_nbd(model, told["horizon_days"], columns)[0]))


def _log_odds(p: float) -> float:
    """Return ln(p / (1 − p)), of the nearest double to 0 or 1 where p is rounded to it."""
    kept = min(max(p, 1e-300), 1 - _NEAREST)
    return log(kept / (1 - kept))


def _mapping(prediction: Prediction | Mapping[str, Any]) -> Mapping[str, Any]:
    return asdict(prediction) if isinstance(prediction, Prediction) else prediction


def _number(value: Any) -> Floats:
    return np.array([np.nan if value is None else float(value)])


def _told(value: Any) -> float | None:
    return None if value is None else float(value)
