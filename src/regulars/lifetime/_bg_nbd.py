"""BG/NBD: how often will they still buy? Purchases at a steady rate of one's own, and a chance to leave after each.

While a customer is a customer, purchases come as a Poisson process with rate λ; after every repeat purchase they leave
for good with probability p; λ is gamma(r, α) and p is beta(a, b) among customers. Known of each is (x, t_x, T): the
number of repeat purchases, the age at the last one and the age today, in one unit of time.

Source: P. S. Fader, B. G. S. Hardie and K. L. Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005),
275-284.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.lifetime import _bg_nbd_formulas as formulas
from regulars.lifetime._bg_nbd_likelihood import PurchaseLikelihood
from regulars.lifetime._discounting import Discounting
from regulars.lifetime._histories import counted, purchase_histories, weights_of
from regulars.lifetime._maximum import maximise
from regulars.lifetime._results import ModelFit, ModelNotFitted, Reason

Array = NDArray[np.float64]

_NAMES = ("r", "alpha", "a", "b")


class BetaGeometricNBD:
    """The model, by maximum likelihood.

    Args:
        time_unit_days: what one unit of every time given to or by the model is, in days.
        min_customers: fewer are not fitted.
        min_repeaters: nor are fewer with a repeat purchase; the default is five for each parameter.

    Learns `r_`, `alpha_` (in time units), `a_`, `b_` and `fit_`, a `ModelFit`. Where nothing could be fitted, `fit_`
    has the reason and the parameters are NaN.

    >>> model = BetaGeometricNBD.with_parameters(r=0.242595, alpha=4.413602, a=0.792922, b=2.425907)
    >>> round(float(model.expected_purchases(39, repeat_count=2, age_at_last=30.43, age=38.86)), 5)
    1.22591
    """

    r_: float
    alpha_: float
    a_: float
    b_: float
    fit_: ModelFit

    def __init__(self, *, time_unit_days: float = 7.0, min_customers: int = 50, min_repeaters: int = 20) -> None:
        self.time_unit_days = time_unit_days
        self.min_customers = min_customers
        self.min_repeaters = min_repeaters

    @classmethod
    def with_parameters(cls, *, r: float, alpha: float, a: float, b: float, time_unit_days: float = 7.0) -> Self:
        """Return a model that was told its parameters: published ones, or those of an earlier fit."""
        model = cls(time_unit_days=time_unit_days)
        model._learned({"r": r, "alpha": alpha, "a": a, "b": b})
        model.fit_ = ModelFit(model="bg_nbd", parameters=model._told(), time_unit_days=time_unit_days)
        return model

    def fit(
        self, repeat_count: ArrayLike, age_at_last: ArrayLike, age: ArrayLike, weights: ArrayLike | None = None
    ) -> Self:
        """Learn the parameters from n customers, each of whom bought at least once.

        Args:
            repeat_count: x, purchases after the first; n whole numbers.
            age_at_last: t_x, time from the first to the last purchase, 0 where x is 0.
            age: T, time from the first purchase to the day the histories end.
            weights: how many customers a row stands for; 1 each if not given.

        Returns:
            The model itself. What speaks against using it stands in `fit_.reason`; it is no exception.

        Raises:
            HistoryInvalid: a row is no purchase history.
        """
        given = purchase_histories(repeat_count, age_at_last, age)
        flat = tuple(column.ravel() for column in given)
        (x, t_x, tenure), counts = counted(flat, weights_of(weights, flat[0].size))
        customers, repeaters = float(counts.sum()), float(counts[x > 0].sum())
        watched, purchases = float((counts * tenure).sum()), float((counts * x).sum())
        self.fit_ = ModelFit(
            model="bg_nbd", customers=customers, repeaters=repeaters, time_unit_days=self.time_unit_days
        )
        reason, needed = self._too_little(customers, repeaters, watched)
        if reason is not None:
            self._learned(dict.fromkeys(_NAMES, float("nan")))
            self.fit_ = replace(self.fit_, reason=reason, needed=needed)
            return self
        # In units of the mean age the search is the same whatever the unit of time was.
        unit = watched / customers
        likelihood = PurchaseLikelihood(x, t_x / unit, tenure / unit, counts)
        start = np.log([1.0, customers / purchases, 1.0, 3.0])
        found = maximise(likelihood.slope, likelihood.curvature, start=start, customers=customers)
        self._learned(dict(zip(_NAMES, np.exp(found.log_parameters) * [1, unit, 1, 1], strict=True)))
        self.fit_ = replace(
            self.fit_,
            reason=found.reason,
            distinct_rows=x.size,
            parameters=self._told(),
            standard_errors=found.standard_errors(self._told()),
            log_covariance=found.log_covariance(),
            # The density of `purchases` times, which were measured in units of the mean age.
            log_likelihood=found.value * customers - purchases * float(np.log(unit)),
            iterations=found.iterations,
        )
        return self

    def p_alive(self, repeat_count: ArrayLike, age_at_last: ArrayLike, age: ArrayLike) -> Array:
        """Return P(still a customer at T | x, t_x, T). It is 1 for x = 0, so it is no churn score.

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: a row is no purchase history.
        """
        there, _ = formulas.log_alive(self.parameters(), *purchase_histories(repeat_count, age_at_last, age))
        return np.asarray(np.exp(there), dtype=np.float64)

    def expected_purchases_new(self, t: ArrayLike) -> Array:
        """Return E[X(t)], the repeat purchases of a new customer in the time t after the first one (eq. 9).

        Raises:
            ModelNotFitted: the model has no parameters.
        """
        return formulas.purchases_while_alive(self.parameters(), t, 0.0, 0.0)

    def expected_purchases(
        self, t: ArrayLike, repeat_count: ArrayLike, age_at_last: ArrayLike, age: ArrayLike
    ) -> Array:
        """Return E[Y(t) | x, t_x, T], the purchases in (T, T + t] of a customer with that history (eq. 10).

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: a row is no purchase history.
        """
        there = self.p_alive(repeat_count, age_at_last, age)
        return there * formulas.purchases_while_alive(self.parameters(), t, repeat_count, age)

    def p_purchase_within(self, t: ArrayLike, repeat_count: ArrayLike, age_at_last: ArrayLike, age: ArrayLike) -> Array:
        """Return P(at least one purchase in (T, T + t] | x, t_x, T) = P(alive) (1 − ((α + T) / (α + T + t))^(r + x)).

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: a row is no purchase history.
        """
        there = self.p_alive(repeat_count, age_at_last, age)
        return there * -np.expm1(formulas.log_chance_of_none(self.parameters(), t, repeat_count, age))

    def probability_of(self, purchases: ArrayLike, t: ArrayLike) -> Array:
        """Return P(X(t) = n), that a new customer makes n repeat purchases in the time t after the first one (eq. 8).

        Raises:
            ModelNotFitted: the model has no parameters.
        """
        return formulas.probability_of(self.parameters(), purchases, t)

    def discounted_purchases(
        self, repeat_count: ArrayLike, age_at_last: ArrayLike, age: ArrayLike, *, discounting: Discounting
    ) -> Array:
        """Return the purchases expected in the months to come, each counted as what its month's discount leaves of it.

        Σₘ fₘ (E[Y(end of month m)] − E[Y(end of month m − 1)]); months and fₘ are those of `discounting`.

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: a row is no purchase history.
        """
        x, t_x, ages = (column[..., np.newaxis] for column in purchase_histories(repeat_count, age_at_last, age))
        ends = discounting.month_ends_days() / self.time_unit_days
        totals = self.expected_purchases(ends, x, t_x, ages)
        return np.asarray((totals * discounting.weights_of_totals()).sum(axis=-1), dtype=np.float64)

    def parameters(self) -> Array:
        """Return (r, α, a, b).

        Raises:
            ModelNotFitted: the model has none.
        """
        fitted = getattr(self, "fit_", None)
        if fitted is None or not fitted.parameters:
            raise ModelNotFitted(model="bg_nbd", reason="fit was not called" if fitted is None else fitted.reason)
        return np.array(list(self._told().values()))

    def _too_little(self, customers: float, repeaters: float, watched: float) -> tuple[Reason | None, int | None]:
        if customers < self.min_customers:
            return "too_few_customers", self.min_customers
        if repeaters < self.min_repeaters:
            return "too_few_repeaters", self.min_repeaters
        return (None, None) if watched > 0 else ("no_time_observed", None)

    def _learned(self, parameters: Mapping[str, float]) -> None:
        for name in _NAMES:
            setattr(self, f"{name}_", float(parameters[name]))

    def _told(self) -> dict[str, float]:
        return {name: getattr(self, f"{name}_") for name in _NAMES}
