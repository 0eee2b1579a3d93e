"""In which order does a column write its days? Asked only when a date has two readings, and then of the whole source.

A 14th month is none: one row that has one reading settles what 3.2.2024 means in all others, unless another row says
otherwise. Then nobody knows, and the two rows are named.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from regulars.core import RegularsError
from regulars.records._cells.cells import FAULT, Cells
from regulars.records._cells.text import as_text
from regulars.records._cells.time_text import moment_of
from regulars.records._formats.tables import TableSource
from regulars.records._formats.texts import Piece
from regulars.records._opening import Opened
from regulars.records._results import DateOrder
from regulars.records._rows.evidence import is_text

_ORDERS = ("dmy", "mdy", "ymd")
_DAY = r"(?s)^\s*(\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?:\d{2})?)(?:\D.*)?$"
_BIRTH = "birth_date"


class DateOrderMixed(RegularsError):
    """A column in which one row can only be day first and another only month first, and nobody said which holds."""

    code = "date_order_mixed"
    template = (
        "{file}: column '{column}' writes days in two orders: '{value}' (line {line}) has only one reading, '{other}'"
        " (line {other_line}) only another, so that nobody knows what the others mean. Say which with --date-order:"
        " dmy (day first), mdy (month first) or ymd (year first); rows in another order are set aside then."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """A day as it is written, and where it stands first."""

    line: int
    text: str


class DateOrders:
    """The order of the days in one source's columns: as somebody states, else as each column proves by itself."""

    def __init__(self, source: Opened, stated: str | None) -> None:
        self._source = source
        self._stated = stated
        self._found: Mapping[str, _Evidence] | None = None
        self.told: dict[str, DateOrder] = {}
        """Which order was taken because a column proves it, by header."""

    def of(self, name: str) -> str | None:
        """Return the order that is known by now of a column."""
        found = None if self._found is None else self._found.get(name)
        return self._stated or (None if found is None else found.order)

    def could_decide(self, name: str, cells: Cells) -> bool:
        """Whether there are dates with two readings and the column proves what they mean; the first time it is asked.

        Of a column of times; see `decide` for others.
        """
        if cells.faults is None or not (cells.faults == FAULT["time_ambiguous"]).any():
            return False
        return self.of(name) is None and self.decide(name) is not None

    def decide(self, name: str) -> str | None:
        """Return the order that a column proves in which some day has two readings; nobody stated one."""
        if self._found is None:
            self._found = _evidence(self._source)
        order = self.of(name)
        if order is not None:
            witness = self._found[name].only[order]
            shown = "" if name == _BIRTH else witness.text
            header = self._source.layout.headers[self._source.layout.sources()[name]].strip()
            self.told[header] = DateOrder(order=order, line=witness.line, example=shown)
        return order

    def check(self, name: str) -> None:
        """Raise `DateOrderMixed` if a column that could have proved its order proves two."""
        found = None if self._found is None else self._found.get(name)
        if found is None or (pair := found.contradiction) is None:
            return
        one, other = sorted(pair, key=lambda day: day.line)
        header = self._source.layout.headers[self._source.layout.sources()[name]].strip()
        raise DateOrderMixed(
            file=self._source.file, column=header, line=one.line, value=one.text, other_line=other.line,
            other=other.text,
        )  # fmt: skip


class _Evidence:
    """What the days of one column prove: `only` has the first that can be read in this order alone."""

    def __init__(self) -> None:
        self.only: dict[str, _Day] = {}
        self._unfit: dict[str, _Day] = {}
        self._met: set[str] = set()

    @property
    def order(self) -> str | None:
        """The one order that some day needs and every day fits."""
        return next((order for order in self.only if order not in self._unfit), None)

    @property
    def contradiction(self) -> tuple[_Day, _Day] | None:
        """A day that can be read in one order alone, and one that cannot be read in it."""
        return next(((day, self._unfit[order]) for order, day in self.only.items() if order in self._unfit), None)

    def meet(self, column: pa.Array, piece: Piece) -> None:
        """Take note of the days of a piece; each is looked at once."""
        encoded = as_text(column).dictionary_encode()
        plain = pc.utf8_normalize(encoded.dictionary, form="NFKC")
        is_day = pc.match_substring_regex(plain, _DAY)
        days = pc.if_else(is_day, pc.replace_substring_regex(plain, _DAY, r"\1"), pa.scalar(None, pa.string()))
        of_rows = days.take(encoded.indices)
        for text in pc.unique(days).drop_null().to_pylist():
            if text in self._met:
                continue
            self._met.add(text)
            fitting = [order for order in _ORDERS if not moment_of(text, order).fault]
            if not fitting or len(fitting) == len(_ORDERS):
                continue
            day = _Day(line=int(piece.lines[pc.index(of_rows, text).as_py()]), text=text)
            for order in _ORDERS:
                if order not in fitting:
                    self._unfit.setdefault(order, day)
            if len(fitting) == 1:
                self.only.setdefault(fitting[0], day)


def _evidence(source: Opened) -> dict[str, _Evidence]:
    """Read the columns of days once through."""
    layout = source.layout
    roles = {column.name: column.role for column in layout.kind.columns}
    places = {name: at for name, at in layout.sources().items() if roles.get(name) == "time" or name == _BIRTH}
    found = {name: _Evidence() for name in places}
    is_stream = isinstance(source.content, TableSource) and isinstance(source.content.data, pa.RecordBatchReader)
    # A stream of batches passes only once: its days with two readings stay undecided.
    for piece in () if is_stream else source.content.pieces(sorted(set(places.values()))):
        for name, place in places.items():
            if is_text(piece.columns[place].type):
                found[name].meet(piece.columns[place], piece)
    return found
