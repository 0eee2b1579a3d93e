"""Models of purchases in which what is known of a customer says how often they buy, and how soon they leave."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from regulars.lifetime.models._continuous import ContinuousModel
from regulars.lifetime.models._effects import CovariatesInvalid, Effects
from regulars.lifetime.models._effects_likelihood import EffectsLikelihood, Term
from regulars.lifetime.models._maximum import Likelihood

Array = NDArray[np.float64]


class ModelWithCovariates(ContinuousModel):
    """A model of purchases that may read covariates: of purchases and of leaving alike, or different ones of each.

    A covariate z has one coefficient γ for every parameter it acts on, called gamma_, the process, _ and its name:
    e^γ is the factor by which one more of z changes what the process has. They stand in `parameters_` after the
    letters, which are those of somebody with 0 of every covariate, and `with_parameters` takes them by the same names.

    Args:
        covariates: names of the summary's covariates that are read, for both processes.
        purchase_covariates: those for purchases, where they are others.
        dropout_covariates: those for leaving, likewise.
        l2: a penalty as `PurchaseModel` has it. With covariates it is on ln θ of the average customer and on the
            coefficients, a covariate's standard deviation being its unit: − l2 / 2 · (Σ (ln θ)² + Σ γ²).
        min_customers: fewer are not fitted.
        min_repeaters: nor are fewer with a repeat purchase; the default is five for each parameter without covariates.

    Source: P. S. Fader and B. G. S. Hardie, Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD
    Models (2007).

    >>> from regulars.lifetime.histories import PurchaseSummary
    >>> from regulars.lifetime.models import BetaGeometricNBD
    >>> model = BetaGeometricNBD.with_parameters(r=0.24, alpha=4.4, a=0.79, b=2.43, gamma_purchase_web=0.5)
    >>> new = PurchaseSummary.from_columns([0, 0], [0, 0], [0, 0], time_unit="week", covariates={"web": [0, 1]})
    >>> model.expected_purchases(new, 52).round(2).tolist()
    [1.44, 1.96]
    """

    acts: ClassVar[Mapping[str, tuple[str, int]]]
    """By process: the parameter its covariates act on, and whether a positive coefficient raises or lowers it."""

    def __init__(
        self,
        *,
        covariates: Sequence[str] = (),
        purchase_covariates: Sequence[str] | None = None,
        dropout_covariates: Sequence[str] | None = None,
        l2: float = 0.0,
        min_customers: int = 50,
        min_repeaters: int = 20,
    ) -> None:
        super().__init__(min_customers=min_customers, min_repeaters=min_repeaters, l2=l2)
        self.covariates = covariates
        self.purchase_covariates = purchase_covariates
        self.dropout_covariates = dropout_covariates

    @abstractmethod
    def _terms(self) -> tuple[Term, ...]:
        """Return the terms of ln L, for parameters of each customer's own."""

    @classmethod
    def _reading(cls, parameters: Mapping[str, float]) -> Self:
        read: dict[str, list[str]] = {"purchase": [], "dropout": []}
        for name in parameters:
            for process in cls.acts:
                if name.startswith(start := f"gamma_{process}_"):
                    read[_kind(process)].append(name.removeprefix(start))
        purchase, dropout = (tuple(dict.fromkeys(names)) for names in read.values())
        return cls(purchase_covariates=purchase, dropout_covariates=dropout)

    def _effects(self) -> Effects:
        told = {"purchase": self.purchase_covariates, "dropout": self.dropout_covariates}
        reads = {kind: self.covariates if names is None else names for kind, names in told.items()}
        for given in reads.values():
            if isinstance(given, str) or len(set(given)) < len(given):
                problem = f"they are {given!r}; give a tuple of names, each of them once"
                raise CovariatesInvalid(model=self.name, problem=problem)
        columns = tuple(dict.fromkeys(name for names in reads.values() for name in names))
        moves = [(process, name) for process in self.acts for name in reads[_kind(process)]]
        return Effects(
            covariates=columns,
            names=tuple(f"gamma_{process}_{name}" for process, name in moves),
            columns=tuple(columns.index(name) for _, name in moves),
            letters=tuple(self.letters.index(self.acts[process][0]) for process, _ in moves),
            signs=tuple(self.acts[process][1] for process, _ in moves),
        )

    def _likelihood_of(self, *columns: Array) -> Likelihood:
        *rows, weights = columns
        effects = self._effects()
        if not effects.names:
            return super()._likelihood_of(*columns)
        return EffectsLikelihood(self._terms(), effects, tuple(rows), weights)


def _kind(process: str) -> str:
    return "purchase" if process == "purchase" else "dropout"
