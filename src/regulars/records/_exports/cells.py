"""The cells of an export's rows, by header: carried down from an order's first row, joined, cut, worded as a rule says.

Whole columns at once; a Python function sees only distinct values.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.records._cells import contacts
from regulars.records._cells.cells import FAULT, Cells, Mask, by_distinct, mask_of
from regulars.records._cells.names import whole_names
from regulars.records._cells.text import FIRST_OF_SEVERAL, as_text, names_several, read_key, read_text, silence_of, tidy
from regulars.records._exports.finding import Bound, Found
from regulars.records._exports.recipes import Condition, Rule
from regulars.records._formats.texts import Piece
from regulars.records._words import Silence, plain, words

_MINUS = r"^[-(\x{2212}].*|.*-$"


class Sheet:
    """The rows at hand, and what the rows before them said of an order that goes on."""

    def __init__(self, found: Found) -> None:
        rows = found.export.rows
        self._headers = found.headers
        self._order = found.place(rows.carry_down) if rows.carry_down else None
        self._of_lines = {found.place(header) for header in rows.line_columns}
        self._once = {found.place(header) for header in rows.once}
        self._silences = _silences(found)
        self._texts: dict[int, pa.Array] = {}
        self._held: dict[int, pa.Array] = {}
        self._first_at: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
        self.piece = Piece(columns={}, lines=np.zeros(0, dtype=np.int64))

    @property
    def begins(self) -> Mask:
        """Which rows begin an order: all, where orders have one row."""
        rows = len(self.piece.lines)
        if self._order is None:
            return np.ones(rows, dtype=bool)
        return np.equal(self._first_at[1:], np.arange(1, rows + 1))

    def turn_to(self, piece: Piece) -> None:
        """Take the next rows, and keep in mind the first row of the order that may go on in them."""
        if self._order is not None:
            self._held = {place: self._joined(place).slice(int(self._first_at[-1]), 1) for place in self.piece.columns}
        self.piece, self._texts = piece, {}
        if self._order is not None:
            self._first_at = _first_rows(self._joined(self._order))

    def header(self, place: int) -> str:
        """Return what the column at a place is called in the file."""
        return self._headers[place].strip()

    def says_nothing_of_order(self, places: Sequence[int]) -> Mask:
        """Return the rows whose order has none of these cells filled in its first row: none, where orders have one."""
        rows = len(self.piece.lines)
        if self._order is None or not places:
            return np.zeros(rows, dtype=bool)
        filled = mask_of(pc.coalesce(*(self._joined(place) for place in places)).is_valid())
        nothing: Mask = ~filled[self._first_at[1:]]
        return nothing

    def text(self, place: int) -> pa.Array:
        """Return a column as tidy text, an order's blank cells filled from its first row."""
        own = self._own(place)
        if self._order is None or place in self._of_lines:
            return own
        if place in self._once:
            return pc.if_else(pa.array(self.begins), own, pa.scalar("0"))
        return pc.coalesce(own, self._joined(place).take(pa.array(self._first_at[1:])))

    def _own(self, place: int) -> pa.Array:
        if place not in self._texts:
            silence = self._silences.get(place, "any")
            self._texts[place] = tidy(as_text(self.piece.columns[place]), silence=silence).values
        return self._texts[place]

    def _joined(self, place: int) -> pa.Array:
        """Return a column with the first row of the order before it on top."""
        return pa.concat_arrays([self._held.get(place, pa.nulls(1, pa.string())), self._own(place)])


def cell_of(sheet: Sheet, bound: Bound) -> pa.Array:
    """Return what a rule makes of the rows."""
    rule = bound.rule
    columns = [sheet.text(place) for place in bound.places]
    if rule.person and len(columns) == 2:
        values = whole_names(*columns)
    elif rule.join is not None:
        values = _joined(columns, rule.join)
    else:
        values = pc.coalesce(*columns)
    for is_asked, change in _CHANGES:
        if is_asked(rule):
            values = change(values, rule)
    if rule.zone:
        zones = pa.scalar(rule.zone) if bound.zone is None else _zone_names(sheet.text(bound.zone))
        with_zone = pc.binary_join_element_wise(values, " [", zones, "]", "")
        values = pc.coalesce(with_zone, values)
    return values


def _silences(found: Found) -> dict[int, Silence]:
    """Return the places where names and free text stand, with the words that say nothing there."""
    return {
        place: silence_of(name)
        for plan in found.plans
        for name, bound in plan.columns.items()
        for place in bound.places
        if silence_of(name) != "any"
    }


def _joined(columns: Sequence[pa.Array], mark: str) -> pa.Array:
    """Return the filled cells of each row, with the mark between them; nothing where none is filled."""
    # Arrow's own way to skip empty cells loses the rows where all of them are.
    whole, *others = columns
    for column in others:
        whole = pc.coalesce(pc.binary_join_element_wise(whole, column, mark), whole, column)
    return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The key of each row, none where it names nobody; which rows are keyed by what, and by the first of several."""

    values: pa.Array
    keyed_by: Mapping[str, Mask]
    has_several: Mapping[str, Mask]


def key_of(sheet: Sheet, columns: Mapping[str, Bound], key: Sequence[str]) -> Keys:
    """Return the best key of each row that names somebody.

    A phone or address comes with the name beside it (see `contacts.named`). A masked or encrypted value names nobody.
    A broken one (digits lost) is handed on, to be set aside by its rule. Of several phones or addresses in a cell the
    first is taken; which rows those are is told by its code.
    """
    best = pa.nulls(len(sheet.piece.lines), pa.string())
    broken = best
    several: dict[str, Mask] = {}
    keyed_by: dict[str, Mask] = {}
    is_contact = np.zeros(len(best), dtype=bool)
    for name in key:
        found = cell_of(sheet, columns[name])
        before = mask_of(best.is_valid())
        if name in FIRST_OF_SEVERAL:
            several[FIRST_OF_SEVERAL[name]] = names_several(found, role=name) & ~before
        cells = read_key(found, role=name)
        faults = np.zeros(len(best), dtype=np.uint8) if cells.faults is None else cells.faults
        nobody = (faults == FAULT["customer_missing"]) | (faults == FAULT["customer_masked"])
        best = pc.coalesce(best, pc.if_else(pa.array(faults == 0), cells.values, pa.scalar(None, pa.string())))
        keyed_by[name] = mask_of(best.is_valid()) & ~before
        if name in FIRST_OF_SEVERAL:
            is_contact |= keyed_by[name]
        broken = pc.coalesce(broken, pc.if_else(pa.array(nobody), pa.scalar(None, pa.string()), cells.values))
    best = pc.coalesce(best, broken)
    names = next((name for name in ("nickname", "name") if name in key), None)
    if names is not None and is_contact.any():
        both = contacts.named(best, read_text(cell_of(sheet, columns[names]), silence="text").values)
        best = pc.if_else(pa.array(is_contact), both, best)
    return Keys(values=best, keyed_by=keyed_by, has_several=several)


def meets(sheet: Sheet, condition: Condition, place: int) -> Mask:
    """Return which rows meet a condition on the column at this place."""
    values = sheet.text(place)
    if condition.filled is not None:
        filled = mask_of(values.is_valid())
        return filled if condition.filled else ~filled
    return mask_of(among(values, dict.fromkeys(condition.words, "")).is_valid())


def among(values: pa.Array, codes: Mapping[str, str]) -> pa.Array:
    """Return the code of each known word, and nothing for an unknown one; case and punctuation do not matter."""
    known = {plain(word): code for word, code in codes.items()}

    def code(distinct: pa.Array) -> Cells:
        found = [None if text is None else known.get(plain(text)) for text in distinct.to_pylist()]
        return Cells(values=pa.array(found, pa.string()))

    return by_distinct(values, code).values


def says_something(sheet: Sheet, bounds: Sequence[Bound]) -> Mask:
    """Return the rows in which at least one of these columns is filled."""
    return mask_of(pc.coalesce(*(cell_of(sheet, bound) for bound in bounds)).is_valid())


def is_not_zero(sheet: Sheet, bound: Bound) -> Mask:
    """Return the rows in which an amount has a digit other than 0."""
    return mask_of(pc.match_substring_regex(cell_of(sheet, bound), r"[1-9１-９]"))


def has_minus(sheet: Sheet, bound: Bound) -> Mask:
    """Return the rows in which an amount stands below zero as it is written, whatever its rule makes of it."""
    as_written = replace(bound, rule=bound.rule.model_copy(update={"negative": False}))
    return mask_of(pc.match_substring_regex(cell_of(sheet, as_written), _MINUS))


def _first_rows(orders: pa.Array) -> NDArray[np.int64]:
    """Return for each row the place of the first row of its order; the top one stands for the rows before."""
    codes = np.asarray(pc.fill_null(orders.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False))
    places = np.arange(len(codes))
    named = np.maximum.accumulate(np.where(codes >= 0, places, 0))
    # A row without a number belongs to the order of the last row that has one.
    orders_of_rows = codes[named]
    starts = np.concatenate(([False], orders_of_rows[1:] != orders_of_rows[:-1]))
    first: NDArray[np.int64] = np.maximum.accumulate(np.where(starts, places, 0))
    return first


def _split(values: pa.Array, rule: Rule) -> pa.Array:
    return tidy(pc.replace_substring_regex(values, f"(?s){re.escape(rule.split)}.*$", "")).values


def _extracted(values: pa.Array, rule: Rule) -> pa.Array:
    pattern = re.compile(rule.extract)

    def extract(distinct: pa.Array) -> Cells:
        found = [None if text is None else pattern.search(text) for text in distinct.to_pylist()]
        texts = [text if hit is None else hit[1] for text, hit in zip(distinct.to_pylist(), found, strict=True)]
        return Cells(values=pa.array(texts, pa.string()))

    return by_distinct(values, extract).values


def _stepped(values: pa.Array, rule: Rule) -> pa.Array:
    return pc.coalesce(among(values, words().steps[rule.steps]), values)


def _negative(values: pa.Array, rule: Rule) -> pa.Array:
    minus = pc.binary_join_element_wise("-", values, "")
    return pc.if_else(pc.match_substring_regex(values, _MINUS), values, minus)


_CHANGES: tuple[tuple[Callable[[Rule], object], Callable[[pa.Array, Rule], pa.Array]], ...] = (
    (lambda rule: rule.split, _split),
    (lambda rule: rule.extract, _extracted),
    (lambda rule: rule.words, lambda values, rule: among(values, rule.words)),
    (lambda rule: rule.steps, _stepped),
    (lambda rule: rule.negative, _negative),
)
"""What a rule may ask for after the cell was found, in this order."""


def _zone_names(values: pa.Array) -> pa.Array:
    names = _zones()

    def name(distinct: pa.Array) -> Cells:
        texts = distinct.to_pylist()
        return Cells(
            values=pa.array([None if text is None else names.get(plain(text), text) for text in texts], pa.string())
        )

    return by_distinct(values, name).values


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    text = files("regulars.records").joinpath("zones.toml").read_text(encoding="utf-8")
    return {plain(name): zone for name, zone in tomllib.loads(text).items()}
