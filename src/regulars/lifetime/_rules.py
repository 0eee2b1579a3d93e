"""By which rule values are made: the plain one, or one of the models of purchases with gamma-gamma beside it."""

from collections.abc import Mapping
from typing import Literal, cast

from regulars.lifetime.models import (
    BetaGeometricCondensedNBD,
    BetaGeometricNBD,
    ContinuousModel,
    ModelFit,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
)

Rule = Literal["plain", "bg_nbd", "mbg_nbd", "pareto_nbd", "bg_cnbd_k"]

MODELS: Mapping[Rule, type[ContinuousModel]] = {
    "bg_nbd": BetaGeometricNBD,
    "mbg_nbd": ModifiedBetaGeometricNBD,
    "pareto_nbd": ParetoNBD,
    "bg_cnbd_k": BetaGeometricCondensedNBD,
}
"""The models that may be asked, the simplest first: by what is learned, then by what it costs."""


def model_of(fit: ModelFit) -> ContinuousModel:
    """Return the model that was fitted so, with its covariance."""
    model = MODELS[cast("Rule", fit.model)]()
    model.fit_ = fit
    return model
