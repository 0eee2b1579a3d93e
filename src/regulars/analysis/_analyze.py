"""The one public use case: records in, the whole answer out."""

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from regulars import reports
from regulars.analysis._arguments import AsOfInFuture, check_days, check_language, check_number
from regulars.analysis._beside import open_with
from regulars.analysis._clock import machine_day
from regulars.analysis._inbox import Inbox, import_inbox
from regulars.analysis._publish import check_place, published
from regulars.analysis._result import Result
from regulars.analysis._run import Run
from regulars.analysis._sources import Data, File, NothingToRead, WorkspaceEmpty, gather, with_kept
from regulars.analysis._traces import no_traces
from regulars.core import Settings, load_settings
from regulars.customers import Crosswalk, HashedIdentities
from regulars.engines import Engine, open_engine
from regulars.records import Batches, RecordSet, Source, read

Progress = Callable[[str, float], None]
"""Called with the code of the step that begins and the share of the work that is done (0 to 1)."""


def analyze(
    orders: Data = None,
    *,
    usage: Data = None,
    feedback: Data = None,
    subscriptions: Data = None,
    touches: Data = None,
    assignments: Data = None,
    referrals: Data = None,
    profiles: Data = None,
    consents: Data = None,
    files: Iterable[File] = (),
    as_of: date | None = None,
    today: date | None = None,
    settings: Settings | Path | str | None = None,
    out: Path | str | None = None,
    workspace: Path | str | None = None,
    crosswalk: Crosswalk | None = None,
    beside: Iterable[Source] = (),
    previous: Path | str | None = None,
    seed: int = 0,
    language: reports.Language = "en",
    workbook: bool = False,
    events: bool = False,
    periods: Iterable[int] = (),
    engine: str = "duckdb",
    memory_limit: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Analyse a business's own records and return the result.

    Args:
        orders: paths (CSV, TSV, Parquet) or tables with the Arrow PyCapsule interface, one or a list.
        usage: the same, as for every kind of record that follows.
        feedback: ratings, reviews, tickets.
        subscriptions: what runs until it is ended.
        touches: what the business did: mails, calls, visits, each with its cost.
        assignments: who was to get what in an experiment.
        referrals: who brought whom.
        profiles: facts about people; names and addresses go to the workspace only.
        consents: what people allow.
        files: paths of files whose kind is to be recognised, or sources, which may bring a mapping.
        as_of: the last day that counts, inclusive; default the day of the last order.
        today: rows dated later are quarantined, but for consents; default the machine's date in the business's time
            zone.
        settings: settings, or the path of a TOML file; default: docs/settings.md.
        out: the folder for the result; default a temporary one that lives as long as the result.
        workspace: the folder with the key that makes ids of e-mails, phones and names, and the way back. With neither
            tables nor files, the records that were imported into it are analysed, its `inbox/` imported first.
        crosswalk: keeps who people are in place of files in the workspace: an app's vault.
        beside: tables to be read with the records that the workspace keeps; their ids are customer ids as these have.
        previous: the folder of an earlier result; its score bounds are used again, so that scores compare.
        seed: of every random draw (bootstrap, hold-out).
        language: of the report in the folder.
        workbook: whether the tables are written as tables.xlsx too.
        events: whether what pages show is worked out too: events.parquet, what happened to each customer, day by day;
            and in rates.json who went from which stage of life to which within a period.
        periods: further lengths of period, in days, over which the headline numbers are told too.
        engine: "duckdb", in this process, or "spark", Apache Spark (the extra `spark`, and Java).
        memory_limit: such as "4GB"; default half of the machine's.
        threads: default every core.
        progress: is told what is being done.

    Raises:
        RegularsError: whatever the caller can mend: unreadable files, unknown columns, a taken place, ...
    """
    tables = {
        "orders": orders, "usage": usage, "feedback": feedback, "subscriptions": subscriptions, "touches": touches,
        "assignments": assignments, "referrals": referrals, "profiles": profiles, "consents": consents,
    }  # fmt: skip
    sources = with_kept(gather(tables, files), None if workspace is None else Path(workspace))
    if not sources and workspace is None:
        raise NothingToRead()
    check_days({"as_of": as_of, "today": today})
    check_language(language)
    check_number("seed", seed, least=0)
    if threads is not None:
        check_number("threads", threads, least=1)
    asked = tuple(dict.fromkeys(periods))
    for days in asked:
        check_number("periods", days, least=1)
    chosen = settings if isinstance(settings, Settings) else load_settings(None if settings is None else Path(settings))
    until = today or machine_day(chosen)
    if as_of is not None and as_of > until:
        raise AsOfInFuture(as_of=as_of, today=until)
    earlier = None if previous is None else Result.open(previous).manifest
    with ExitStack() as stack:
        stack.enter_context(no_traces(None if workspace is None else Path(workspace)))
        folder = Path(out) if out is not None else _temporary(stack)
        check_place(folder)
        take: Callable[[Engine], RecordSet]
        if sources:
            take, inbox = partial(read, sources=sources, settings=chosen, today=until), Inbox()
        else:
            take, inbox = _kept(
                Path(str(workspace)), chosen, until, memory_limit, crosswalk, beside, language, progress or _silent
            )
        identities = HashedIdentities(None if workspace is None else Path(workspace), crosswalk=crosswalk)
        opened = stack.enter_context(open_engine(engine, memory_limit=memory_limit, threads=threads))
        run = Run(
            engine=opened,
            settings=chosen,
            seed=seed,
            today=until,
            identities=identities,
            previous=earlier,
            progress=progress or _silent,
            notes=inbox.notes,
            from_batches=not sources,
            with_events=events,
            periods=asked,
        )
        run.read(take)
        run.compute(as_of)
        with published(folder) as place:
            run.write(place)
            charts = json.dumps(reports.charts(place, language), ensure_ascii=False, indent=1)
            (place / "charts.json").write_text(charts + "\n", encoding="utf-8")
            reports.render_html(place, language=language)
            if workbook:
                reports.write_xlsx(place, path=place / "tables.xlsx", language=language)
        run.remember()
    return Result(folder=folder) if out is not None else Result.in_temporary(folder)


def _kept(  # noqa: PLR0917  (what `analyze` was told, handed on)
    workspace: Path,
    settings: Settings,
    today: date,
    memory_limit: str | None,
    crosswalk: Crosswalk | None,
    beside: Iterable[Source],
    language: reports.Language,
    progress: Progress,
) -> tuple[Callable[[Engine], RecordSet], Inbox]:
    """Import what lies in the inbox; return how to read all that is kept, and what became of the inbox.

    Raises:
        WorkspaceEmpty: nothing is kept there.
        RegularsError: nothing is kept, and a file of the inbox could not be read: that is why.
    """
    inbox = import_inbox(
        workspace,
        settings=settings,
        today=today,
        memory_limit=memory_limit,
        crosswalk=crosswalk,
        language=language,
        began=partial(progress, "read", 0.0),
    )
    store = Batches(workspace)
    if not store.live():
        raise next(iter(inbox.errors), WorkspaceEmpty(folder=workspace))
    return partial(open_with, store=store, beside=tuple(beside), settings=settings, today=today), inbox


def _temporary(stack: ExitStack) -> Path:
    """Return a place in a new temporary folder, which goes again if anything fails while the stack is open."""
    parent = Path(mkdtemp(prefix="regulars-"))

    @stack.push
    def undo(kind: type[BaseException] | None, _: object, __: object) -> None:
        if kind is not None:
            rmtree(parent, ignore_errors=True)

    return parent / "result"


def _silent(step: str, done: float) -> None:
    """Tell nobody."""
