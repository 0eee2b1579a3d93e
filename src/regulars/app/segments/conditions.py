"""What makes a group: conditions joined by and, or and not, as data that is checked before it is believed.

A condition on something unknown does not hold; its contrary does. So a condition and its contrary part everybody, and
what is drawn from them holds as one learned it: not (a and b) is not a, or not b.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from regulars.app.segments.columns import ALL, Type

Is = Literal[
    "is", "is_not", "contains", "contains_not", "at_least", "at_most", "between", "yes", "no", "on_or_after",
    "on_or_before", "days_ago_at_most", "days_ago_at_least", "known", "unknown",
]  # fmt: skip

OPERATORS: Mapping[Type, tuple[Is, ...]] = {
    "text": ("is", "is_not", "contains", "contains_not", "known", "unknown"),
    "number": ("at_least", "at_most", "between", "known", "unknown"),
    "flag": ("yes", "no", "known", "unknown"),
    "code": ("is", "is_not", "known", "unknown"),
    "day": ("on_or_after", "on_or_before", "between", "days_ago_at_most", "days_ago_at_least", "known", "unknown"),
}
"""What can be said of a column of each type."""

VALUES: Mapping[Is, int] = {
    "is": 1, "is_not": 1, "contains": 1, "contains_not": 1, "at_least": 1, "at_most": 1, "between": 2, "yes": 0,
    "no": 0, "on_or_after": 1, "on_or_before": 1, "days_ago_at_most": 1, "days_ago_at_least": 1, "known": 0,
    "unknown": 0,
}  # fmt: skip
"""How many values each needs; a code may be one of several."""

DEEPEST = 4
MOST_PARTS = 60
_LONGEST_TEXT = 200
_LONGEST_AGO = 100_000

Value: TypeAlias = "str | float | date"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Condition(_Part):
    """One thing that must hold of a customer."""

    column: str
    test: Is
    values: tuple[Annotated[str, Field(max_length=_LONGEST_TEXT)], ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        column = ALL.get(self.column)
        if column is None or self.test not in OPERATORS[column.type]:
            raise ValueError("no such condition")
        is_list = column.type == "code" and VALUES[self.test] == 1
        if len(self.values) != VALUES[self.test] and not (is_list and self.values):
            raise ValueError("another number of values")
        self.typed()
        return self

    def typed(self) -> tuple[Value, ...]:
        """Return the values as what they are compared with."""
        column = ALL[self.column]
        kind = column.type
        if self.test in {"days_ago_at_most", "days_ago_at_least"}:
            return tuple(_days(value) for value in self.values)
        if kind == "number":
            unit = 100 if column.is_share else 1  # people say 30 %, files 0.3
            return tuple(_number(value) / unit for value in self.values)
        if kind == "day":
            return tuple(date.fromisoformat(value) for value in self.values)
        if any("\0" in value or not value for value in self.values):
            raise ValueError("no text")
        return self.values


class Group(_Part):
    """Parts of which all must hold, or any, or none. Without parts it holds for everybody."""

    join: Literal["all", "any", "none"] = "all"
    parts: tuple["Condition | Group", ...] = Field(default=(), max_length=MOST_PARTS)


class Segment(_Part):
    """A whole group of customers."""

    root: Group = Group()

    @model_validator(mode="after")
    def _can_be_read(self) -> "Segment":
        if depth(self.root) > DEEPEST or size(self.root) > MOST_PARTS:
            raise ValueError("too many parts")
        return self


def depth(group: Group) -> int:
    """Return how many groups stand inside each other."""
    return 1 + max((depth(part) for part in group.parts if isinstance(part, Group)), default=0)


def size(group: Group) -> int:
    """Return how many parts there are in all."""
    return len(group.parts) + sum(size(part) for part in group.parts if isinstance(part, Group))


def read(kept: Any) -> Segment | None:
    """Return a segment from what was kept or sent; None if it is none."""
    try:
        return Segment.model_validate(kept)
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> float:
    value = float(text.replace(" ", "").replace("\u00a0", "").replace("，", "").replace(",", ""))
    if not abs(value) <= 1e15:  # nor is it, of what is no number
        raise ValueError("no number")
    return value


def _days(text: str) -> float:
    value = int(text)
    if not 0 <= value <= _LONGEST_AGO:
        raise ValueError("no number of days")
    return value
