"""The use case of this room: sources in, raw tables, quarantine and a report on every source out."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

import pyarrow as pa

from regulars.core import RegularsError, Settings
from regulars.engines import Engine, quoted
from regulars.records._ahead import read_ahead
from regulars.records._cells.personal import look_personal
from regulars.records._cells.times import SERIAL, Clock
from regulars.records._cells.zones import zone_of
from regulars.records._exports.content import ExportContent
from regulars.records._formats.tables import ParquetSource, TableSource
from regulars.records._formats.texts import TextFile
from regulars.records._kinds import KEY_NAMES, KINDS, QUARANTINE, WITHDRAWN, Kind, raw_schema
from regulars.records._marks import brief
from regulars.records._opening import Opened, open_source
from regulars.records._recognition.mappings import fingerprint
from regulars.records._recognition.whole_names import WithWholeNames
from regulars.records._results import AFTER_TODAY, FileReport, RecordSet, Refused, Source
from regulars.records._rows.closing import without_closing_totals
from regulars.records._rows.currencies import Currencies
from regulars.records._rows.date_orders import DateOrders
from regulars.records._rows.details import TOLD, leave_out_details
from regulars.records._rows.evidence import DecimalMarks
from regulars.records._rows.rates import Rates
from regulars.records._rows.refunds import TOLD_BY_ROW, settle_refunds
from regulars.records._rows.refusals import DateSerial, all_later, too_many
from regulars.records._rows.restated import RESTATED, leave_out_restated
from regulars.records._rows.rows import Reading, Tally, rows_of
from regulars.records._rows.withdrawn import withdrawn_rows

_DISTINCT_KEYS = "SELECT {key} FROM {table} WHERE file_id = $file GROUP BY {key}"

Progress: TypeAlias = Callable[[str, int, int, int], None]
"""Told the source's name, how much of it is read (bytes of text, rows of a table), the whole (0: unknown), and rows."""


class SourceBroken(RegularsError):
    """A source whose bytes break off or contradict themselves while it is read."""

    code = "source_broken"
    template = "{file} could not be read to its end: {problem}. Export it again."


def read(
    engine: Engine,
    sources: Sequence[Source],
    *,
    settings: Settings,
    today: date,
    progress: Progress | None = None,
    keep_later: bool = False,
) -> RecordSet:
    """Read the sources into the tables `raw_<kind>`, `quarantine` and `withdrawn`; `key_names` is for batches.

    Args:
        engine: where the tables go; tables of these names are replaced.
        sources: files and tables; those of one kind become one table. Of exports of the same orders the newest
            stands last; else their order is of no matter.
        settings: the business's zone and currency, and how files are read.
        today: rows dated later are set aside, but for consents.
        progress: told how far each source is.
        keep_later: accept rows dated later than today too, for a batch that outlives this day.

    Raises:
        RegularsError: a source cannot be read or understood; the message says which, where and what to do.
    """
    clock = Clock(
        zone=zone_of(settings.business.time_zone),
        today=today,
        order=settings.records.date_order,
        excel_dates=settings.records.excel_dates,
        keeps_later=keep_later,
    )
    work = _Work(
        clock=clock,
        mark=settings.records.decimal_mark,
        progress=progress,
        currencies=Currencies(settings.business.currency),
        rates=Rates(own=settings.business.currency, rates=settings.business.rates),
    )
    opened = [each for place, source in enumerate(sources) for each in open_source(source, place=place)]
    for kind in KINDS.values():
        work.load(engine, kind, {place: each for place, each in enumerate(opened) if each.layout.kind is kind})
    engine.load("withdrawn", pa.Table.from_batches(work.withdrawn, WITHDRAWN))
    engine.load("key_names", KEY_NAMES.empty_table())  # a batch brings some
    by_older = _leave_out(engine, opened, work.tallies)
    engine.load("quarantine", pa.Table.from_batches(work.quarantine, QUARANTINE))
    for place, each in enumerate(opened):
        _check_share(each, work.tallies[place], settings.records.max_quarantined_share, today)
    stated = settings.business.currency
    reports = [_report(engine, each, place, work.tallies[place], stated) for place, each in enumerate(opened)]
    reports = [replace(report, by_older=by_older.get(place)) for place, report in enumerate(reports)]
    return RecordSet(files=tuple(reports), currency=work.currencies.only)


def _leave_out(engine: Engine, opened: Sequence[Opened], tallies: Mapping[int, Tally]) -> Mapping[int, Refused]:
    """Take orders out that another of the files speaks for; return which of them one that looks older overruled."""
    names = [each.export.name if each.export else None for each in opened]
    files = [each.file for each in opened]
    restated = leave_out_restated(engine, list(zip(files, names, strict=True)))
    for place, rows in restated.rows.items():
        tallies[place].take_back(RESTATED, rows)
    tables = [(name, each.layout.kind.name) for name, each in zip(names, opened, strict=True)]
    for code, told_elsewhere in ((TOLD, leave_out_details), (TOLD_BY_ROW, settle_refunds)):
        for place, rows in told_elsewhere(engine, tables).items():
            tallies[place].take_back(code, rows)
    return restated.by_older


@dataclass(slots=True, kw_only=True)
class _Work:
    """What is gathered while the sources stream by."""

    clock: Clock
    mark: str | None
    progress: Progress | None
    currencies: Currencies
    rates: Rates
    quarantine: list[pa.RecordBatch] = field(default_factory=list)
    withdrawn: list[pa.RecordBatch] = field(default_factory=list)
    tallies: dict[int, Tally] = field(default_factory=dict)
    failure: Exception | None = None

    def load(self, engine: Engine, kind: Kind, sources: Mapping[int, Opened]) -> None:
        """Stream all sources of a kind into its table."""
        schema = raw_schema(kind)
        table = f"raw_{kind.name}"
        if not sources:
            return engine.load(table, schema.empty_table())
        filled = _filled(kind, sources.values())
        rows = (batch.select(filled.names) for batch in self._guarded(sources))
        engine.load(table, pa.RecordBatchReader.from_batches(filled, read_ahead(rows)), columns=schema)
        if self.failure is not None:
            engine.drop(table)
            raise self.failure
        return None

    def _guarded(self, sources: Mapping[int, Opened]) -> Generator[pa.RecordBatch, None, None]:
        """Yield the rows; an error ends the stream and is kept, for the driver would hide what it was."""
        try:
            for place, source in sources.items():
                yield from self._rows(place, source)
        except Exception as error:
            self.failure = error

    def _rows(self, place: int, source: Opened) -> Iterator[pa.RecordBatch]:
        tally = self.tallies.setdefault(place, Tally())
        reading = self._reading(place, source)
        try:
            pieces = source.content.pieces(_places(source))
            if source.export is None:
                pieces = without_closing_totals(pieces, source.layout)
            for piece in pieces:
                kept, aside = rows_of(piece, reading, tally)
                self.currencies.meet(tally.signs, file=source.file)
                if piece.withdrawn:
                    self.withdrawn.append(withdrawn_rows(piece, reading))
                if aside.num_rows:
                    self.quarantine.append(aside)
                if self.progress is not None:
                    self.progress(source.file, piece.done, source.content.total, tally.read)
                if kept.num_rows:
                    yield kept
            tally.date_orders = reading.dates.told
        except (pa.ArrowException, OSError) as error:
            raise SourceBroken(file=source.file, problem=brief(error)) from error

    def _reading(self, place: int, source: Opened) -> Reading:
        return Reading(
            file_id=place,
            file=source.file,
            layout=source.layout,
            clock=self.clock,
            marks=DecimalMarks(source, self.mark),
            dates=DateOrders(source, self.clock.order),
            is_export=source.export is not None,
            rates=self.rates,
        )


def _filled(kind: Kind, sources: Iterable[Opened]) -> pa.Schema:
    """Return the columns of a raw table that any of the sources says something in; the others would only take room."""
    read = {name for source in sources for name in source.layout.sources()}
    columns = [column for column in kind.columns if column.required or column.name in read]
    names = {column.key_name for column in columns} | {each.day_name for each in columns if each.role == "time"}
    return pa.schema([field for field in raw_schema(kind) if field.name in {"file_id", "line", *names}])


def _places(source: Opened) -> list[int]:
    """Return the columns to read: those used, and of text and sheets the first, where a total says that it is one."""
    layout = source.layout
    places = set(layout.sources().values())
    if layout.name_place is not None:
        places.add(layout.name_place)
    return sorted(places if isinstance(source.content, ParquetSource | TableSource) else places | {0})


def _check_share(source: Opened, tally: Tally, most: float, today: date) -> None:
    records = tally.accepted + tally.quarantined
    if not tally.quarantined or (tally.quarantined < records and tally.quarantined <= most * records):
        return
    reason = max(tally.reasons, key=lambda code: (tally.reasons[code], code))
    first = tally.first_fault[reason]
    if reason == SERIAL:
        line, column, _ = first
        raise DateSerial(file=source.file, line=line, column=column, rows=tally.reasons[reason], read=records)
    if tally.reasons.get(AFTER_TODAY) == records:
        raise all_later(file=source.file, rows=records, today=today, first=first, mapping=source.layout.mapping())
    counts = (tally.quarantined, records, most)
    raise too_many(reason, file=source.file, counts=counts, first=first, mapping=source.layout.mapping())


def _report(engine: Engine, source: Opened, place: int, tally: Tally, stated: str) -> FileReport:
    content = source.content.origin if isinstance(source.content, ExportContent) else source.content
    whole = content.origin if isinstance(content, WithWholeNames) else content
    text = whole if isinstance(whole, TextFile) else None
    return FileReport(
        file=source.file,
        kind=source.layout.kind.name,
        key_role=source.layout.key_role,
        by_name=tally.has_names_for_keys,
        sha256=source.sha256,
        bytes=source.size,
        encoding=text.decoding.encoding if text else None,
        delimiter=text.dialect.delimiter if text else None,
        mapping=source.layout.mapping(),
        unused_columns=source.layout.unused(),
        read=tally.read,
        accepted=tally.accepted,
        quarantined=dict(sorted(tally.reasons.items())),
        quarantined_total=tally.quarantined,
        looks_personal=tally.has_personal_keys and _looks_personal(engine, source.layout.kind, place),
        has_personal_keys=tally.has_personal_keys,
        taken_as=dict(sorted(tally.taken_as.items())),
        date_orders=dict(sorted(tally.date_orders.items())),
        export=source.export.name if source.export else None,
        left_out=dict(sorted(tally.left_out.items())),
        tables_left_out=dict(source.tables_left_out),
        refused=tally.refused(),
        unusable=dict(sorted(tally.unusable.told.items())),
        unusable_rows=tally.unusable.rows,
        told_by=source.layout.told_by,
        headers_id=fingerprint(content.headers),
        currencies=tuple(sorted(tally.signs | ({stated} if stated else set()))),
        is_beside=source.is_beside,
        name_beside=_name_beside(source),
        of_people=source.layout.of_people() if source.export is None else (),
    )


def _name_beside(source: Opened) -> str:
    """Return the header of the name beside the key, if nothing else is read from it; else nothing."""
    place = source.layout.name_place
    return "" if place is None or place in source.layout.sources().values() else source.layout.headers[place]


def _looks_personal(engine: Engine, kind: Kind, place: int) -> bool:
    return any(look_personal(_distinct(engine, kind, kind.column(name).key_name, place)) for name in kind.keys)


def _distinct(engine: Engine, kind: Kind, key: str, place: int) -> Iterator[pa.Array]:
    query = _DISTINCT_KEYS.format(key=quoted(key), table=quoted(f"raw_{kind.name}"))
    for batch in engine.stream(query, file=place):
        yield batch.column(0)
