"""Records in, a batch in the workspace out: read, hide who they are of, keep."""

from codecs import lookup
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

from regulars.analysis._arguments import check_days
from regulars.analysis._clock import machine_day, machine_time
from regulars.analysis._quarantine import mask_quarantine
from regulars.analysis._sources import Data, File, NothingToRead, gather, with_kept
from regulars.analysis._traces import no_traces
from regulars.core import RegularsError, Settings, load_settings
from regulars.customers import Crosswalk, HashedIdentities, hide_identities
from regulars.engines import open_engine
from regulars.records import Batch, Batches, FileReport, Mappings, Source, read

_ANSWERS = {
    "date_order": {"time_ambiguous", "birth_date_unusable"},
    "decimal_mark": {"money_ambiguous", "number_ambiguous"},
    "excel_dates": {"time_serial"},
}
"""The settings that say how something is to be read, and the reasons why it was not without them."""

RowsRead: TypeAlias = Callable[[str, int, int, int], None]
"""Told a file's name, how much of it is read, the whole (0: unknown), and how many rows that is."""


class NoRows(RegularsError):
    """Files that hold a line of column names and nothing else."""

    code = "no_rows"
    template = "{file}: there are no rows below the header. Export it again, with the rows of the days you want."


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: the batch it made, if anything was new, and which files were known, with their batch.

    `known_otherwise` are those of the known files that the batch reads in another way than is asked for now.
    `mappings_changed` are the files whose columns took the place of those kept for files of that form.
    """

    batch: Batch | None
    known: tuple[tuple[str, str], ...] = ()
    known_otherwise: frozenset[str] = frozenset()
    mappings_changed: tuple[str, ...] = ()


def import_records(
    workspace: Path | str,
    *,
    files: Iterable[File] = (),
    settings: Settings | Path | str | None = None,
    today: date | None = None,
    memory_limit: str | None = None,
    crosswalk: Crosswalk | None = None,
    progress: RowsRead | None = None,
    **tables: Data,
) -> Imported:
    """Keep records in a workspace, as one batch that `analyze(workspace=...)` reads and that can be undone.

    Args:
        workspace: the folder; made if it does not exist.
        files: paths of files whose kind is to be recognised, or sources, which may bring a mapping; mappings that the
            workspace keeps hold.
        settings: settings, or the path of a TOML file; default: docs/settings.md.
        today: of more rows dated later than `records.max_quarantined_share` allows the file is refused; the others
            are kept, and each analysis sets aside those after its own day. Default: the machine's date.
        memory_limit: such as "4GB"; default half of the machine's.
        crosswalk: keeps who people are in place of files in the workspace.
        progress: is told how far each file is read.
        tables: paths or tables by kind, as `analyze` takes them: `orders="orders.csv"`.

    A file is known again by its content: one that a batch already holds is left out, and named in `known`. A table in
    memory is not known again; its rows are, by the analysis, which counts a row once that stands in two batches.

    Raises:
        RegularsError: whatever the caller can mend; no batch is made then.
    """
    sources = gather(tables, files)
    if not sources:
        raise NothingToRead()
    check_days({"today": today})
    chosen = settings if isinstance(settings, Settings) else load_settings(None if settings is None else Path(settings))
    until = today or machine_day(chosen)
    store = Batches(Path(workspace))
    with no_traces(store.folder), store.alone():
        fresh, known = store.sort_out(with_kept(sources, store.folder))
        otherwise = {file for file, held in known if _reads_otherwise(store.find(held), file, sources, chosen)}
        batch = None
        changed: tuple[str, ...] = ()
        if fresh:
            identities = HashedIdentities(store.folder, crosswalk=crosswalk)
            batch = _imported(store, fresh, identities, chosen, today=until, limit=memory_limit, progress=progress)
            changed = Mappings(folder=store.folder).keep(batch.files, day=until, batch=batch.id)
    return Imported(batch=batch, known=tuple(known), known_otherwise=frozenset(otherwise), mappings_changed=changed)


def _reads_otherwise(batch: Batch, file: str, sources: Sequence[Source], settings: Settings) -> bool:
    """Whether a batch reads a file in another way than somebody says now."""
    reports = [report for report in batch.files if report.file == file or report.file.startswith(f"{file}/")]
    asked = [source for source in sources if isinstance(source.data, Path) and source.data.name == file]
    return _says_more(settings, batch, reports) or any(_says_otherwise(source, reports) for source in asked)


def _says_otherwise(source: Source, reports: Sequence[FileReport]) -> bool:
    """Whether these tables were read as another kind, or in other columns or another writing than are said here."""
    read = {pair for report in reports for pair in report.mapping.items()}
    kinds = {name for report in reports for name in (report.kind, report.export)}
    headers = {
        name for report in reports for name in (*report.mapping.values(), *report.unused_columns, report.name_beside)
    }
    encodings = {_encoding(report.encoding) for report in reports}
    delimiters = {report.delimiter for report in reports}
    return (
        (source.kind is not None and source.kind not in kinds)
        or not set(source.mapping.items()) <= read
        or not set(source.columns) <= headers
        or (source.encoding is not None and _encoding(source.encoding) not in encodings)
        or (source.delimiter is not None and source.delimiter.replace("\\t", "\t") not in delimiters)
    )


def _encoding(name: str | None) -> str | None:
    """Return one name for all names of an encoding; None for what is none."""
    try:
        return None if name is None else lookup(name.strip()).name
    except LookupError:
        return None


def _says_more(settings: Settings, batch: Batch, reports: Sequence[FileReport]) -> bool:
    """Whether the settings now answer what the batch left open in these tables, or answered otherwise."""
    met = {code for report in reports for code in (*report.quarantined, *report.unusable)}
    orders = {taken.order for report in reports for taken in report.date_orders.values()}
    if settings.records.date_order is not None and orders - {settings.records.date_order}:
        return True
    now, then = settings.records.model_dump(mode="json"), batch.settings["records"]
    return any(
        now[name] is not None and now[name] != then.get(name) and (then.get(name) is not None or codes & met)
        for name, codes in _ANSWERS.items()
    )


def _imported(
    store: Batches,
    sources: Sequence[Source],
    identities: HashedIdentities,
    settings: Settings,
    *,
    today: date,
    limit: str | None,
    progress: RowsRead | None,
) -> Batch:
    with store.draft() as draft:
        # What spills from the engine is as private as the batch, and goes with it if this process is killed.
        with open_engine(memory_limit=limit, parent=draft.folder) as engine:
            records = read(engine, sources, settings=settings, today=today, progress=progress, keep_later=True)
            if not any(file.read for file in records.files):
                raise NoRows(file=", ".join(dict.fromkeys(file.file for file in records.files)))
            most = settings.customers.key_shared_by_more_than
            hidden = hide_identities(engine, records, identities, most=most)
            if identities.knows_of_erasures:
                mask_quarantine(engine)  # a row that could not be read names nobody, so nobody's erasure would find it
            draft.write(engine, hidden, settings=settings, today=today)
        now = machine_time()
        identities.save_to(draft.folder, batch=draft.name(sources, now=now))
        return draft.commit(sources, now=now)
