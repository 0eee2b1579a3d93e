"""A table of a named export as ordinary content: canonical columns, streamed piece by piece, nothing row by row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.records._exports.cells import Sheet, cell_of
from regulars.records._exports.finding import KEY, ExportLayout, Found, Plan, layout_of
from regulars.records._exports.rows import SortedRows, Sorter
from regulars.records._formats.tables import readable_again
from regulars.records._formats.texts import Piece
from regulars.records._kinds import WITHDRAWN

if TYPE_CHECKING:
    from regulars.records._opening import Content

_OF_WITHDRAWN = {KEY, *WITHDRAWN.names}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportContent:
    """One table of an export; `origin` is the file it stands in, under that file's own headers."""

    origin: "Content"
    found: Found
    plan: Plan
    layout: ExportLayout
    file: str

    @property
    def headers(self) -> tuple[str, ...]:
        """What its columns are called in the file."""
        return self.layout.headers

    @property
    def total(self) -> int:
        """How much there is of the file."""
        return self.origin.total

    def pieces(self, places: Sequence[int]) -> Iterator[Piece]:
        """Yield the rows that belong to this table, only the columns at these places."""
        names = {place: name for name, place in self.layout.places.items() if place in places}
        sheet, sorter = Sheet(self.found), Sorter(self.found, self.plan)
        for piece in self.origin.pieces(sorted(sorter.needed | self._needed(names.values()))):
            sheet.turn_to(piece)
            rows = sorter.sort(sheet)
            yield Piece(
                columns={place: self._column(sheet, name, rows, rows.kept) for place, name in names.items()},
                lines=piece.lines[rows.kept],
                broken=rows.broken,
                done=piece.done,
                taken_as={code: mask[rows.kept] for code, mask in rows.has_several.items()},
                keyed_by={name: mask[rows.kept] for name, mask in rows.keyed_by.items()},
                left_out=_sum(rows.left_out, piece.left_out) if self.plan.is_first else rows.left_out,
                withdrawn={
                    place: self._column(sheet, name, rows, rows.withdrawn)
                    for place, name in names.items()
                    if name in _OF_WITHDRAWN and len(rows.withdrawn)
                },
                why_withdrawn=rows.why,
            )

    def _column(self, sheet: Sheet, name: str, rows: SortedRows, asked: NDArray[np.int64]) -> pa.Array:
        kept, plan = pa.array(asked), self.plan
        if name == KEY:
            return rows.key.take(kept)
        is_refund = pa.array(rows.is_refund[asked])
        if name in plan.table.set:
            return pa.array([plan.table.set[name]] * len(kept), pa.string())
        if name not in plan.columns and name not in plan.refunds:
            return pc.if_else(is_refund, "yes", "no")
        own, other = plan.columns.get(name), plan.refunds.get(name)
        values = pa.nulls(len(kept), pa.string()) if own is None else cell_of(sheet, own).take(kept)
        return values if other is None else pc.if_else(is_refund, cell_of(sheet, other).take(kept), values)

    def _needed(self, names: Iterable[str]) -> set[int]:
        bounds = [
            columns[name] for columns in (self.plan.columns, self.plan.refunds) for name in names if name in columns
        ]
        return {place for bound in bounds for place in bound.all_places}


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {code: one.get(code, 0) + other.get(code, 0) for code in {**one, **other}}


def export_contents(content: "Content", found: Found) -> Iterator[ExportContent]:
    """Yield the tables of a recognised export; the first has the name of the file, the others are named beside it."""
    content = readable_again(content)  # each table reads the rows anew
    for plan in found.plans:
        file = content.file if plan.is_first else f"{content.file}/{plan.name}"
        yield ExportContent(origin=content, found=found, plan=plan, layout=layout_of(found, plan), file=file)
