"""A look before the reading: what each source would be read as, kept of it and refused, with nothing written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from regulars.analysis._clock import machine_day
from regulars.analysis._sources import gather, with_kept
from regulars.core import RegularsError, Settings
from regulars.engines import Engine, open_engine
from regulars.records import FileReport, MappingUnconfirmed, Proposal, Source, propose, read


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePreview:
    """One table of records: what it is taken for, and what reading it comes to (None: it cannot be read)."""

    proposal: Proposal
    report: FileReport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePreview:
    """One source and the tables in it; `problem` is what the real reading would stop at."""

    file: str
    tables: tuple[TablePreview, ...] = ()
    problem: RegularsError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Every source; `problem` is what stands against reading them together, such as two currencies."""

    sources: tuple[SourcePreview, ...]
    problem: RegularsError | None = None

    @property
    def is_clean(self) -> bool:
        """Whether everything would be read: every source, and every row of it."""
        return self.problem is None and all(
            source.problem is None and not any(table.report and table.report.quarantined for table in source.tables)
            for source in self.sources
        )


def preview(
    files: Iterable[Source],
    *,
    settings: Settings,
    today: date | None = None,
    workspace: Path | None = None,
    accept: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> Preview:
    """Return what reading these sources would come to, as the real reading finds it. Nothing is written.

    Args:
        files: what would be read.
        settings: the business's zone and currency, and how files are read.
        today: rows dated later are refused; default the machine's date in the business's time zone.
        workspace: where confirmed mappings are kept; it need not exist.
        accept: whether a guessed mapping counts as confirmed. Without it the preview still shows what would be read
            with it, and that it has to be confirmed.
        memory_limit: such as "4GB"; default half of the machine's.
        threads: default every core.

    Raises:
        RegularsError: there is nothing to read, or the workspace's mappings cannot be used.
    """
    sources = with_kept(gather({}, files), workspace)
    found = [_proposed(source) for source in sources]
    readable = [place for place, one in enumerate(found) if one.refusal is None]
    with open_engine(memory_limit=memory_limit, threads=threads) as engine:
        reader = _Reader(engine=engine, settings=settings, today=today or machine_day(settings))
        together = reader.read([found[place] for place in readable]) if readable else ()
        if isinstance(together, RegularsError):
            alone = [reader.read([found[place]]) for place in readable]
            outcomes = [one if isinstance(one, RegularsError) else one[0] for one in alone]
        else:
            outcomes = list(together)
    of_place = dict(zip(readable, outcomes, strict=True))
    shown = tuple(_shown(one, of_place.get(place), accept=accept) for place, one in enumerate(found))
    is_joint = isinstance(together, RegularsError) and not any(isinstance(one, RegularsError) for one in outcomes)
    return Preview(sources=shown, problem=together if isinstance(together, RegularsError) and is_joint else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposed:
    """A source whose every mapping is taken as confirmed, and what was proposed; or why it cannot be opened."""

    source: Source
    file: str
    proposals: tuple[Proposal, ...] = ()
    refusal: RegularsError | None = None


_Tables = tuple[FileReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    engine: Engine
    settings: Settings
    today: date

    def read(self, found: Sequence[_Proposed]) -> tuple[_Tables, ...] | RegularsError:
        """Return each source's reports, as the real reading gives them; or the error it stops with."""
        try:
            records = read(self.engine, [one.source for one in found], settings=self.settings, today=self.today)
        except RegularsError as error:
            return error
        counts = [len(one.proposals) for one in found]
        starts = [sum(counts[:place]) for place in range(len(counts))]
        return tuple(records.files[start : start + count] for start, count in zip(starts, counts, strict=True))


def _proposed(source: Source) -> _Proposed:
    """Return the proposals of a source, each doubtful one taken as confirmed so that the next can be asked."""
    file = source.data.name if isinstance(source.data, Path) else source.kind or "table"
    doubtful: dict[str, Proposal] = {}
    try:
        proposals = propose(source)
        while any(not one.is_certain and one.headers_id not in doubtful for one in proposals):
            doubtful |= {one.headers_id: one for one in proposals if not one.is_certain}
            yes = {key: value for one in doubtful.values() for key, value in one.confirmed().items()}
            source = replace(source, confirmed={**source.confirmed, **yes})
            proposals = propose(source)
    except RegularsError as error:
        return _Proposed(source=source, file=file, proposals=tuple(doubtful.values()), refusal=error)
    shown = tuple(doubtful.get(one.headers_id, one) for one in proposals)
    return _Proposed(source=source, file=file, proposals=shown)


def _shown(found: _Proposed, outcome: _Tables | RegularsError | None, *, accept: bool) -> SourcePreview:
    if outcome is None or isinstance(outcome, RegularsError):
        tables = tuple(TablePreview(proposal=proposal) for proposal in found.proposals)
        return SourcePreview(file=found.file, tables=tables, problem=found.refusal or outcome)
    tables = tuple(
        TablePreview(proposal=proposal, report=report)
        for proposal, report in zip(found.proposals, outcome, strict=True)
    )
    doubtful = next((one for one in found.proposals if not one.is_certain), None)
    problem = None if accept or doubtful is None else MappingUnconfirmed(doubtful)
    return SourcePreview(file=found.file, tables=tables, problem=problem)
