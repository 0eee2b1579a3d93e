"""What goes in and what is told of it: a source, the report on one file, and the report on all."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from regulars.records._kinds import IDENTITIES

ToldBy: TypeAlias = Literal["headers", "person", "confirmed"]
"""Who says what the columns are: their headers, the person who asks, or somebody's earlier yes."""

AFTER_TODAY = "after_today"
"""The reason of rows dated later than the day of the reading, which a batch keeps for their day."""


@runtime_checkable
class ArrowStream(Protocol):
    """Any table with the Arrow PyCapsule interface: pandas, Polars, Arrow, a DuckDB relation."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule that holds an Arrow stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A kind and a mapping that somebody said yes to: for which file, and on which day.

    `batches` are those that were read by it, if an import was what it was said for: it holds as long as any of them
    does. `earlier` is the one whose place it took, which comes back then.
    """

    kind: str
    mapping: Mapping[str, str]
    file: str = ""
    day: date | None = None
    batches: tuple[str, ...] | None = None
    earlier: "Confirmed | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file or table, and what the person said of it.

    `mapping` is canonical name → header; `columns` names the columns of a file that has no header;
    `delimiter` is one character, a blank standing for runs of blanks. `confirmed` is what was said yes to before, by
    `Proposal.headers_id`; it goes before what the headers say, those of a named export too, and what is said here goes
    before it.
    """

    data: Path | ArrowStream
    kind: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    confirmed: Mapping[str, Confirmed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The rows set aside for one reason: how many, where the first stands, and what they come to.

    `example` is the first one's value, masked. `amount` is the sum of what could be read of the amounts of orders
    among them, refunds not counted; `amount_unknown` are those whose amount could not be read.
    """

    rows: int
    line: int
    column: str
    example: str
    amount: Decimal | None = None
    amount_unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DateOrder:
    """In which order a column writes its days (dmy, mdy, ymd), and the first day of it that has no other reading.

    `example` is that day as it is written; of a birth, nothing.
    """

    order: str
    line: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one source. `read` = `accepted` + `quarantined_total` + `left_out_total`, always.

    `export` is the named export it was recognised as. `left_out` counts rows that are no records of what happened, by
    code: not paid, cancelled, nobody's, `title_row` above the header, `summary_row` for totals,
    `report_footer`, `blank_row`.
    `tables_left_out` names the other tables of the same source that were not read, such as the sheets of a workbook,
    with the reason: `hidden_sheet`, `empty_table`, `no_records`, `chart_sheet`.

    `has_personal_keys`: some customer_id may be an e-mail address or a mobile number; `looks_personal`: so many
    are that all of them must be taken for such.
    `taken_as` counts the accepted rows in which something unclear was taken one way, by code: words of consents as a
    refusal, words of a survey as no score, the first of several phones or addresses in a cell as whose row it is
    (`first_of_several_phones`, `first_of_several_emails`), a time that clocks never showed, or showed twice, as that
    before they were changed (`time_never`, `time_twice`).
    `date_orders` says of columns in which some day has two readings, by header, in which order days were read, and why.
    `shared_keys` says of how many rows the phone or address has several names (`key_of_several_names`: one account all
    the same; `key_of_many_names`: told apart by name), and what the orders among them come to.
    `unusable` says of how many accepted rows a phone, an address or a birth is none that anybody could be known by
    (`phone_unusable`, `email_unusable`, `birth_date_unusable`, `birth_year_unusable`); `unusable_rows` have any.
    `by_older` says of how many orders another file holds, read later, that looks older (`overruled_by_older`).
    `refused` says of each reason where the first of its rows stands and what they come to.
    `told_by` says who told what the columns are; `headers_id` is the fingerprint of the header line.
    `currencies` are the codes and signs that its amounts named, and what the settings stated.
    `by_name`: some people are told apart by nothing but their name.
    `of_people` are those of the unused columns that tell who somebody is, and would be read with the file as profiles.
    `name_beside` is the header of the name beside a phone or address that is the key, if it is used for nothing else.
    `is_beside`: its rows are rows of another table of the same file, told as another kind: a file counts them once.
    Of a file in a batch: `batch` is its id; `key_role` is `hashed` where every key became one on the way in; `hidden`
    counts the rows by direct identifier (name, e-mail ...) whose value lies with the identities of the batch instead;
    `later` are those of the accepted rows that are dated after the day of the import.
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
    export: str | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    tables_left_out: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)
    shared_keys: dict[str, Refused] = field(default_factory=dict)
    by_older: Refused | None = None
    unusable: dict[str, Refused] = field(default_factory=dict)
    unusable_rows: int = 0
    told_by: ToldBy = "headers"
    headers_id: str = ""
    currencies: tuple[str, ...] = ()
    batch: str | None = None
    hidden: dict[str, int] = field(default_factory=dict)
    by_name: bool = False
    is_beside: bool = False
    of_people: tuple[str, ...] = ()
    name_beside: str = ""
    later: Refused | None = None
    date_orders: dict[str, DateOrder] = field(default_factory=dict)

    def on_its_day(self) -> "FileReport":
        """Return the report as an analysis on the day of the import tells it: what is dated later is set aside."""
        return self if self.later is None else replace(self.setting_aside(AFTER_TODAY, self.later), later=None)

    def setting_aside(self, reason: str, refused: Refused) -> "FileReport":
        """Return the report with some of the accepted rows set aside."""
        quarantined = {**self.quarantined, reason: self.quarantined.get(reason, 0) + refused.rows}
        return replace(
            self,
            accepted=self.accepted - refused.rows,
            quarantined=dict(sorted(quarantined.items())),
            quarantined_total=self.quarantined_total + refused.rows,
            refused=dict(sorted({**self.refused, reason: refused}.items())),
        )

    def telling(self, issue: str, *, rows: int, line: int, example: str, amount: Decimal | None) -> "FileReport":
        """Return the report with what is told of its rows whose phone or address has several names."""
        role = self.key_role
        if role == "hashed":  # on the way into a batch; what it was before is the best that the file has
            role = next((name for name in IDENTITIES if name in self.mapping), role)
        column = role if role in {"email", "phone"} else self.mapping.get("customer_id", role)
        told = Refused(rows=rows, line=line, column=column, example=example, amount=amount)
        return replace(self, shared_keys={**self.shared_keys, issue: told})

    @property
    def left_out_total(self) -> int:
        """How many rows were no records."""
        return sum(self.left_out.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet:
    """The report on every table of records, in the order of the sources; `file_id` is the place in `files`.

    A source may hold several tables: the sheets of a workbook, the orders and the people of one export.

    `currency` is the one the settings state or the records name; empty where nobody named one.
    """

    files: tuple[FileReport, ...]
    currency: str
