"""Accepted records that stay: batches in a workspace, each one folder that appears and vanishes as a whole.

    <workspace>/batches/<id>/manifest.json, <kind>/<yyyy-mm>.parquet, withdrawn.parquet, quarantine.parquet,
                            key_names.parquet, identities.parquet, found/

What lies there is the list of batches; no other file has to agree with it. A folder whose name begins with a dot is
not yet, or no longer, a batch, and whoever next holds the lock clears it away. One that is to take the place of a batch
is whole when it is called `.next-<id>`, so it does take that place if this was begun. Folders are for their owner only.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars._version import __version__
from regulars.core import RegularsError, Settings
from regulars.engines import Engine
from regulars.records._recognition.mappings import Mappings, MappingsUnreadable
from regulars.records._results import FileReport, RecordSet, Source
from regulars.records._workspace.batch import Batch, Origin, id_after, places_in, read_manifest
from regulars.records._workspace.batch_rows import load_rows, set_aside, write_rows
from regulars.records._workspace.findings import all_found, clear_away, forget_undone, keep_found, newest_found
from regulars.records._workspace.lock import held
from regulars.records._workspace.on_disk import finish, settle
from regulars.records._workspace.origins import Digests, origin_of, sort_out
from regulars.records._workspace.people_rows import (
    Chosen,
    OfPeople,
    Until,
    copy_without,
    forget_nobodys_names,
    keys_in,
    rows_of,
)

_NEXT = ".next-"


class BatchUnknown(RegularsError):
    """A batch that the workspace does not have."""

    code = "batch_unknown"
    template = "There is no batch '{batch}' in {folder}. List them: regulars records list --workspace {folder}"


class BatchUnclear(BatchUnknown):
    """The beginning of the ids of several batches."""

    code = "batch_unclear"
    template = "Several batches in {folder} begin with '{batch}': {batches}. Write more of the id."


class WorkspaceUnwritable(RegularsError):
    """A workspace in which no batch can be written or removed."""

    code = "workspace_unwritable"
    template = "The workspace {folder} cannot be written: {problem}. Check its permissions, and the room on its disk."


class WorkspaceChanged(RegularsError):
    """A batch that was undone while it was being read."""

    code = "workspace_changed"
    template = "Records in {folder} were undone while they were being read. Run it again."


class Batches:
    """The batches in a workspace, in the order of their import.

    Args:
        folder: the workspace; made when the first batch is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._home = folder / "batches"
        self._before: Digests = {}

    def live(self) -> tuple[Batch, ...]:
        """Return every batch, the first import first.

        Raises:
            BatchUnreadable: the manifest of one is damaged.
        """
        found = []
        for place in self._places():
            try:
                found.append(read_manifest(place))
            except FileNotFoundError:  # undone since the folder was listed
                continue
        return tuple(found)

    def find(self, name: str) -> Batch:
        """Return the batch of that id, or of the one id that begins with it.

        Raises:
            BatchUnknown: there is none. BatchUnclear: there are several.
            BatchUnreadable: its manifest is damaged.
        """
        return read_manifest(self._place(name))

    def set_aside(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield every row of a batch that could not be read: file, line, column_name, reason, masked_value.

        Raises:
            BatchUnknown: there is no such batch.
        """
        return set_aside(self._place(name), self.find(name))

    def sort_out(self, sources: Iterable[Source]) -> tuple[list[Source], list[tuple[str, str]]]:
        """Return the sources that no batch holds, and the names of the others, each with the id of its batch.

        Files are not to change from now until their batch is committed, which checks it.

        Raises:
            BatchUnreadable: the manifest of a batch is damaged.
        """
        return sort_out(self.live(), sources, self._before)

    def ids(self) -> tuple[str, ...]:
        """Return the id of every batch, the first import first; none of them is opened."""
        return tuple(place.name for place in self._places())

    def identities(self) -> tuple[Path, ...]:
        """Return the files that lead from hashed keys back to people: of batches, and of what was found in them."""
        folders = [*self._places(), *([self.found] if self.found is not None else [])]
        return tuple(path for path in (folder / "identities.parquet" for folder in folders) if path.exists())

    @property
    def found(self) -> Path | None:
        """The folder of what analyses found in these batches, if any did and none of its batches was undone since."""
        return newest_found(self._home)

    def every_found(self) -> tuple[Path, ...]:
        """Return all folders of what was found in batches, also those that only an undo would bring to light."""
        return all_found(self._home)

    def keep_found(self, batches: Collection[str], write: Callable[[Path], object]) -> None:
        """Keep what an analysis found in these batches, for as long as all of them are kept; `write` fills a folder.

        What was found before in fewer batches comes to light again where the newer ones are undone.
        """
        with self._writing():
            keep_found(self._home, batches, write)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only process that changes this workspace; clear away what one left that was killed.

        Raises:
            WorkspaceBusy: another process is at it.
            WorkspaceUnwritable: the workspace cannot be written.
        """
        with ExitStack() as stack:
            with self._writing():
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._home.mkdir(mode=0o700, exist_ok=True)
                stack.enter_context(held(self.folder))
                self._end_replacing()
            for left in self._home.glob(".*"):
                shutil.rmtree(left, ignore_errors=True)
            clear_away(self._home)
            yield

    @contextmanager
    def draft(self) -> Iterator["Draft"]:
        """Prepare a batch in a private folder; what was not committed vanishes. Be `alone` meanwhile.

        Raises:
            WorkspaceUnwritable: the workspace cannot be written.
        """
        with self._writing():
            folder = Path(tempfile.mkdtemp(prefix=".new-", dir=self._home))
        try:
            yield Draft(store=self, folder=folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def commit(self, batch: Batch, folder: Path) -> None:
        """Let a folder become the batch: from one moment to the next, and only once all of it is on the disk."""
        with self._writing():
            finish(batch, folder)
            os.replace(folder, self._home / batch.id)
            settle(self._home)

    def undo(self, name: str) -> str:
        """Remove a batch as if it had never been imported; return its id. Nothing of it is kept.

        A mapping that was confirmed for it goes too, unless another batch was read by it since.

        Raises:
            BatchUnknown: there is no such batch.
            WorkspaceBusy, WorkspaceUnwritable: as in `alone`.
        """
        place = self._place(name)
        with self.alone():
            gone = place.with_name(f".gone-{place.name}")
            try:
                os.replace(place, gone)
            except FileNotFoundError as error:
                raise BatchUnknown(batch=name, folder=self.folder) from error
            shutil.rmtree(gone, ignore_errors=True)
            forget_undone(self._home)
            with suppress(MappingsUnreadable):  # told to whoever wants to use them
                Mappings(folder=self.folder).forget_undone()
            settle(self._home)
        return place.name

    def open(self, engine: Engine, *, settings: Settings, today: date) -> RecordSet:
        """Load every batch into `raw_<kind>` and `quarantine`, as `read` would have its files in the order of import.

        Raises:
            BatchUnreadable: a file of a batch is damaged.
            CurrenciesOfBatches, CurrencyOfBatch: the amounts are not all in one currency, or not in the stated one.
            ZoneChanged: a batch was read in another time zone than the settings state.
            WorkspaceChanged: a batch was undone meanwhile.
        """
        batches = self.live()
        try:
            return load_rows(engine, self._home, batches, settings=settings, today=today)
        except FileNotFoundError as error:
            raise WorkspaceChanged(folder=self.folder) from error

    def keys(self) -> pa.Array:
        """Return every key that rows of the batches carry, each once: customer ids, where people are hidden."""
        found = [keys_in(place) for place in self._places()]
        return pc.unique(pa.concat_arrays([pa.array([], pa.string()), *found]))

    def rows_of(self, people: pa.Array) -> Iterator[tuple[Batch, str, pa.Table]]:
        """Yield the rows of some people by their keys: batch, kind and rows; see `contacts.unnamed`."""
        for batch in self.live():
            for kind, rows in rows_of(self._home / batch.id, people):
                yield batch, kind, rows

    def leave_out(self, people: pa.Array) -> int:
        """Remove every row of some people, by their keys, from every batch; return how many rows that were.

        Each batch is replaced as a whole, and its reports count the rows as left out: `erased`. Rows that could not be
        read name nobody and stay.

        Raises:
            BatchUnreadable: a batch is damaged.
            WorkspaceBusy, WorkspaceUnwritable: as in `alone`.
        """
        return self._leave_out(lambda _: OfPeople(people))

    def let_go(self, until: Mapping[str, date], *, told_apart: Collection[str]) -> int:
        """As `leave_out`, for every row of these kinds that is of the day of its kind or earlier: `expired`.

        `told_apart` are the ids of the phones and addresses whose people names tell apart: those who are left stay so.
        """
        apart = pa.array(sorted(told_apart), pa.string())
        return self._leave_out(lambda batch: Until(until, batch.zone, apart))

    def past(self, until: Mapping[str, date]) -> dict[str, int]:
        """Return how many rows of these kinds `let_go` would remove."""
        found = dict.fromkeys(until, 0)
        for batch in self.live():
            for kind, rows in (
                Until(until, batch.zone, pa.array([], pa.string())).counted(self._home / batch.id).items()
            ):
                found[kind] += rows
        return found

    def _leave_out(self, chosen_in: Callable[[Batch], Chosen]) -> int:
        removed = 0
        with self.alone():
            for batch in self.live():
                with self._writing():
                    folder = Path(tempfile.mkdtemp(prefix=".new-", dir=self._home))
                    fewer = copy_without(batch, self._home / batch.id, chosen_in(batch), folder)
                    if fewer is None:
                        shutil.rmtree(folder, ignore_errors=True)
                    else:
                        self._replace(fewer, folder)
                        removed += batch.accepted - fewer.accepted
            with self._writing():
                forget_nobodys_names(self._places())
        return removed

    def _replace(self, batch: Batch, folder: Path) -> None:
        """Let a folder take the place of the batch of its id; who is killed meanwhile leaves the one or the other."""
        finish(batch, folder)
        following = self._home / f"{_NEXT}{batch.id}"
        os.replace(folder, following)
        settle(self._home)
        os.replace(self._home / batch.id, self._home / f".gone-{batch.id}")
        self._end_replacing()
        shutil.rmtree(self._home / f".gone-{batch.id}", ignore_errors=True)

    def _end_replacing(self) -> None:
        for following in self._home.glob(f"{_NEXT}*"):
            place = self._home / following.name.removeprefix(_NEXT)
            if not place.exists():
                os.replace(following, place)
                settle(self._home)

    def _places(self) -> list[Path]:
        following = [path.name.removeprefix(_NEXT) for path in self._home.glob(f"{_NEXT}*")]
        if any(not (self._home / name).exists() for name in following):
            with self.alone():  # whoever replaced a batch was killed between taking one away and putting the other
                pass
        return places_in(self._home)

    def _place(self, name: str) -> Path:
        places = [place for place in self._places() if place.name.startswith(name)]
        if name and len(places) > 1:
            found = ", ".join(place.name for place in places)
            raise BatchUnclear(batch=name, folder=self.folder, batches=found)
        if not name or not places:
            raise BatchUnknown(batch=name, folder=self.folder)
        return places[0]

    def origins(self, sources: Iterable[Source], files: Sequence[FileReport]) -> tuple[Origin, ...]:
        """Return what a batch says of the sources that these tables of records were found in."""
        return tuple(origin_of(source, files, self._before) for source in sources)

    def next_id(self, now: datetime, origins: Sequence[Origin]) -> str:
        """Return an id that sorts after every other one's, also within one second and where the clock was set back."""
        places = self._places()
        return id_after(places[-1].name if places else "", now, origins)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise WorkspaceUnwritable(folder=self.folder, problem=error.strerror or type(error).__name__) from error


class Draft:
    """A batch in the making: rows first, then whatever else belongs into its folder, then the commit.

    The engine that holds the rows may have its private folder in here, if it is closed before the commit.
    """

    def __init__(self, *, store: Batches, folder: Path) -> None:
        self._store = store
        self.folder = folder
        self._files: tuple[FileReport, ...] = ()
        self._origins: tuple[Origin, ...] = ()
        self._settings: dict[str, Any] = {}
        self._versions: dict[str, str] = {}

    def write(self, engine: Engine, records: RecordSet, *, settings: Settings, today: date) -> None:
        """Write the raw tables of an engine, as `read(..., keep_later=True)` left them.

        Raises:
            TooManyRefused: too many rows are dated after `today` to have been understood.
        """
        share = settings.records.max_quarantined_share
        self._files = write_rows(engine, records, self.folder, today=today, share=share)
        self._settings = _shaping(settings)
        self._versions = {"regulars": __version__, "pyarrow": pa.__version__, **engine.versions}

    def name(self, sources: Iterable[Source], *, now: datetime) -> str:
        """Return the id that the batch will have if it is committed at this moment.

        Raises:
            SourceChanged: a file holds something else than when it was sorted out.
        """
        self._origins = self._store.origins(sources, self._files)
        return self._store.next_id(now, self._origins)

    def commit(self, sources: Iterable[Source], *, now: datetime) -> Batch:
        """Let it become a batch of the workspace, made of these sources; return it.

        Raises:
            WorkspaceUnwritable: it could not be moved into place.
            SourceChanged: a file holds something else than when it was sorted out.
        """
        origins = self._origins or self._store.origins(sources, self._files)
        batch = Batch(
            id=self._store.next_id(now, origins),
            imported_at=now.astimezone(UTC),
            origins=origins,
            files=self._files,
            later=sum(file.later.rows for file in self._files if file.later is not None),
            settings=self._settings,
            versions=self._versions,
        )
        self._store.commit(batch, self.folder)
        return batch


def _shaping(settings: Settings) -> dict[str, Any]:
    """Return the settings that decide how a file is read."""
    business = settings.business.model_dump(mode="json", include={"currency", "rates", "time_zone"})
    return {"business": business, "records": settings.records.model_dump(mode="json")}
