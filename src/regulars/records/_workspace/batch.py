"""One batch: what was imported together, told by the manifest that lies beside its rows."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from regulars.core import RegularsError
from regulars.records._results import FileReport

FORMAT = 1
"""Of the folder of a batch; a higher one was written by a later version."""

MANIFEST = "manifest.json"

_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}")


class BatchUnreadable(RegularsError):
    """A batch on the disk that cannot be read."""

    code = "batch_unreadable"
    template = (
        "Batch {batch} in {folder} cannot be read: {problem}."
        " Undo it (regulars records undo {batch} --workspace {folder}) and import its files again."
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
    def read(self) -> int:
        """How many rows its files had."""
        return sum(file.read for file in self.files)

    @property
    def accepted(self) -> int:
        """How many of them it holds."""
        return sum(file.accepted for file in self.files)


_BATCH = TypeAdapter(Batch)
"""To and from JSON; what an earlier version did not know has its default."""


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
        BatchUnreadable: its manifest is damaged, or of a later version.
        FileNotFoundError: there is none: it was undone a moment ago.
    """
    workspace = folder.parent.parent
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if content["format"] > FORMAT:
            problem = "it was written by a later version of regulars"
            raise BatchUnreadable(batch=folder.name, folder=workspace, problem=problem)
        return _BATCH.validate_python(content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"{MANIFEST} is damaged ({type(error).__name__})"
        raise BatchUnreadable(batch=folder.name, folder=workspace, problem=problem) from error
