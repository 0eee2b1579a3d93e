"""Histories: what is known of each customer, for a model to learn from?

`PurchaseSummary` counts purchases from orders, or takes them as columns; `Contracts` tells who left by period. Each
carries the conventions it was counted by. `Span` is a time ahead, in real months, weeks or days.

>>> PurchaseSummary.from_columns([2, 0], [30.43, 0], [38.86, 38.86], time_unit="week").time_unit_days
7.0
"""

from regulars.lifetime.histories._checked import HistoryInvalid
from regulars.lifetime.histories._contracts import Contracts
from regulars.lifetime.histories._covariates import CovariatesUnusable
from regulars.lifetime.histories._orders import FirstOrder, OrdersUnusable
from regulars.lifetime.histories._questions import QuestionInvalid
from regulars.lifetime.histories._spans import Span, SpanInvalid, TimeUnit
from regulars.lifetime.histories._summary import PurchaseSummary, Split

__all__ = [
    "Contracts",
    "CovariatesUnusable",
    "FirstOrder",
    "HistoryInvalid",
    "OrdersUnusable",
    "PurchaseSummary",
    "QuestionInvalid",
    "Span",
    "SpanInvalid",
    "Split",
    "TimeUnit",
]
