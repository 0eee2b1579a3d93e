"""What goes in and what is told of it: a source, the report on one file, and the report on all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable


@runtime_checkable
class ArrowStream(Protocol):
    """Any table with the Arrow PyCapsule interface: pandas, Polars, Arrow, a DuckDB relation."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule that holds an Arrow stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file or table, and what the person said of it.

    `mapping` is canonical name → header; `columns` names the columns of a file that has no header;
    `delimiter` is one character, a blank standing for runs of blanks.
    """

    data: Path | ArrowStream
    kind: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one source. `read` = `accepted` + `quarantined_total`, always.

    `has_personal_keys`: some customer_id may be an e-mail address or a mobile number; `looks_personal`: so many
    are that all of them must be taken for such.
    `taken_as` counts the accepted rows of consents whose unclear words were taken as a refusal, by code.
    `currencies` are the codes and signs that its amounts named, and what the settings stated.
    Of a file in a batch: `batch` is its id; `key_role` is `hashed` where every key became one on the way in; `hidden`
    counts the rows by direct identifier (name, e-mail ...) whose value lies with the identities of the batch instead.
    """

    file: str
    kind: str
    key_role: str
    sha256: str | None
    bytes: int | None
    encoding: str | None
    delimiter: str | None
    mapping: dict[str, str]
    unused_columns: tuple[str, ...]
    read: int
    accepted: int
    quarantined: dict[str, int]
    quarantined_total: int
    looks_personal: bool
    has_personal_keys: bool = False
    taken_as: dict[str, int] = field(default_factory=dict)
    currencies: tuple[str, ...] = ()
    batch: str | None = None
    hidden: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet:
    """The report on every table of records, in the order of the sources; `file_id` is the place in `files`.

    A source may hold several tables: the sheets of a workbook, the orders and the people of one export.

    `currency` is the one the settings state or the records name; empty where nobody named one.
    """

    files: tuple[FileReport, ...]
    currency: str
