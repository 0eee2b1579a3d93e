"""Is this one of the named exports? By its headers; the most specific wins, and a tie is no recognition.

What the person says comes first: a kind narrows the tables to those of that kind, a mapping puts another header in
the place of the recipe's, and a mapping of all that a kind requires is read as it stands, without any recipe.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from regulars.records._exports.recipes import Condition, Export, RefundRows, Rule, Table, exports
from regulars.records._kinds import IDENTITIES, KINDS
from regulars.records._recognition.headers import Layout

KEY = "customer_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A rule, and the places of those of its headers that are there."""

    rule: Rule
    places: tuple[int, ...]
    zone: int | None = None

    @property
    def all_places(self) -> tuple[int, ...]:
        """The places of every column it reads."""
        return self.places if self.zone is None else (*self.places, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One table of an export, put to the headers of a file: canonical column → where it comes from.

    `key` holds the identity columns that are there, the best first; `is_first`: it accounts for every row of the
    file, and the tables after it only for the rows that they are about.
    """

    table: Table
    columns: Mapping[str, Bound]
    key: tuple[str, ...]
    refunds: Mapping[str, Bound]
    is_first: bool

    @property
    def name(self) -> str:
        """What it is called beside the other tables of its file."""
        return self.table.called or self.table.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An export that was recognised: its tables, and where each header of its recipe stands in the file."""

    export: Export
    headers: tuple[str, ...]
    plans: tuple[Plan, ...]

    def places_of(self, name: str) -> frozenset[int]:
        """Return the places of the columns that this canonical column is read from, in any table."""
        bounds = [plan.columns[name] for plan in self.plans if name in plan.columns]
        return frozenset(place for bound in bounds for place in bound.all_places)

    def place(self, header: str) -> int | None:
        """Return the place of a header of the recipe; of one that stands there twice, the first."""
        return _places(self.headers).get(same(header))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLayout(Layout):
    """The layout of a table of an export: its columns stand under canonical names, its key is a column of its own.

    `role` is what the key is called; where it is of several sorts, the first that does none of the others harm.
    """

    role: str

    @property
    def key_role(self) -> str:
        """What the key is called."""
        return self.role

    @property
    def name_place(self) -> int | None:
        """None: its keys come with the names already."""
        return None

    def sources(self) -> dict[str, int]:
        """Return the place of the column that fills each raw column."""
        return {column.name: self.places[column.name] for column in self.kind.columns if column.name in self.places}


@lru_cache(maxsize=4096)  # the recipes' headers are asked for again with every file and every row that may be a header
def same(header: str) -> str:
    """Return a header without what differs from export to export: case, blanks, full-width forms, a leading mark.

    >>> same("`订单实付金额 "), same("Created  (UTC)")
    ('订单实付金额', 'created (utc)')
    """
    text = unicodedata.normalize("NFKC", header).casefold()
    return " ".join(text.lstrip("'`\t\ufeff ").split())


def find_export(headers: Sequence[str], *, kind: str | None, mapping: Mapping[str, str]) -> Found | None:
    """Return the export that these headers are of, if there is one and only one most specific.

    Args:
        headers: as they stand.
        kind: a kind of records that the person named, or an export by its name; None: whatever it is.
        mapping: canonical name → header, as the person said.
    """
    known = set(_places(tuple(headers)))
    if kind in exports():
        candidates = {str(kind): 1}
    else:
        fits = {name: _fit(export, known) for name, export in exports().items()}
        candidates = {name: fit for name, fit in fits.items() if fit}
    best = [name for name, fit in candidates.items() if fit == max(candidates.values())]
    if len(best) != 1:
        return None
    export = exports()[best[0]]
    plans = tuple(_plans(export, tuple(headers), kind if kind in KINDS else None, mapping))
    return Found(export=export, headers=tuple(headers), plans=plans) if plans else None


def is_of_an_export(headers: Sequence[str]) -> bool:
    """Whether these headers are enough to recognise some named export."""
    known = set(_places(tuple(headers)))
    return any(_fit(export, known) for export in exports().values())


def layout_of(found: Found, plan: Plan) -> ExportLayout:
    """Return the layout of one table, its headers said as they stand in the file, what is unused at the end.

    A column that is the same in every row is said as `= value`.
    """
    names = [KEY, *(name for name in plan.columns if name in _own(plan)), *plan.table.set]
    if plan.table.refund_rows and "is_refund" not in names:
        names.append("is_refund")
    shown = {name: _shown(found.headers, bound.places) for name, bound in plan.columns.items()}
    shown |= {name: f"= {value}" for name, value in plan.table.set.items()}
    shown[KEY] = _shown(found.headers, [place for name in plan.key for place in plan.columns[name].places])
    used = {place for other in found.plans for place in _used(found, other)}
    unused = tuple(
        header for place, header in enumerate(found.headers) if plan.is_first and place not in used and header.strip()
    )
    kind = KINDS[plan.table.kind]
    names = list(dict.fromkeys(names))
    headers = (*(shown.get(name, "") for name in names), *unused)
    return ExportLayout(
        kind=kind, places={name: place for place, name in enumerate(names)}, headers=headers, role=_role(plan.key)
    )


def _fit(export: Export, known: set[str]) -> int:
    """Return how many headers of its longest set are all there; 0 if of no set all are."""
    return max((len(one) for one in _bare(export.recognised_by) if one <= known), default=0)


@cache
def _bare(sets: tuple[tuple[str, ...], ...]) -> tuple[frozenset[str], ...]:
    # Kept: it is asked of every row that may be a header, for every export, under every possible delimiter.
    return tuple(frozenset(map(same, headers)) for headers in sets)


def _plans(export: Export, headers: tuple[str, ...], kind: str | None, mapping: Mapping[str, str]) -> Iterator[Plan]:
    tables = [table for table in export.all_tables if kind in {None, table.kind}]
    places = _places(headers)
    told = {name: places.get(same(header)) for name, header in mapping.items()}
    if not _is_correction(told, tables):
        return
    is_first = True
    for table in tables:
        plan = _plan(table, headers, {name: at for name, at in told.items() if at is not None}, is_first=is_first)
        if plan is not None and (is_first or not table.only_alone):
            is_first = False
            yield plan


def _is_correction(told: Mapping[str, int | None], tables: Sequence[Table]) -> bool:
    """Whether a mapping corrects these tables: it names headers and columns they have, and not all they require."""
    if not told:
        return True
    names = {name for table in tables for name in KINDS[table.kind].names}
    if None in told.values() or not set(told) <= names:
        return False
    required = [{column.name for column in KINDS[table.kind].columns if column.required} for table in tables]
    return not any(needed <= set(told) for needed in required)


def _plan(table: Table, headers: tuple[str, ...], told: Mapping[str, int], *, is_first: bool) -> Plan | None:
    """Return a table put to these headers; None if something it cannot do without is not there."""
    places = _places(headers)
    if any(same(header) in places for header in table.without):
        return None
    columns = {
        name: bound
        for name, rule in table.columns.items()
        if (is_first or not rule.first_table_only) and (bound := _bound(rule, headers)) is not None
    }
    mine = {name: at for name, at in told.items() if name in KINDS[table.kind].names and name not in table.set}
    columns |= {name: Bound(rule=Rule(first=(headers[at],)), places=(at,)) for name, at in mine.items()}
    key = tuple(name for name in mine if name in IDENTITIES) or tuple(name for name in table.key if name in columns)
    refunds = {} if table.refund_rows is None else _refunds(table.refund_rows, columns.get("amount"), headers)
    plan = Plan(table=table, columns=columns, key=key, refunds=refunds, is_first=is_first)
    return plan if _is_whole(plan, places) else None


def _is_whole(plan: Plan, places: Mapping[str, int]) -> bool:
    table, there = plan.table, {*plan.columns, *plan.table.set}
    required = {column.name for column in KINDS[table.kind].columns if column.required} - {KEY, "recorded_at"}
    asked = [condition for condition in (table.where,) if condition is not None]
    return (
        bool(plan.key)
        and required <= there
        and (not table.needs or any(name in there for name in table.needs))
        and {*table.only_with, *filter(None, [table.nonzero])} <= there
        and all(same(condition.column) in places for condition in asked)
    )


def _refunds(rows: RefundRows, amount: Bound | None, headers: tuple[str, ...]) -> dict[str, Bound]:
    """Return where the columns of refunds come from; what was given back, from the header paired with the amount's."""
    rules = dict(rows.columns)
    paid = "" if amount is None else same(headers[amount.places[0]])
    backs = [back for header, back in rows.paired.items() if same(header) == paid]
    if backs and "amount" in rules:
        rules["amount"] = rules["amount"].model_copy(update={"first": (*backs, *rules["amount"].first)})
    return {name: bound for name, rule in rules.items() if (bound := _bound(rule, headers)) is not None}


def _bound(rule: Rule, headers: tuple[str, ...]) -> Bound | None:
    known = _places(headers)
    places = [known[same(header)] for header in rule.first if same(header) in known]
    if rule.like:
        places += [at for at, header in enumerate(headers) if _is_like(rule, same(header))]
    if not places:
        return None
    return Bound(rule=rule, places=tuple(dict.fromkeys(places)), zone=known.get(same(rule.zone)))


def _is_like(rule: Rule, header: str) -> bool:
    return bool(re.search(rule.like, header)) and not (rule.unlike and re.search(rule.unlike, header))


def _own(plan: Plan) -> set[str]:
    return {column.name for column in KINDS[plan.table.kind].columns}


def _used(found: Found, plan: Plan) -> Iterator[int]:
    for bound in (*plan.columns.values(), *plan.refunds.values()):
        yield from bound.all_places
    rows = found.export.rows
    asked: list[Condition | None] = [plan.table.where, *rows.left_out]
    asked.append(plan.table.refund_rows.where if plan.table.refund_rows else None)
    headers = [condition.column for condition in asked if condition is not None]
    headers += [rows.carry_down, rows.status.column if rows.status else ""]
    yield from (place for header in headers if (place := found.place(header)) is not None)


def _role(key: Sequence[str]) -> str:
    # What is taken for a phone loses its points and dashes on the way to an id, and other keys are made of them.
    return next((name for name in key if name != "phone"), "phone") if len(key) > 1 else key[0]


def _shown(headers: Sequence[str], places: Sequence[int]) -> str:
    return ", ".join(dict.fromkeys(headers[place].strip() for place in places))


@lru_cache(maxsize=64)  # one row of headers is put to every table of every export
def _places(headers: tuple[str, ...]) -> Mapping[str, int]:
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        places.setdefault(same(header), place)
    return places
