"""Models: which story do the purchases tell?

Customers' histories go in (`lifetime.histories`), counted from orders or given as columns. A model learns from them
(`fit`), and says of every customer how likely they are to be still one, what they will do in a horizon, and how sure
that is (`predict`). All follow scikit-learn's conventions.

>>> from regulars.lifetime.histories import PurchaseSummary, Span
>>> summary = PurchaseSummary.from_columns([2, 0], [30.43, 0], [38.86, 38.86], time_unit="week")
>>> model = BetaGeometricNBD.with_parameters(r=0.242595, alpha=4.413602, a=0.792922, b=2.425907)
>>> model.predict(summary, Span(12, "month"), level=0.9).select(["expected_purchases", "range_high"]).to_pydict()
{'expected_purchases': [1.56..., 0.25...], 'range_high': [5, 1]}
"""

from regulars.lifetime.models._bg_bb import BetaGeometricBetaBinomial
from regulars.lifetime.models._bg_nbd import BetaGeometricNBD
from regulars.lifetime.models._condensed import (
    BetaGeometricCondensedNBD,
    GapsUnknown,
    ModifiedBetaGeometricCondensedNBD,
)
from regulars.lifetime.models._continuous import ContinuousModel
from regulars.lifetime.models._effects import CovariatesInvalid
from regulars.lifetime.models._fit_errors import FitFailed
from regulars.lifetime.models._fitting import ParametersInvalid, PenaltyInvalid
from regulars.lifetime.models._gamma_gamma import GammaGamma
from regulars.lifetime.models._mbg_nbd import ModifiedBetaGeometricNBD
from regulars.lifetime.models._moved import moved
from regulars.lifetime.models._pareto_nbd import ParetoNBD
from regulars.lifetime.models._purchase_model import PurchaseModel
from regulars.lifetime.models._residual import ResidualUnbounded
from regulars.lifetime.models._results import ModelFit, ModelNotFitted
from regulars.lifetime.models._sbg import ShiftedBetaGeometric
from regulars.lifetime.models._simulated import Simulated

__all__ = [
    "BetaGeometricBetaBinomial",
    "BetaGeometricCondensedNBD",
    "BetaGeometricNBD",
    "ContinuousModel",
    "CovariatesInvalid",
    "FitFailed",
    "GammaGamma",
    "GapsUnknown",
    "ModelFit",
    "ModelNotFitted",
    "ModifiedBetaGeometricCondensedNBD",
    "ModifiedBetaGeometricNBD",
    "ParametersInvalid",
    "ParetoNBD",
    "PenaltyInvalid",
    "PurchaseModel",
    "ResidualUnbounded",
    "ShiftedBetaGeometric",
    "Simulated",
    "moved",
]
