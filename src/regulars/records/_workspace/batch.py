"""One batch: what was imported together, told by the manifest that lies beside its rows."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from regulars.core import RegularsError
from regulars.records._marks import N_
from regulars.records._results import FileReport

FORMAT = 2
"""Of the folder of a batch; a higher one was written by a later version."""

MANIFEST = "manifest.json"

_TIME = "%Y%m%dT%H%M%S"
_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}")


class BatchUnreadable(RegularsError):
    """A batch on the disk that cannot be read."""

    code = "batch_unreadable"
    texts = frozenset({"problem"})
    template = (
        "Batch {batch} in {folder} cannot be read: {problem}."
        " Undo it (regulars records undo {batch} --workspace {folder}) and import its files again."
    )


class BatchTooNew(BatchUnreadable):
    """A batch of a later version: to undo it, as a damaged one, would lose what that version can read."""

    code = "batch_too_new"
    texts = frozenset()
    template = (
        "Batch {batch} in {folder} was written by a later version of regulars. Install that version, or a newer one,"
        " and run it again. Do not undo the batch: that would delete its rows for good."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A file or table as it was handed over. A table in memory has no size and no hash.

    `kinds` are those of the records that were found in it, and the named export that it is, if it is one.
    """

    name: str
    sha256: str | None
    bytes: int | None
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one import accepted.

    `later` counts accepted rows dated after the day of the import: each analysis decides by its own day which of them
    it believes. `settings` are those that shaped how the files were read.
    """

    id: str
    imported_at: datetime
    origins: tuple[Origin, ...]
    files: tuple[FileReport, ...]
    later: int
    settings: Mapping[str, Any]
    versions: Mapping[str, str]

    @property
    def whole_files(self) -> tuple[FileReport, ...]:
        """The tables that account for the rows of its files, each once; not those that tell of these rows otherwise."""
        return tuple(file for file in self.on_its_day if not file.is_beside)

    @property
    def on_its_day(self) -> tuple[FileReport, ...]:
        """Its tables as the day of the import tells them: rows dated later are set aside, as an analysis does then."""
        return tuple(file.on_its_day() for file in self.files)

    @property
    def read(self) -> int:
        """How many rows its tables had."""
        return sum(file.read for file in self.files)

    @property
    def accepted(self) -> int:
        """How many of them it holds."""
        return sum(file.accepted for file in self.files)

    @property
    def zone(self) -> str:
        """The time zone in which its files were read."""
        return str(self.settings["business"]["time_zone"])


_BATCH = TypeAdapter(Batch)
"""To and from JSON; what an earlier version did not know has its default."""


def id_after(newest: str, now: datetime, origins: Sequence[Origin]) -> str:
    """Return an id that sorts after the newest one's, also within one second and where the clock was set back."""
    digest = hashlib.sha256(repr([(each.name, each.sha256) for each in origins]).encode()).hexdigest()
    moment = now.astimezone(UTC)
    if newest:
        last = datetime.strptime(newest[:15], _TIME).replace(tzinfo=UTC)
        moment = max(moment, last + timedelta(seconds=1))
    return f"{moment.strftime(_TIME)}-{digest[:6]}"


def places_in(home: Path) -> list[Path]:
    """Return the folders of the batches in `home`, the first import first."""
    return sorted(path for path in home.glob("*") if _ID.fullmatch(path.name) and path.is_dir())


def write_manifest(batch: Batch, folder: Path) -> None:
    """Write the manifest into the batch's folder."""
    content = {"format": FORMAT, **_BATCH.dump_python(batch, mode="json")}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Batch:
    """Return the batch in a folder `<workspace>/batches/<id>`.

    Raises:
        BatchUnreadable: its manifest is damaged. BatchTooNew: it is of a later version.
        FileNotFoundError: there is none: it was undone a moment ago.
    """
    workspace = folder.parent.parent
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        written = content["format"]
        if type(written) is not int or written < 1:  # True is an int, too
            raise ValueError(written)
        if written > FORMAT:
            raise BatchTooNew(batch=folder.name, folder=workspace)
        return _BATCH.validate_python(content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        told = {"manifest": MANIFEST, "fault": type(error).__name__}
        problem = N_("{manifest} is damaged ({fault})")
        raise BatchUnreadable(batch=folder.name, folder=workspace, problem=problem, **told) from error
