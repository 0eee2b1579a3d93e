"""One run through the house, room after room, from the ground floor up, with an account of what each step took."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from regulars import features, feedback, network, prediction, rates, reports, scoring, segments, strategy
from regulars.analysis._aside import Aside, Found, aside
from regulars.analysis._economics import economics
from regulars.analysis._events import EVENTS
from regulars.analysis._fingerprint import FINGERPRINTED, digests
from regulars.analysis._flow import Flow, flow_of_stages
from regulars.analysis._manifest import Facts, write_json_files
from regulars.analysis._past import look_back
from regulars.analysis._quarantine import write_masked, write_raw
from regulars.analysis._tables import write_tables
from regulars.analysis._valued import value_everybody
from regulars.analysis._worth import earlier_values, worth
from regulars.core import Note, RegularsError, Settings
from regulars.customers import (
    CLEAN_TABLES,
    Cleaning,
    HashedIdentities,
    clean,
    match_identities,
    outlier_bound,
    remember_matching,
)
from regulars.engines import Engine
from regulars.records import KINDS, FileReport, Mappings, RecordSet

_STEPS = (
    "read", "clean", "features", "rates", "scores", "backtest", "lifetime", "segments", "actions", "network",
    "prediction", "worth", "write", "report",
)  # fmt: skip

_LAST_RECORD = """
SELECT max(day) AS day FROM (
    SELECT max(local_day) AS day FROM usage UNION ALL SELECT max(local_day) FROM feedback
    UNION ALL SELECT max(local_day) FROM touches UNION ALL SELECT max(started_day) FROM subscriptions
) AS days
"""
_FIRST_DAY = "SELECT min(first_day) AS day FROM customers"

_WITH_OUTLIERS = """
WITH found AS (SELECT sum(outlier_count) AS marked, sum(order_count) AS n FROM features)
SELECT
    file, kind, column_name, issue, rule, row_count, share, dimension, first_line, masked_value, amount, amount_unknown
FROM quality
UNION ALL
SELECT
    CAST(NULL AS VARCHAR), 'orders', 'amount', 'outlier', $rule, CAST(marked AS BIGINT),
    CAST(marked AS DOUBLE) / nullif(CAST(n AS DOUBLE), 0), 'consistency', CAST(NULL AS BIGINT), CAST(NULL AS VARCHAR),
    CAST(NULL AS DECIMAL(18, 4)), CAST(NULL AS BIGINT)
FROM found
WHERE marked > 0
"""


class NoCustomers(RegularsError):
    """Records that speak of nobody by the day that is analysed."""

    code = "no_customers"
    template = (
        "No customer has a record by {as_of} (the first record is of {first_day})."
        " Choose a later day with --as-of, or look at what was refused."
    )


class NoRecords(RegularsError):
    """Files that say nothing of anybody."""

    code = "no_records"
    template = (
        "{files} held no rows that could be used (rows read: {read}, set aside: {refused}, left out: {left_out})."
        " Name a file of orders, usage or subscriptions with rows in it."
    )

    def said(self, translated: Callable[[str], str]) -> str:
        """Return the message in the language that a translation is made to, with why rows were left out."""
        counts: Mapping[str, int] = self.params["left_out"]  # type: ignore[assignment]  # as it is raised below
        english = reports.Voice(language="en")
        told = [f"{translated(reports.word('left_out', code, voice=english))} ({n})" for code, n in counts.items()]
        return translated(self.template).format(**{**self.params, "left_out": "; ".join(told) or 0})


@dataclass(kw_only=True)
class Run:
    """The state of one run: what was read, what was found, and how long it took.

    `notes` are those of what came before the run; `from_batches` says that the workspace keeps what is read;
    `with_events` that what pages show is worked out too: what happened to each customer, and who changed the stage;
    `periods` are told beside the usual one.
    """

    engine: Engine
    settings: Settings
    seed: int
    today: date
    identities: HashedIdentities
    previous: Mapping[str, Any] | None
    progress: Callable[[str, float], None]
    notes: tuple[Note, ...] = ()
    from_batches: bool = False
    with_events: bool = False
    periods: tuple[int, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)

    records: RecordSet = field(init=False)
    cleaning: Cleaning = field(init=False)
    facts: Facts = field(init=False)

    def read(self, take: Callable[[Engine], RecordSet]) -> None:
        """Take the records into the raw tables, and clean what they hold."""
        with self._step("read"):
            self.records = take(self.engine)
        with self._step("clean"):
            feedback.add(self.engine)
            self.cleaning = clean(
                self.engine,
                self.records,
                resolve=self.identities.resolve,
                settings=self.settings,
                today=self.today,
                match=partial(match_identities, identities=self.identities, settings=self.settings, seed=self.seed),
            )
            self.engine.load("quality", self.cleaning.quality)
            self.engine.drop(
                "crosswalk",
                "key_names",
                "told_apart",
                "persons",
                "answers",
                *(f"{stem}_{kind}" for stem in ("raw", "duplicate") for kind in KINDS),
            )

    def compute(self, as_of: date | None) -> None:
        """Run every room above the records, as of a day (default: the day of the last order)."""
        day = as_of or self.cleaning.last_order_day or self._day(_LAST_RECORD) or self.today
        engine, settings, period_days = self.engine, self.settings, self.settings.windows.period_days
        with self._step("features"):
            first_day = self._first_day(day)
            outlier_above = self._features(day)
        with aside(engine) as beside:
            rated = self._begin("rates", beside, lambda other: self._rated(other, day))
            frozen = None if self.previous is None else self.previous["scoring"]["bounds"]
            scored = self._begin("scores", beside, lambda other: scoring.add(other, settings=settings, previous=frozen))
            with self._step("backtest"):
                past = look_back(engine, as_of=day, settings=settings, seed=self.seed)
            with self._step("lifetime"):
                valued = value_everybody(engine, past, settings=settings, seed=self.seed)
            with self._step("segments"):
                segments.add(engine, settings=settings, period_days=period_days)
                planned = self._begin(
                    "actions", beside, lambda other: strategy.plan(other, as_of=day, seed=self.seed, settings=settings)
                )
                clusters = segments.add_clusters(engine, seed=self.seed)
                segments.summarise(engine)
                flow = self._flow(day, first_day)
            earlier = beside.begin(
                partial(earlier_values, as_of=day, settings=settings, first_day=first_day, valued=valued)
            )
            with self._step("network"):
                referrals = network.add(engine, as_of=day, settings=settings)
                advocates = network.top_advocates(engine)
            with self._step("prediction"):
                predicted = prediction.add(
                    engine,
                    cutoffs=past.cutoffs,
                    training=past.training,
                    test=past.test,
                    settings=settings,
                    seed=self.seed,
                )
                past.forget(engine)
            with self._step("worth"):
                has_forecast = predicted.in_use is not None
                values = worth(engine, earlier(), as_of=day, settings=settings, valued=valued, is_forecast=has_forecast)
                told = economics(engine, values, valued, settings=settings, as_of=day)
        self.facts = Facts(
            as_of=day, first_day=first_day, clusters=clusters, referrals=referrals, advocates=advocates,
            scores=scored(), plan=planned(), values=values, outlier_above=outlier_above, past=past, valued=valued,
            predicted=predicted, economics=told, flow=flow, **rated(),
        )  # fmt: skip

    def write(self, folder: Path) -> None:
        """Write everything but the report into a folder."""
        with self._step("write"), ThreadPoolExecutor(max_workers=1) as pool:
            digested: dict[str, Future[bytes]] = {}

            def digest(name: str, path: Path) -> None:
                if name in FINGERPRINTED:
                    digested[name] = pool.submit(digests, path)

            events = {}
            if self.with_events:
                events["events"] = self.engine.write_parquet(EVENTS, folder / "events.parquet", as_of=self.facts.as_of)
            self.engine.drop(*CLEAN_TABLES)  # nothing reads them any more, and sorting what is written takes memory
            rows = write_tables(self.engine, folder, written=digest) | events
            write_masked(self.engine, self.records, folder / "quarantine.parquet")
        write_json_files(self, folder, rows, digested={name: found.result() for name, found in digested.items()})
        self.progress("report", (len(_STEPS) - 1) / len(_STEPS))

    def remember(self) -> None:
        """Write what is for the owner only into the workspace, if there is one; call it when the result is in place."""
        if self.identities.folder is not None and not self.from_batches:  # batches hold all this already
            write_raw(self.engine, self.records, self.identities.folder / "quarantine.parquet")
            self.identities.save()
            Mappings(folder=self.identities.folder).keep(self.records.files, day=self.today)
        if self.cleaning.matching is not None:
            batches = {file.batch for file in self.records.files if file.batch is not None}
            remember_matching(
                self.identities,
                self.cleaning.matching,
                told_apart=self.cleaning.told_apart,
                decided_at=self.today,
                batches=batches,
            )

    def _features(self, day: date) -> float | None:
        """Work out the features, and say which orders are unusually large; return above which amount."""
        engine, settings = self.engine, self.settings
        above = outlier_bound(engine, as_of=day, fence=settings.customers.outlier_fence)
        features.build(engine, as_of=day, period_days=settings.windows.period_days, outlier_above=above)
        if above is not None:
            engine.run(_WITH_OUTLIERS, into="quality", rule=f"amount_above:{above:.2f}")
        return above

    def _flow(self, day: date, first_day: date) -> Flow | None:
        """Return who went from which stage to which, for the pages that events are asked for; a report needs it not."""
        if not self.with_events:
            return None
        return flow_of_stages(self.engine, as_of=day, settings=self.settings, first_day=first_day)

    def _rated(self, engine: Engine, day: date) -> dict[str, Any]:
        """Write the cohorts; return the facts of how the whole does, by name."""
        rates.cohorts(engine, as_of=day)
        return {
            "measured": rates.measure(engine, as_of=day, settings=self.settings, seed=self.seed),
            "sales": rates.sales_efficiency(engine, as_of=day, window_days=self.settings.windows.period_days),
            "concentration": rates.concentration(engine, as_of=day),
            "by_period": self._by_period(engine, day),
        }

    def _by_period(self, engine: Engine, day: date) -> dict[int, tuple[rates.Comparison, ...]]:
        """Return the headline numbers over the lengths of period that were asked for beside the usual one."""
        usual = self.settings.windows.period_days
        return {
            days: rates.headline(engine, as_of=day, days=days, seed=self.seed) for days in self.periods if days != usual
        }

    def _first_day(self, as_of: date) -> date:
        first = self._day(_FIRST_DAY)
        if first is None:
            files = self.records.files
            raise NoRecords(
                files=", ".join(file.file for file in files),
                read=sum(file.read for file in files),
                refused=sum(file.quarantined_total for file in files),
                left_out=_left_out(files),
            )
        if first > as_of:
            raise NoCustomers(as_of=as_of, first_day=first)
        return first

    def _day(self, query: str) -> date | None:
        day: date | None = self.engine.fetch(query).column("day")[0].as_py()
        return day

    def _begin(self, name: str, beside: Aside, work: Callable[[Engine], Found]) -> Callable[[], Found]:
        """Begin a step that is done aside; its timing is its own."""
        self._tell(name)

        def timed(engine: Engine) -> Found:
            with self._timed(name):
                return work(engine)

        return beside.begin(timed)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self._tell(name)
        with self._timed(name):
            yield

    def _tell(self, name: str) -> None:
        self.progress(name, _STEPS.index(name) / len(_STEPS))

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = perf_counter()
        yield
        self.timings[name] = round(perf_counter() - began, 3)


def _left_out(files: Sequence[FileReport]) -> dict[str, int]:
    """Return how many rows were left out of all files, by code."""
    codes = sorted({code for file in files for code in file.left_out})
    return {code: sum(file.left_out.get(code, 0) for file in files) for code in codes}
