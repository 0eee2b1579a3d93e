"""What a lifetime model learned, or why it did not: enough to print it, to check it and to forecast with it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from regulars.core import RegularsError

Reason = Literal[
    "too_few_customers",
    "too_few_repeaters",
    "no_time_observed",
    "parameter_at_boundary",
    "not_identified",
    "not_converged",
    "mean_undefined",
    "margins_not_positive",
]
"""Why not to use a fit. By the first three nothing was fitted; by the others what was found is not to be trusted."""


ModelName = Literal["bg_nbd", "mbg_nbd", "bg_cnbd_k", "mbg_cnbd_k", "pareto_nbd", "bg_bb", "gamma_gamma", "sbg"]


class ModelNotFitted(RegularsError):
    """A forecast asked of a model that has no parameters."""

    code = "lifetime_model_not_fitted"
    template = (
        "The model {model} has no parameters ({reason}). Fit it first, or use the plain rule where fit_ has a reason."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFit:
    """One fit by maximum likelihood.

    `reason` is None for a fit to be used; `needed` is how many customers or repeaters would have been enough where
    there were too few. `parameters`, `standard_errors` and `log_covariance` (of the logarithms of the parameters,
    in their order) are empty where nothing was fitted; the last two are empty too where the likelihood has no single
    peak. `time_unit_days` is the unit of every time that the model takes or gives, None for a model of money.
    `conventions` says how the histories were counted, `checks` holds figures about the model's assumptions.
    `k` is how many stages a purchase has, in a model that has them; `tried` the log-likelihood of each k where it was
    estimated. `l2` is the penalty that was added: above 0 the point is not where the likelihood is highest.
    """

    model: ModelName
    reason: Reason | None = None
    customers: float = 0
    repeaters: float = 0
    needed: int | None = None
    distinct_rows: int = 0
    parameters: Mapping[str, float] = field(default_factory=dict)
    standard_errors: Mapping[str, float] = field(default_factory=dict)
    log_covariance: tuple[tuple[float, ...], ...] = ()
    log_likelihood: float | None = None
    iterations: int = 0
    time_unit_days: float | None = None
    conventions: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, float] = field(default_factory=dict)
    k: int | None = None
    tried: Mapping[int, float] = field(default_factory=dict)
    l2: float = 0.0

    @property
    def is_usable(self) -> bool:
        """True where the model was fitted and nothing speaks against it."""
        return self.reason is None
