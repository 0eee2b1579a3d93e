"""What all models of purchases share: from a model's few closed forms to every answer, for each distinct history once.

A subclass says how likely histories are, how likely a customer is still one, and what somebody who is still one will
do. With most models that depends on (x, T) alone, which few customers do not share with others. All else is here.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from regulars.lifetime._discounting import Discounting
from regulars.lifetime.histories._distinct import counted, distinct
from regulars.lifetime.histories._questions import QuestionInvalid, reach_of, whole_number
from regulars.lifetime.histories._spans import Span, TimeUnit, days_ahead, days_of
from regulars.lifetime.histories._summary import PurchaseSummary
from regulars.lifetime.models._cells import Array, History, Places, deviations, of_cells, slopes_of, theta_at
from regulars.lifetime.models._effects import Effects
from regulars.lifetime.models._fitting import MaximumLikelihood
from regulars.lifetime.models._maximum import Likelihood, maximise_over
from regulars.lifetime.models._ranges import smallest_count
from regulars.lifetime.models._residual import residual_of
from regulars.lifetime.models._results import ModelFit, Reason
from regulars.lifetime.models._simulated import Simulated


class PurchaseModel(MaximumLikelihood[PurchaseSummary]):
    """A model of when customers buy and when they leave for good.

    Args:
        min_customers: fewer are not fitted.
        min_repeaters: nor are fewer with a repeat purchase; the default is five for each parameter.
        l2: a penalty on parameters far from 1, for histories that hardly tell them; 0, the default, is none. What is
            made highest is mean log-likelihood a customer − l2 / 2 · Σ (ln θ)², times in units of the mean age T, so
            that a penalty means the same in weeks and in days. It is a normal prior of each ln θ around 0 with variance
            1 / (n l2), n customers: it does not fade as n grows. Where it ends is no maximum of the likelihood, so
            `aic_` and `bic_` are NaN. The definition is ours.
    """

    learns_from = PurchaseSummary
    times: ClassVar[frozenset[str]]
    """The parameters that are times."""
    remembers_last: ClassVar[bool] = False
    """Whether what those still there will do depends on t_x as well as on (x, T)."""

    def __init__(self, *, min_customers: int = 50, min_repeaters: int = 20, l2: float = 0.0) -> None:
        self.min_customers = min_customers
        self.min_repeaters = min_repeaters
        self.l2 = l2

    @classmethod
    def with_parameters(cls, *, time_unit: TimeUnit = "week", **parameters: float) -> Self:
        """Return a model that was told its parameters: published ones, or those of an earlier fit.

        Raises:
            ParametersInvalid: other names, or not all above 0.
        """
        model = cls._reading(parameters)
        model.fit_ = ModelFit(model=cls.name, parameters=model._told(parameters), time_unit_days=days_of(time_unit))
        return model

    def attempt(self, summary: PurchaseSummary) -> Self:
        """Learn the parameters; what speaks against using them stands in `fit_.reason`.

        Raises:
            PenaltyInvalid: `l2` is negative or no finite number.
            CovariatesInvalid: the summary lacks a covariate that the model reads, or it is the same for everybody.
        """
        l2, effects, given = self._penalty(self.l2), self._effects(), self._traits(summary)
        there = summary.weight > 0
        rows = tuple(column[there] for column in (summary.frequency, summary.recency, summary.T, *given))
        (x, t_x, tenure, *traits), counts = counted(rows, summary.weight[there])
        customers, repeaters = float(counts.sum()), float(counts[x > 0].sum())
        watched, purchases = float((counts * tenure).sum()), float((counts * x).sum())
        self.fit_ = ModelFit(
            model=self.name, customers=customers, repeaters=repeaters, time_unit_days=summary.time_unit_days, l2=l2
        )
        reason, needed = self._too_little(customers, repeaters, watched)
        if reason is not None:
            self.fit_ = replace(self.fit_, reason=reason, needed=needed)
            return self
        # In units of the mean age the search is the same whatever the unit of time was; opportunities are only counted.
        unit = watched / customers if self.times else 1.0
        start = np.append(np.log(self._start(customers / purchases)), np.zeros(len(effects.names)))
        standard = effects.standard(self.name, np.array(traits).reshape(len(traits), x.size), counts)
        even = ((each - middle) / spread for each, middle, spread in zip(traits, *standard, strict=True))
        columns = (x, t_x / unit, tenure / unit, *even)
        found = effects.in_given_units(
            maximise_over(self._likelihood_of, columns, counts, start=start, l2=l2), standard
        )
        scale = np.array([unit if letter in self.times else 1 for letter in self.letters])
        theta, coefficients = np.split(found.log_parameters, [scale.size])
        told = dict(zip(self.letters, (np.exp(theta) * scale).tolist(), strict=True))
        self.fit_ = replace(
            self.fit_,
            reason=found.reason,
            distinct_rows=x.size,
            parameters=told | dict(zip(effects.names, coefficients.tolist(), strict=True)),
            standard_errors=found.standard_errors(told | dict.fromkeys(effects.names, 1.0)),
            log_covariance=found.log_covariance(),
            # The density of `purchases` times, which were measured in units of the mean age.
            log_likelihood=found.value * customers - purchases * float(np.log(unit)),
            iterations=found.iterations,
        )
        return self

    @property
    def time_unit_days_(self) -> float:
        """The unit of the parameters that are times, in days."""
        return self._found().time_unit_days or 7.0

    # What is asked of a fitted model

    def probability_alive(self, summary: PurchaseSummary) -> Array:
        """Return P(still a customer at T | x, t_x, T), one a row of the summary.

        Raises:
            ModelNotFitted: the model has no parameters.
        """
        x, t_x, age = self._histories(summary)
        return np.asarray(np.exp(self._log_alive(self._theta_of(summary), x, t_x, age)), dtype=np.float64)

    def expected_purchases(self, summary: PurchaseSummary, horizon: float | Span) -> Array:
        """Return E[Y(t) | x, t_x, T], the purchases expected in (T, T + t], one a row of the summary.

        Args:
            summary: whose; `PurchaseSummary.new_customer` stands for somebody who has just made a first purchase.
            horizon: t; a plain number is in the time unit of the summary, `Span(12, "month")` in real months.

        Raises:
            ModelNotFitted: the model has no parameters.
            SpanInvalid: the horizon is negative.
        """
        theta, known, places = self._asked(summary)
        ahead = self._while_alive(theta, self._units(summary, horizon), known)
        return self.probability_alive(summary) * ahead[places]

    def probability_of_purchase(self, summary: PurchaseSummary, horizon: float | Span) -> Array:
        """Return P(at least one purchase in (T, T + t] | x, t_x, T), one a row of the summary.

        Raises:
            ModelNotFitted: the model has no parameters.
            SpanInvalid: the horizon is negative.
        """
        return self._of_at_least(summary, 1, horizon)

    def probability_of_count(self, summary: PurchaseSummary, count: int, horizon: float | Span) -> Array:
        """Return P(Y(t) = n | x, t_x, T), one a row of the summary.

        Raises:
            ModelNotFitted: the model has no parameters.
            SpanInvalid: the horizon is negative.
            QuestionInvalid: n is no whole number of 0 or more.
        """
        count = whole_number(count, "the count")
        fewest = np.ones(len(summary)) if count == 0 else self._of_at_least(summary, count, horizon)
        return fewest - self._of_at_least(summary, count + 1, horizon)

    def discounted_residual_transactions(self, summary: PurchaseSummary, annual_rate: float) -> Array:
        """Return DERT, the purchases of all time to come, each counted as what is left of its worth when it comes.

        ∫₀^∞ e^(−δ t) dE[Y(t) | x, t_x, T], continuously discounted at δ = ln(1 + annual rate) a real year.

        Raises:
            ModelNotFitted: the model has no parameters.
            ResidualUnbounded: the rate is 0 or less, so that the sum need not be finite.
        """
        theta, known, places = self._asked(summary)
        found = residual_of(
            lambda part, t: self._while_alive(theta_at(theta, (part, np.newaxis)), t, known.at((part, np.newaxis))),
            scale=theta[self.letters.index("alpha")] + known.age,
            annual_rate=annual_rate,
            time_unit_days=self.time_unit_days_,
        )
        return self.probability_alive(summary) * found[places]

    def discounted_purchases(self, summary: PurchaseSummary, discounting: Discounting) -> Array:
        """Return the purchases expected in the months to come, each counted as what its month's discount leaves of it.

        Σₘ fₘ (E[Y(end of month m)] − E[Y(end of month m − 1)]); months and fₘ are those of `discounting`.

        Raises:
            ModelNotFitted: the model has no parameters.
        """
        theta, known, places = self._asked(summary)
        ends = discounting.month_ends_days() / self.time_unit_days_
        each = (slice(None), np.newaxis)
        totals = self._while_alive(theta_at(theta, each), ends, known.at(each))
        worth: Array = (totals * discounting.weights_of_totals()).sum(axis=1)
        return self.probability_alive(summary) * worth[places]

    def predict(self, summary: PurchaseSummary, horizon: float | Span, *, level: float = 0.95) -> pa.Table:
        """Return one row a row of the summary: what is expected in the horizon, how sure, and where it will fall.

        Columns: customer_id where the summary has it, probability_alive, probability_of_purchase, expected_purchases;
        expected_low and expected_high (of the expectation, from the doubt about the parameters by the delta method on
        its logarithm; null where the model was told its parameters); range_low and range_high (where the number of
        purchases will fall: the smallest numbers whose probability of not being exceeded reaches (1 ± level) / 2, by
        the exact distribution at these parameters).

        Raises:
            ModelNotFitted: the model has no parameters.
            SpanInvalid: the horizon is negative.
            QuestionInvalid: the level is no share between 0 and 1.
        """
        histories, places = self.distinct_histories(summary)
        ahead = Span(days_ahead(horizon, summary.time_unit_days), "day")
        figures = {
            "probability_alive": self.probability_alive(histories),
            "probability_of_purchase": self.probability_of_purchase(histories, ahead),
            "expected_purchases": self.expected_purchases(histories, ahead),
        }
        figures |= dict(zip(("expected_low", "expected_high"), self._doubt(histories, ahead, level), strict=True))
        counts = dict(zip(("range_low", "range_high"), self._range(histories, ahead, level), strict=True))
        found = {} if summary.customer_id is None else {"customer_id": summary.customer_id}
        found |= {name: pa.array(each[places], mask=np.isnan(each[places])) for name, each in figures.items()}
        return pa.table(found | {name: pa.array(each[places]) for name, each in counts.items()})

    def distinct_histories(self, summary: PurchaseSummary) -> tuple[PurchaseSummary, Places]:
        """Return each history once, as far as this model tells them apart and in its unit, and the place of every row.

        Raises:
            ModelNotFitted: the model has no parameters.
            CovariatesInvalid: the summary lacks a covariate that the model reads.
        """
        (x, t_x, age, *traits), places = distinct((*self._histories(summary), *self._traits(summary)))
        covariates = dict(zip(self._effects().covariates, traits, strict=True))
        unit = self.time_unit_days_
        return PurchaseSummary.from_columns(x, t_x, age, time_unit=unit, covariates=covariates), places

    def slopes_in_all(self, slopes: Array, summary: PurchaseSummary) -> Array:
        """Return slopes in the log-parameters and the coefficients, of those in the log-parameters; shape (rows, all).

        Raises:
            CovariatesInvalid: the summary lacks a covariate that the model reads.
        """
        return self._effects().slopes(slopes, self._traits(summary))

    def simulate(
        self,
        customers: int,
        *,
        seed: int,
        age: float | Span | ArrayLike,
        horizon: float | Span = 0.0,
        covariates: Mapping[str, ArrayLike] | None = None,
    ) -> Simulated:
        """Return customers who live by the model: what is known of each at an age, and what they do after it.

        Args:
            customers: how many.
            seed: of the draws.
            age: T, time from the first purchase to the day the histories end; one for all or one for each, in the
                model's time unit unless it is a `Span`.
            horizon: how long after that day their purchases are counted.
            covariates: what else is known of each, if the model reads it; a number for all or one for each.

        Raises:
            ModelNotFitted: the model has no parameters.
            CovariatesInvalid: one is missing that the model reads.
            QuestionInvalid: no such number of customers, or an age is negative or no number.
        """
        unit, customers = self.time_unit_days_, whole_number(customers, "the number of customers")
        random = np.random.default_rng(seed)
        ages = np.broadcast_to(np.asarray(age.days / unit if isinstance(age, Span) else age, float), customers)
        if not ((ages >= 0) & np.isfinite(ages)).all():
            raise QuestionInvalid(problem="an age of simulated customers is no number of 0 or more")
        traits = {
            name: np.broadcast_to(np.asarray(each, float), customers) for name, each in (covariates or {}).items()
        }
        new = PurchaseSummary.from_columns(*np.zeros((3, customers)), time_unit=unit, covariates=traits)
        done = self._lived(self._theta_of(new), random, ages, days_ahead(horizon, unit) / unit)
        return replace(done, summary=replace(done.summary, covariates=new.covariates)) if traits else done

    # What a model must say; `x`, `t_x`, `age` and, where there are covariates, parameters are arrays that broadcast

    @abstractmethod
    def _likelihood(self, x: Array, t_x: Array, age: Array, weights: Array) -> Likelihood:
        """Return how likely histories are, with slopes and curvature."""

    @abstractmethod
    def _start(self, pace: float) -> list[float]:
        """Return parameters to begin at, where the mean age is 1 and `pace` is customers by repeat purchases."""

    @abstractmethod
    def _log_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        """Return ln P(still a customer at T)."""

    @abstractmethod
    def _while_alive(self, theta: Array, t: ArrayLike, known: History) -> Array:
        """Return E[Y(t)] of who is still a customer at T."""

    @abstractmethod
    def _at_least(self, theta: Array, count: ArrayLike, t: float, known: History) -> Array:
        """Return P(Y(t) ≥ n) of who is still a customer at T, n ≥ 1."""

    @abstractmethod
    def _lived(self, theta: Array, random: np.random.Generator, ages: Array, ahead: float) -> Simulated:
        """Return new customers of the population as they are known at these ages, and what they did `ahead` of that."""

    def _slopes_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        """Return the slopes of `_log_alive` in the log-parameters, shape (rows, k): by differences."""
        return slopes_of(lambda moved: self._log_alive(moved, x, t_x, age), theta)

    # How the answers are put together

    @classmethod
    def _reading(cls, parameters: Mapping[str, float]) -> Self:
        """Return a model that can have these parameters."""
        return cls()

    def _effects(self) -> Effects:
        """Return what covariates do; most models read none."""
        return Effects()

    def _likelihood_of(self, *columns: Array) -> Likelihood:
        """Return the likelihood of x, t_x, T, covariates if there are any, and weights."""
        return self._likelihood(*columns)

    def _names(self) -> tuple[str, ...]:
        return self.letters + self._effects().names

    def _traits(self, summary: PurchaseSummary) -> Array:
        return self._effects().traits(self.name, summary.covariates, len(summary))

    def _theta_of(self, summary: PurchaseSummary) -> Array:
        """Return the parameters, of shape (k,), or (k, rows) where customers have their own."""
        effects, theta, told = self._effects(), self.theta(), self._found().parameters
        if not effects.names:
            return theta
        point = np.append(np.log(theta), [told[name] for name in effects.names])
        return effects.theta(point, self._traits(summary))

    def _asked(self, summary: PurchaseSummary) -> tuple[Array, History, Places]:
        """Return the cells of `_cells` and the place of every row, and before them the parameters of each cell."""
        known, places = self._cells(summary)
        return of_cells(self._theta_of(summary), known, places), known, places

    def _histories(self, summary: PurchaseSummary) -> tuple[Array, Array, Array]:
        unit = self.time_unit_days_ / summary.time_unit_days
        return summary.frequency, summary.recency / unit, summary.T / unit

    def _cells(self, summary: PurchaseSummary) -> tuple[History, Places]:
        """Return each distinct history once, as far as it matters to who is still there, and the place of every row."""
        x, t_x, age = self._histories(summary)
        last = (t_x,) if self.remembers_last else ()
        (x, *others), places = distinct((x, *last, age, *self._traits(summary)))
        return History(x, others[0] if last else np.zeros(x.size), others[len(last)]), places

    def _units(self, summary: PurchaseSummary, horizon: float | Span) -> float:
        return days_ahead(horizon, summary.time_unit_days) / self.time_unit_days_

    def _of_at_least(self, summary: PurchaseSummary, count: int, horizon: float | Span) -> Array:
        theta, known, places = self._asked(summary)
        there = self._at_least(theta, float(count), self._units(summary, horizon), known)
        return self.probability_alive(summary) * there[places]

    def _doubt(self, summary: PurchaseSummary, horizon: Span, level: float) -> tuple[Array, Array]:
        """Return the interval of the expectation; nobody buys more than who certainly is still a customer."""
        root, z = self.root_of_log_covariance(), reach_of(level)
        theta, known, places = self._asked(summary)
        t = self._units(summary, horizon)
        if t == 0:
            return np.zeros(len(summary)), np.zeros(len(summary))
        ahead = np.log(self._while_alive(theta, t, known))
        slopes = slopes_of(lambda moved: np.log(self._while_alive(moved, t, known)), theta)
        history, own = self._histories(summary), self._theta_of(summary)
        there, of_there = self._log_alive(own, *history), self._slopes_alive(own, *history)
        of_both = self.slopes_in_all(slopes[places] + of_there, summary)
        slopes = self._effects().slopes(slopes, of_cells(self._traits(summary), known, places))
        doubt = deviations(of_both, root)
        most = (ahead + z * deviations(slopes, root))[places]
        value = ahead[places] + there
        return np.exp(value - z * doubt), np.exp(np.minimum(value + z * doubt, most))

    def _range(self, summary: PurchaseSummary, horizon: Span, level: float) -> tuple[Places, Places]:
        t = self._units(summary, horizon)
        theta, known, places = self._asked(summary)
        alive = self.probability_alive(summary)
        low, high = (
            smallest_count(
                lambda count, at: self._at_least(theta_at(theta, at), count, t, known.at(at)),
                places,
                alive,
                exceeded=exceeded,
            )
            for exceeded in ((1 + level) / 2, (1 - level) / 2)
        )
        return low, high

    def _too_little(self, customers: float, repeaters: float, watched: float) -> tuple[Reason | None, int | None]:
        if customers < self.min_customers:
            return "too_few_customers", self.min_customers
        if repeaters < self.min_repeaters:
            return "too_few_repeaters", self.min_repeaters
        return (None, None) if watched > 0 else ("no_time_observed", None)
