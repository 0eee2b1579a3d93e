"""Which rows of an export belong to a table, which are left out and why: unpaid, cancelled, summaries, nobody's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.records._cells.cells import Mask, mask_of
from regulars.records._exports.cells import Sheet, among, has_minus, is_not_zero, key_of, meets, says_something
from regulars.records._exports.finding import Found, Plan
from regulars.records._exports.recipes import NOBODY, NOTHING, Condition
from regulars.records._formats.scanner import Broken

_SUMMARY = "summary_row"
_UNKNOWN = "word_unknown"
_PAID = "paid"
_APART = "line_apart"
_UNPAID = frozenset({"not_paid", "not_shipped", "cancelled"})
"""Codes that say nothing against what else such a row tells of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedRows:
    """The places of the rows kept, every row's key, which are refunds; the broken ones; and the others by code.

    `withdrawn` are the places of those whose orders the recipe says do not count, `why` under which code.
    `has_several`: whose key is the first of several phones or addresses, by the code of that; `keyed_by`: which are
    keyed by what.
    """

    kept: NDArray[np.int64]
    withdrawn: NDArray[np.int64]
    why: pa.Array
    key: pa.Array
    has_several: Mapping[str, Mask]
    keyed_by: Mapping[str, Mask]
    is_refund: Mask
    broken: tuple[Broken, ...]
    left_out: Mapping[str, int]


class Sorter:
    """Sorts the rows of one table, piece by piece; a summary that has begun goes on to the end."""

    def __init__(self, found: Found, plan: Plan) -> None:
        self._rows = found.export.rows
        self._found = found
        self._plan = plan
        self._takes_back = plan.is_first and plan.table.kind == "orders" and "order_id" in plan.columns
        self._summary_from: int | None = None

    @property
    def needed(self) -> set[int]:
        """The places of the columns that tell rows apart."""
        rows, table = self._rows, self._plan.table
        headers = [condition.column for condition in rows.left_out] + [rows.carry_down, *rows.once]
        headers += [header for condition in rows.left_out for header in condition.and_empty]
        headers += [condition.column for condition in (rows.status, table.where) if condition is not None]
        headers += [table.refund_rows.where.column] if table.refund_rows else []
        places = {place for header in headers if (place := self._found.place(header)) is not None}
        asked = {*self._plan.key, *table.needs, *filter(None, [table.nonzero])} & set(self._plan.columns)
        # The first column tells where a summary begins.
        return places | {0} | {place for name in asked for place in self._plan.columns[name].all_places}

    def sort(self, sheet: Sheet) -> SortedRows:
        """Return what becomes of the rows at hand."""
        codes = _Codes(len(sheet.piece.lines))
        broken = self._without_summary(sheet, codes)
        codes.mark(~self._is_meant(sheet), "")
        self._mark_left_out(sheet, codes)
        if self._plan.table.needs and (needs := [n for n in self._plan.table.needs if n in self._plan.columns]):
            codes.mark(~says_something(sheet, [self._plan.columns[name] for name in needs]), NOTHING)
        codes.mark(self._is_apart(sheet), _APART)
        unknown = self._mark_status(sheet, codes)
        keys = key_of(sheet, self._plan.columns, self._plan.key)
        codes.mark(~mask_of(keys.values.is_valid()), NOBODY)
        unknown += self._mark_without_status(sheet, codes)
        is_first = self._plan.is_first
        withdrawn = codes.places(self._found.export.codes if self._takes_back else ())
        return SortedRows(
            kept=codes.kept,
            withdrawn=withdrawn,
            why=codes.of(withdrawn),
            key=keys.values,
            has_several=keys.has_several,
            keyed_by=keys.keyed_by,
            is_refund=self._refunds(sheet),
            broken=(*broken, *unknown) if is_first else (),
            left_out=codes.counts() if is_first else {},
        )

    def _is_meant(self, sheet: Sheet) -> Mask:
        """Return the rows that the table is about at all."""
        table = self._plan.table
        meant = np.ones(len(sheet.piece.lines), dtype=bool)
        if table.first_rows_only:
            meant &= sheet.begins
        if table.where is not None:
            meant &= self._meets(sheet, table.where)
        if table.nonzero in self._plan.columns:
            meant &= is_not_zero(sheet, self._plan.columns[table.nonzero])
        if table.above_zero in self._plan.columns:
            meant &= ~has_minus(sheet, self._plan.columns[table.above_zero])
        return meant

    def _without_summary(self, sheet: Sheet, codes: "_Codes") -> list[Broken]:
        """Mark the summary at the end, and return what is broken before it."""
        broken = list(sheet.piece.broken)
        if not self._rows.ends_at:
            return broken
        lines, mark = sheet.piece.lines, self._rows.ends_at
        begins = lines[mask_of(pc.starts_with(pc.utf8_ltrim(sheet.text(0), "`'\t "), mark))]
        found = [int(line) for line in begins[:1]]
        found += [row.line for row in broken if row.text.lstrip("\"`'\t ").startswith(mark)]
        if found and self._summary_from is None:
            self._summary_from = min(found)
        if self._summary_from is None:
            return broken
        codes.mark(lines >= self._summary_from, _SUMMARY)
        before = [row for row in broken if row.line < self._summary_from]
        codes.add(_SUMMARY, len(broken) - len(before))
        return before

    def _mark_left_out(self, sheet: Sheet, codes: "_Codes") -> None:
        for condition in self._rows.left_out:
            place = self._found.place(condition.column)
            if place is not None and not (self._plan.table.any_row and condition.code in _UNPAID):
                marked = meets(sheet, condition, place)
                for header in condition.and_empty:
                    if (other := self._found.place(header)) is not None:
                        marked &= ~mask_of(sheet.text(other).is_valid())
                codes.mark(marked, condition.code)

    def _mark_status(self, sheet: Sheet, codes: "_Codes") -> list[Broken]:
        """Mark what is not paid, and return the rows whose word nobody knows."""
        status = self._rows.status
        place = None if status is None else self._found.place(status.column)
        if status is None or place is None or self._plan.table.any_row:
            return []
        words = sheet.text(place)
        meanings = dict.fromkeys(status.paid, _PAID)
        meanings |= {word: code for code, listed in status.left_out.items() for word in listed}
        found = pc.coalesce(among(words, meanings), pa.scalar(status.otherwise or _UNKNOWN))
        for code in {*status.left_out, *filter(None, [status.otherwise])} - {_PAID}:
            codes.mark(mask_of(pc.equal(found, code)), code)
        return _taken_away(sheet, codes, mask_of(pc.and_(pc.equal(found, _UNKNOWN), words.is_valid())), place)

    def _mark_without_status(self, sheet: Sheet, codes: "_Codes") -> list[Broken]:
        """Mark what says nothing of its payment, and return it: nobody knows that it was paid."""
        status = self._rows.status
        place = None if status is None else self._found.place(status.column)
        if status is None or place is None or self._plan.table.any_row or status.otherwise:
            return []
        return _taken_away(sheet, codes, ~mask_of(sheet.text(place).is_valid()), place)

    def _is_apart(self, sheet: Sheet) -> Mask:
        """Return the lines of orders whose first row stands elsewhere: nothing of the order itself is in them."""
        asked = [*self._rows.once, self._rows.status.column if self._rows.status else ""]
        places = [place for header in asked if (place := self._found.place(header)) is not None]
        return sheet.says_nothing_of_order(places)

    def _refunds(self, sheet: Sheet) -> Mask:
        refunds = self._plan.table.refund_rows
        if refunds is None:
            return np.zeros(len(sheet.piece.lines), dtype=bool)
        return self._meets(sheet, refunds.where)

    def _meets(self, sheet: Sheet, condition: Condition) -> Mask:
        place = self._found.place(condition.column)
        return np.zeros(len(sheet.piece.lines), dtype=bool) if place is None else meets(sheet, condition, place)


def _taken_away(sheet: Sheet, codes: "_Codes", mask: Mask, place: int) -> list[Broken]:
    """Take these rows away, as far as nothing else did, and return them as not understood for the cell at a place."""
    unknown = mask & codes.free
    codes.mark(unknown, "")
    header, words = sheet.header(place), sheet.text(place)
    return [
        Broken(line=int(sheet.piece.lines[row]), reason=_UNKNOWN, text=words[int(row)].as_py() or "", column=header)
        for row in np.flatnonzero(unknown)
    ]


class _Codes:
    """For each row the first code it was marked with; an empty code takes it away without being counted."""

    def __init__(self, rows: int) -> None:
        self._names: list[str] = []
        self._of_rows = np.zeros(rows, dtype=np.int16)
        self._more: dict[str, int] = {}

    @property
    def free(self) -> Mask:
        """The rows that no code marks."""
        return np.equal(self._of_rows, 0)

    @property
    def kept(self) -> NDArray[np.int64]:
        """Their places."""
        return np.flatnonzero(self.free)

    def places(self, codes: Collection[str]) -> NDArray[np.int64]:
        """Return the places of the rows that one of these codes marks."""
        numbers = [number for number, code in enumerate(self._names, start=1) if code in codes]
        return np.flatnonzero(np.isin(self._of_rows, numbers))

    def of(self, places: NDArray[np.int64]) -> pa.Array:
        """Return the code of the rows at these places."""
        return pa.array([None, *self._names], pa.string()).take(pa.array(self._of_rows[places]))

    def mark(self, mask: Mask, code: str) -> None:
        """Give these rows a code, if they have none."""
        self._names.append(code)
        self._of_rows[mask & self.free] = len(self._names)

    def add(self, code: str, rows: int) -> None:
        """Count rows that could not even be cut into cells."""
        self._more[code] = self._more.get(code, 0) + rows

    def counts(self) -> dict[str, int]:
        """Return how many rows each code marks, of those that have any."""
        counts = dict(self._more)
        for place, code in enumerate(self._names, start=1):
            rows = int(np.count_nonzero(self._of_rows == place))
            if code and rows:
                counts[code] = counts.get(code, 0) + rows
        return {code: rows for code, rows in counts.items() if rows}
