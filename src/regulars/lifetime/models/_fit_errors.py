"""Why a model could not be fitted, as errors that say what to do: one for each reason that a fit can have."""

from collections.abc import Mapping

from regulars.core import RegularsError
from regulars.lifetime.models._results import ModelFit, Reason


class FitFailed(RegularsError):
    """A model that could not be fitted, or whose fit is not to be trusted; one of the classes below says why."""

    code = "lifetime_fit_failed"
    template = "The model {model} could not be fitted."


class TooFewCustomers(FitFailed):
    """Fewer than `min_customers`."""

    code = "lifetime_too_few_customers"
    template = (
        "The model {model} could not be fitted to {customers} customers. Give it {needed} or more, or set "
        "min_customers lower if you can live with the doubt."
    )


class TooFewRepeaters(FitFailed):
    """Fewer than `min_repeaters` with a repeat purchase."""

    code = "lifetime_too_few_repeaters"
    template = (
        "The model {model} could not be fitted: {repeaters} customers came again, and it takes {needed}. Give it a "
        "longer history or more customers."
    )


class NoTimeObserved(FitFailed):
    """All ages are 0."""

    code = "lifetime_no_time_observed"
    template = (
        "The model {model} could not be fitted: every history ends on its first day. Give a later as_of, or check that "
        "T is an age and not a silence."
    )


class ParameterAtBoundary(FitFailed):
    """The likelihood rises beyond any reasonable value of a parameter."""

    code = "lifetime_parameter_at_boundary"
    template = (
        "The model {model} could not be fitted: the likelihood rises for as long as a parameter grows or shrinks, so "
        "the customers hardly differ in what it stands for ({parameters}). Use a model with fewer parameters, or the "
        "plain rule."
    )


class NotIdentified(FitFailed):
    """The likelihood has a ridge instead of a peak."""

    code = "lifetime_not_identified"
    template = (
        "The model {model} could not be fitted: many sets of parameters explain the histories as well as {parameters}. "
        "Give it a longer history, or use a model with fewer parameters."
    )


class NotConverged(FitFailed):
    """The search ended on a slope."""

    code = "lifetime_not_converged"
    template = (
        "The model {model} could not be fitted: the search ended on a slope, at {parameters}. Look for outliers in the "
        "histories, such as resellers, and fit it without them."
    )


class MeanUndefined(FitFailed):
    """Gamma-gamma with q ≤ 1."""

    code = "lifetime_mean_undefined"
    template = (
        "The model {model} could not be used: by its parameters the mean amount is infinite ({parameters}). Look for a "
        "few huge amounts, and cap them or leave them out."
    )


class MarginsNotPositive(FitFailed):
    """Too many customers who bring no margin."""

    code = "lifetime_margins_not_positive"
    template = (
        "The model {model} could not be used: more than one repeater in a hundred brings no margin. Fit it to amounts "
        "above 0, such as spend."
    )


_ERRORS: Mapping[Reason, type[FitFailed]] = {
    "too_few_customers": TooFewCustomers,
    "too_few_repeaters": TooFewRepeaters,
    "no_time_observed": NoTimeObserved,
    "parameter_at_boundary": ParameterAtBoundary,
    "not_identified": NotIdentified,
    "not_converged": NotConverged,
    "mean_undefined": MeanUndefined,
    "margins_not_positive": MarginsNotPositive,
}


def refused(fit: ModelFit) -> FitFailed:
    """Return the error for a fit that has a reason not to be used."""
    assert fit.reason is not None  # noqa: S101  (whoever asks has looked)
    return _ERRORS[fit.reason](
        model=fit.model,
        customers=f"{fit.customers:g}",
        repeaters=f"{fit.repeaters:g}",
        needed=fit.needed,
        parameters=", ".join(f"{letter} = {value:.4g}" for letter, value in fit.parameters.items()),
    )
