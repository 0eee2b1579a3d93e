"""The named exports as data: one small TOML file each, in exports/, checked when it is loaded.

A recipe says how the export is recognised, what its rows mean, and which tables of records it holds. The words a
recipe is written in are the fields below; docs/adding-an-export.md explains them by an example.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from regulars.core import RegularsError
from regulars.records._kinds import KINDS
from regulars.records._words import words

NOBODY, NOTHING = "nobody_named", "nothing_said"
"""Codes of rows left out because they name no person, or say nothing that the table is about."""

_OF_LINES = frozenset({"product_id", "category", "quantity", "discount", "cost"})
"""Columns that a refund of a whole order does not have."""


class ExportInvalid(RegularsError):
    """A recipe that does not say what a recipe must."""

    code = "export_invalid"
    template = "The export {name}.toml cannot be used: {problem}. Its fields are explained in docs/adding-an-export.md."


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Part):
    """Where a column comes from: of the headers, in this order, the first whose cell says something.

    `like` names headers by a pattern instead, but for those `unlike`; `join` puts all cells together, with this text
    between them, `person` a given name and a family name in the order of their language. Then, if asked: `split` keeps
    what stands before this mark, `extract` the first group of a pattern, `words` exchanges known words and drops
    others, `steps` (a list of words.toml) exchanges the words of an answer for the number of their step and keeps
    others, `negative` puts a minus before an amount that has none, `zone` (a name, or the header whose cells name it)
    says whose clock a time without an offset was read from.
    `first_table_only`: an answer that belongs to a whole row, and so only to the first table made from it.
    """

    first: tuple[str, ...] = ()
    like: str = ""
    unlike: str = ""
    join: str | None = None
    person: bool = False
    split: str = ""
    extract: str = ""
    words: Mapping[str, str] = Field(default_factory=dict)
    steps: str = ""
    negative: bool = False
    zone: str = ""
    first_table_only: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"first": (given,)}
        return {"first": given} if isinstance(given, list) else given

    @field_validator("like", "unlike", "extract")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"'{pattern}' is no pattern") from error
        return pattern

    @field_validator("steps")
    @classmethod
    def _is_listed(cls, name: str) -> str:
        if name and name not in words().steps:
            raise ValueError(f"there is no list of steps '{name}'")
        return name


class Condition(_Part):
    """What a cell must be: `filled` (or not), or one of these words."""

    column: str
    filled: bool | None = None
    words: tuple[str, ...] = ()


class LeftOut(Condition):
    """Rows that are no records of what happened, and the code they are counted under.

    `and_empty`: only where these columns say nothing either, or are not there.
    """

    code: str
    and_empty: tuple[str, ...] = ()


class Status(_Part):
    """A column of words: `paid` ones are taken, others left out under a code, unknown ones set aside.

    `otherwise` takes unknown words too: "paid", or a code.
    """

    column: str
    paid: tuple[str, ...]
    left_out: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    otherwise: str = ""


class Rows(_Part):
    """What rows mean, before any column is read.

    `carry_down`: rows with the same cell here, or none, after each other are one order, and its first row speaks for
    all of them, but in `line_columns`; what stands in `once` counts on the first row only. `ends_at`: the row that
    begins so, and all after it, are a summary.
    """

    carry_down: str = ""
    line_columns: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    ends_at: str = ""
    status: Status | None = None
    left_out: tuple[LeftOut, ...] = ()


class RefundRows(_Part):
    """Rows of a table that are refunds, and the columns that differ in them.

    `paired`: the header of the amount given back that goes with a header of the amount paid, where there are several.
    """

    where: Condition
    columns: Mapping[str, Rule]
    paired: Mapping[str, str] = Field(default_factory=dict)


class Refunded(_Part):
    """A column beside the order that says how much of it was given back: a refund of the order, as a row of its own.

    Only where `where` is met, and only if none of the headers `without` is there. `if_not_told`: the export may hold
    the same refund as a row below zero, and counts it by the order number only as far as no such row does.
    """

    amount: Rule
    where: Condition | None = None
    without: tuple[str, ...] = ()
    if_not_told: bool = False


class Table(_Part):
    """One table of records made from an export; `called` names it beside others of its kind.

    `columns` and `key` (whose row it is, the best first, row by row) stand beside those of the whole export; `set`:
    columns that are the same in every row. A row belongs to the table only if it meets `where`, if one of the columns
    `needs` says something and the column `nonzero` is not zero; `first_rows_only`: and begins an order; `any_row`:
    even if it is not paid; `above_zero`: only if this column is. The table is there only if none of the headers
    `without` is, if the columns `only_with` have a header, and, `only_alone`, if no table is before it.
    """

    kind: str
    called: str = ""
    key: tuple[str, ...] = ()
    columns: Mapping[str, Rule] = Field(default_factory=dict)
    set: Mapping[str, str] = Field(default_factory=dict)
    refund_rows: RefundRows | None = None
    refunded: tuple[Refunded, ...] = ()
    where: Condition | None = None
    needs: tuple[str, ...] = ()
    nonzero: str = ""
    above_zero: str = ""
    first_rows_only: bool = False
    any_row: bool = False
    without: tuple[str, ...] = ()
    only_with: tuple[str, ...] = ()
    only_alone: bool = False


class Export(_Part):
    """One named export.

    `recognised_by`: sets of headers, any one of which is enough. `last_resort`: its headers are so common that it is
    thought of only where the ordinary rules do not understand the file. `detail_of`: the export that tells the same
    money order by order; of orders that it has too, these rows are left out. `states_whole_orders`: made again
    later, it tells all there is of an order, so that what it told before no longer counts. `payments_of_orders`: a
    service that takes the money of sales which a shop's own orders may tell too. `moment_may_change`: what is read as
    the moment of the purchase is not that of ordering, and may be another in a later export. `who` and `columns` are
    those of every table. `line_says_which`: a `line_id` is one of all that there are, whatever `order_id` stands beside
    it. `who` stands in the order in which they say whose row it is.
    """

    name: str
    title: str
    title_zh: str = ""
    recognised_by: tuple[tuple[str, ...], ...]
    last_resort: bool = False
    detail_of: str = ""
    states_whole_orders: bool = False
    payments_of_orders: bool = False
    moment_may_change: bool = False
    line_says_which: bool = False
    rows: Rows = Rows()
    who: Mapping[str, Rule] = Field(default_factory=dict)
    columns: Mapping[str, Rule] = Field(default_factory=dict)
    tables: tuple[Table, ...]

    @model_validator(mode="after")
    def _tables_fit_their_kinds(self) -> "Export":
        for table in self.all_tables:
            _check(table)
        return self

    def title_in(self, language: str) -> str:
        """Return its title in a language; in English where it has no other."""
        return (self.title_zh if language == "zh" else "") or self.title

    @property
    def all_tables(self) -> tuple[Table, ...]:
        """Its tables, each with the columns of all, and those of refunds behind the orders they are of."""
        return tuple(whole for table in self.tables for whole in _spread(table, self.who, self.columns))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of records it holds, each once."""
        return tuple(dict.fromkeys(table.kind for table in self.tables))

    @property
    def refunds_if_not_told(self) -> bool:
        """Whether what a word says of a refund may be told by a row of its own too."""
        return any(refunded.if_not_told for table in self.tables for refunded in table.refunded)

    @property
    def codes(self) -> frozenset[str]:
        """The codes under which its recipe leaves rows out."""
        status = self.rows.status
        by_status = () if status is None else {*status.left_out, status.otherwise} - {"", "paid"}
        return frozenset({*by_status, *(one.code for one in self.rows.left_out)})


def _spread(table: Table, who: Mapping[str, Rule], shared: Mapping[str, Rule]) -> Iterator[Table]:
    columns = {**who, **shared, **table.columns}
    # Where refunds are rows of their own, the others are none, and say so: rows of both are compared by it.
    constants = {**({"is_refund": "no"} if table.refunded else {}), **table.set}
    whole = table.model_copy(update={"columns": columns, "key": table.key or tuple(who), "set": constants})
    yield whole
    for refunded in table.refunded:
        amount = refunded.amount.model_copy(update={"negative": True})
        yield whole.model_copy(
            update={
                "called": "refunds",
                "columns": {name: columns[name] for name in columns if name not in _OF_LINES} | {"amount": amount},
                "set": {"is_refund": "yes"},
                "where": refunded.where,
                "without": refunded.without,
                "nonzero": "amount",
                "above_zero": "amount" if refunded.if_not_told else "",
                "first_rows_only": True,
            }
        )


def _check(table: Table) -> None:
    if table.kind not in KINDS:
        raise ValueError(f"there is no kind of records '{table.kind}'")
    foreign = {*table.columns, *table.set} - set(KINDS[table.kind].names)
    if foreign:
        raise ValueError(f"{table.kind} have no column '{sorted(foreign)[0]}'")
    unmade = {*table.key, *table.needs, *table.only_with, *filter(None, [table.nonzero])} - set(table.columns)
    if unmade:
        raise ValueError(f"'{sorted(unmade)[0]}' is asked for, and not among the columns")
    if not table.key:
        raise ValueError("nothing says whose row it is")


def export_of(name: str, text: str) -> Export:
    """Return the export that a TOML text describes.

    Raises:
        ExportInvalid: it is no TOML, or says what no recipe says.
    """
    try:
        return Export.model_validate({"name": name, **tomllib.loads(text)})
    except tomllib.TOMLDecodeError as error:
        raise ExportInvalid(name=name, problem=error) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ExportInvalid(name=name, problem=f"{place or 'a table'}: {first['msg']}") from error


@lru_cache(maxsize=1)
def exports() -> Mapping[str, Export]:
    """Return every named export of the package by its name, in the order of the names."""
    folder = files("regulars.records").joinpath("exports")
    texts = {file.name: file for file in folder.iterdir() if file.name.endswith(".toml")}
    return {
        name.removesuffix(".toml"): export_of(name.removesuffix(".toml"), texts[name].read_text(encoding="utf-8"))
        for name in sorted(texts)
    }
