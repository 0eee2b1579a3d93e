"""Records in, a batch in the workspace out: read, hide who they are of, keep."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest
from pathlib import Path
from typing import TypeAlias

from regulars.analysis._arguments import check_days
from regulars.analysis._clock import machine_day, machine_time
from regulars.analysis._sources import Data, NothingToRead, gather, with_kept
from regulars.core import Settings, load_settings
from regulars.customers import HashedIdentities, hide_identities
from regulars.engines import open_engine
from regulars.records import Batch, Batches, Mappings, Origin, RecordSet, Source, read

RowsRead: TypeAlias = Callable[[str, int, int, int], None]
"""Told a file's name, how much of it is read, the whole (0: unknown), and how many rows that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: the batch it made, if anything was new, and which files were known, with their batch."""

    batch: Batch | None
    known: tuple[tuple[str, str], ...] = ()


def import_records(
    workspace: Path | str,
    *,
    files: Iterable[Source] = (),
    settings: Settings | Path | str | None = None,
    today: date | None = None,
    memory_limit: str | None = None,
    progress: RowsRead | None = None,
    **tables: Data,
) -> Imported:
    """Keep records in a workspace, as one batch that `analyze(workspace=...)` reads and that can be undone.

    Args:
        workspace: the folder; made if it does not exist.
        files: sources whose kind is to be recognised, or that need a mapping; mappings that the workspace keeps hold.
        settings: settings, or the path of a TOML file; default: docs/settings.md.
        today: of more rows dated later than `records.max_quarantined_share` allows the file is refused; the others
            are kept, and each analysis sets aside those after its own day. Default: the machine's date.
        memory_limit: such as "4GB"; default half of the machine's.
        progress: is told how far each file is read.
        tables: paths or tables by kind, as `analyze` takes them: `orders="orders.csv"`.

    A file is known again by its content: one that a batch already holds is left out, and named in `known`. A table in
    memory is not known again; its rows are, by the analysis, which counts a row once that stands in two batches.

    Raises:
        RegularsError: whatever the caller can mend; no batch is made then.
    """
    sources = with_kept(gather(tables, files), Path(workspace))
    if not sources:
        raise NothingToRead()
    check_days({"today": today})
    chosen = settings if isinstance(settings, Settings) else load_settings(None if settings is None else Path(settings))
    store = Batches(Path(workspace))
    with store.alone():
        identities = HashedIdentities(Path(workspace))
        digests = [_digest(source) for source in sources]
        fresh, known = _new_ones(store, sources, digests)
        if not fresh:
            return Imported(batch=None, known=known)
        until = today or machine_day(chosen)
        with store.draft() as draft:
            # What spills from the engine is as private as the batch, and goes with it if this process is killed.
            with open_engine(memory_limit=memory_limit, parent=draft.folder) as engine:
                records = read(
                    engine,
                    [sources[place] for place in fresh],
                    settings=chosen,
                    today=until,
                    progress=progress,
                    keep_later=True,
                )
                hidden = hide_identities(engine, records, identities)
                draft.write(engine, hidden, settings=chosen, today=until)
            identities.save_to(draft.folder)
            origins = [_origin(sources[place], digests[place], records) for place in fresh]
            batch = draft.commit(origins=origins, now=machine_time())
        Mappings(folder=Path(workspace)).keep(batch.files, day=until)
        return Imported(batch=batch, known=known)


def _new_ones(
    store: Batches, sources: Sequence[Source], digests: Sequence[str | None]
) -> tuple[list[int], tuple[tuple[str, str], ...]]:
    """Return the places of the sources that no batch holds, and the names of the others with their batch.

    A file that was read as one kind may be read as another too: a list of orders may also tell of people.
    """
    held = [(batch, origin) for batch in store.live() for origin in batch.origins if origin.sha256 is not None]
    fresh, known = [], []
    met: set[tuple[str | None, str | None]] = set()
    for place, (source, digest) in enumerate(zip(sources, digests, strict=True)):
        found = next((batch.id for batch, origin in held if _is_held(source, digest, origin)), None)
        if found is not None:
            known.append((_name(source), found))
        elif digest is None or (digest, source.kind) not in met:
            fresh.append(place)
            met.add((digest, source.kind))
    return fresh, tuple(known)


def _is_held(source: Source, digest: str | None, origin: Origin) -> bool:
    return digest == origin.sha256 and (source.kind is None or source.kind in origin.kinds)


def _digest(source: Source) -> str | None:
    """Return the SHA-256 of a file; of one that cannot be opened none, for reading it says what is the matter.

    Of a pipe neither: it can be read only once.
    """
    if not isinstance(source.data, Path) or not source.data.is_file():
        return None
    try:
        with source.data.open("rb") as opened:
            return file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None


def _origin(source: Source, digest: str | None, records: RecordSet) -> Origin:
    name = _name(source)
    found = [file for file in records.files if file.file == name or file.file.startswith(f"{name}/")]
    kinds = {kind for file in found for kind in (file.kind, file.export) if kind}
    size = source.data.stat().st_size if isinstance(source.data, Path) else None
    return Origin(name=name, sha256=digest, bytes=size, kinds=tuple(sorted(kinds)))


def _name(source: Source) -> str:
    return source.data.name if isinstance(source.data, Path) else source.kind or "table"
