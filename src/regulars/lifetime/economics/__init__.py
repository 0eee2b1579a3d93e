"""Economics: what would make the base worth more, how long do subscribers stay, and was it worth winning them?

Takes what an analysis has learned already (values, fits, counts) and costs little beside it.
"""

from regulars.lifetime.economics._acquisition import Acquisition, EarnedMonth, Won, acquisition
from regulars.lifetime.economics._levers import CHANGE, Lever, Levers, levers
from regulars.lifetime.economics._subscriptions import Plan, Residual, subscriptions
from regulars.lifetime.economics._survival import SurvivalMonth, survival_months

__all__ = [
    "CHANGE",
    "Acquisition",
    "EarnedMonth",
    "Lever",
    "Levers",
    "Plan",
    "Residual",
    "SurvivalMonth",
    "Won",
    "acquisition",
    "levers",
    "subscriptions",
    "survival_months",
]
