"""A model card: what a forecast was asked, what answers it, how that did beside the plain rules, what is in it."""

from dataclasses import dataclass, field

from regulars.reports._table import Table
from regulars.reports._trials import Trials


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One forecast; `chart` is the name of a chart or empty, `after` is said below it."""

    title: str
    lines: list[str]
    trials: Trials | None = None
    chart: str = ""
    after: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
