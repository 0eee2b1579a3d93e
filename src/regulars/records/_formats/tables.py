"""Typed sources as batches of columns: Parquet files, and any table with the Arrow PyCapsule interface."""

import re
from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.core import RegularsError
from regulars.records._formats.stored import Stored
from regulars.records._formats.texts import ColumnsMismatch, Piece
from regulars.records._marks import brief
from regulars.records._results import ArrowStream

ContentT = TypeVar("ContentT")

_ROWS = 131_072
_ROWS_LOOKED_AT = 8_192
_MIXED = re.compile(r"Conversion failed for column (.+) with type object")
_DAMAGE = (pa.ArrowException, OSError, KeyError, ValueError, OverflowError)


class ParquetBroken(RegularsError):
    """A file that begins like Parquet and is none."""

    code = "parquet_broken"
    template = "{file} is a Parquet file that cannot be read: {problem}. Export it again."


class TableUnreadable(RegularsError):
    """An object that is no table."""

    code = "table_unreadable"
    template = "{file} cannot be read as a table: {problem}. Pass a path, or a pandas, Polars or Arrow table."


class ColumnMixed(RegularsError):
    """A column of a table in memory that holds objects of several types."""

    code = "column_mixed"
    template = (
        "{file}: column '{column}' holds values of several types. Convert it to one type, "
        "such as text: frame['{column}'] = frame['{column}'].astype('string')."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ParquetSource:
    """A Parquet file whose columns are known."""

    stored: Stored
    file: str
    headers: tuple[str, ...]
    total: int
    repetitive: tuple[str, ...]

    def pieces(self, places: Sequence[int]) -> Iterator[Piece]:
        """Yield the rows, only the columns at these places.

        Raises:
            ParquetBroken: the file breaks off or contradicts itself.
        """
        try:
            with pq.ParquetFile(_openable(self.stored), read_dictionary=self.repetitive) as opened:
                names = [opened.schema_arrow.names[place] for place in places]
                yield from _pieces(opened.iter_batches(batch_size=_ROWS, columns=names), names, places)
        except _DAMAGE as error:
            raise ParquetBroken(file=self.file, problem=brief(error)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """A table in memory, or a stream of batches (which can be read only once)."""

    data: Any
    file: str
    headers: tuple[str, ...]
    total: int = 0

    def pieces(self, places: Sequence[int]) -> Iterator[Piece]:
        """Yield the rows, only the columns at these places.

        Raises:
            TableUnreadable: the stream breaks off.
        """
        reader = _reader(self.data, self.file)
        try:
            yield from _pieces(reader, None, places)
        except pa.ArrowException as error:
            raise TableUnreadable(file=self.file, problem=brief(error)) from error


def open_parquet(stored: Stored, *, file: str, columns: Sequence[str]) -> ParquetSource:
    """Read a Parquet file's schema.

    Raises:
        ParquetBroken: it has none.
        ColumnsMismatch: `columns` are more or fewer than the file has.
    """
    try:
        with pq.ParquetFile(_openable(stored)) as opened:
            names, rows = opened.schema_arrow.names, opened.metadata.num_rows
            repetitive = _repetitive(opened)
    except _DAMAGE as error:
        raise ParquetBroken(file=file, problem=brief(error)) from error
    headers = _named(names, columns, file)
    return ParquetSource(stored=stored, file=file, headers=headers, total=rows, repetitive=repetitive)


def open_table(data: ArrowStream, *, file: str, columns: Sequence[str]) -> TableSource:
    """Read a table's schema. A stream of batches is kept; anything else is asked for its rows when they are wanted.

    Raises:
        TableUnreadable: the object is no table.
        ColumnMixed: a column of it has no one type.
        ColumnsMismatch: `columns` are more or fewer than the table has.
    """
    reader = _reader(data, file)
    kept = reader if isinstance(data, pa.RecordBatchReader) else data
    rows = len(data) if isinstance(data, Sized) else 0
    return TableSource(data=kept, file=file, headers=_named(reader.schema.names, columns, file), total=rows)


def _openable(stored: Stored) -> Any:
    """Return what Arrow opens: a path, which it reads fastest, or a reader."""
    return stored.place if isinstance(stored.place, Path) else stored.open()


def readable_again(content: ContentT) -> ContentT:
    """Return a content that can be read more than once: a stream of batches passes only once."""
    if isinstance(content, TableSource) and isinstance(content.data, pa.RecordBatchReader):
        return replace(content, data=content.data.read_all())
    return content


def _repetitive(opened: pq.ParquetFile) -> tuple[str, ...]:
    """Return the text columns with so few distinct values that reading each value once saves most of the work.

    Told by the first rows: the sizes in the file's own metadata are not asked, because where those are damaged
    Arrow ends the whole process.
    """
    texts = [field.name for field in opened.schema_arrow if pa.types.is_string(field.type)]
    first = next(opened.iter_batches(batch_size=_ROWS_LOOKED_AT, columns=texts), None) if texts else None
    if first is None:
        return ()
    return tuple(name for name in first.schema.names if 20 * len(pc.unique(first.column(name))) < first.num_rows)


def _named(names: Sequence[str], columns: Sequence[str], file: str) -> tuple[str, ...]:
    if columns and len(columns) != len(names):
        raise ColumnsMismatch(file=file, found=len(names), named=len(columns))
    return tuple(columns) or tuple(names)


def _reader(data: Any, file: str) -> pa.RecordBatchReader:
    if isinstance(data, pa.RecordBatchReader):
        return data
    try:
        return pa.RecordBatchReader.from_stream(data)
    except (pa.ArrowException, TypeError, ValueError, AttributeError) as error:
        # What pandas says of such a column shows a value of it, which may be somebody's address.
        if found := _MIXED.search(" ".join(map(str, error.args))):
            raise ColumnMixed(file=file, column=found[1]) from None
        raise TableUnreadable(file=file, problem=brief(error)) from error


def _pieces(batches: Iterator[pa.RecordBatch], names: Sequence[str] | None, places: Sequence[int]) -> Iterator[Piece]:
    row = 0
    for whole in batches:
        for start in range(0, whole.num_rows, _ROWS):
            batch = whole.slice(start, _ROWS)
            # Parquet hands over only the asked columns, and in the file's order.
            index = [batch.schema.names.index(name) for name in names] if names is not None else places
            columns = {place: batch.column(at) for place, at in zip(places, index, strict=True)}
            for column in columns.values():
                # Damaged text would go unnoticed until the engine stumbles over it.
                column.validate(full=True)
            lines = np.arange(row + 1, row + 1 + batch.num_rows, dtype=np.int64)
            row += batch.num_rows
            yield Piece(columns=columns, lines=lines, done=row)
