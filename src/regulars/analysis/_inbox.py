"""The inbox of a workspace: whatever lies there is imported before the next analysis, file by file.

A file goes to `done/` once its batch is committed. One that cannot be read stays, with a note beside it that says why,
and is tried again next time; the others do not wait for it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from regulars import reports
from regulars.analysis._importing import Imported, import_records
from regulars.core import Note, RegularsError, Settings
from regulars.customers import Crosswalk
from regulars.records import Source

_NOTE = ".problem.txt"
_NOT_FINISHED = (_NOTE, ".part", ".crdownload", ".tmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """What became of the files of an inbox: notes for the reader, and the errors of those that stayed."""

    notes: tuple[Note, ...] = ()
    errors: tuple[RegularsError, ...] = ()


def import_inbox(
    workspace: Path,
    *,
    settings: Settings,
    today: date,
    memory_limit: str | None,
    crosswalk: Crosswalk | None = None,
    language: reports.Language,
    began: Callable[[], None],
) -> Inbox:
    """Import the files of `inbox/`, the oldest first, each into a batch of its own. `began` is called if there are any.

    With a crosswalk of its own a file is removed once it is in: who it speaks of is to stand nowhere else.

    Raises:
        WorkspaceBusy, WorkspaceUnwritable: nothing can be imported now.
    """
    notes, errors = [], []
    for path in _waiting(workspace / "inbox"):
        began()
        try:
            done = import_records(
                workspace,
                files=[Source(data=path)],
                settings=settings,
                today=today,
                memory_limit=memory_limit,
                crosswalk=crosswalk,
            )
        except RegularsError as error:
            if error.code in {"workspace_busy", "workspace_unwritable", "workspace_unreadable"}:
                raise
            errors.append(error)
            problem = reports.error_text(error, language=language)
            _write(path.with_name(path.name + _NOTE), problem + "\n")
            notes.append(Note(code="inbox_file_failed", params={"file": path.name, "problem": problem}))
        else:
            notes.append(_told(path.name, done))
            if crosswalk is None:
                _move(path, done)
            else:
                path.unlink()
            path.with_name(path.name + _NOTE).unlink(missing_ok=True)
    return Inbox(notes=tuple(notes), errors=tuple(errors))


def _waiting(inbox: Path) -> list[Path]:
    if not inbox.is_dir():
        return []
    found = [
        path
        for path in inbox.iterdir()
        if path.is_file() and not path.name.startswith((".", "~$")) and not path.name.endswith(_NOT_FINISHED)
    ]
    # Of two exports of one shop the later holds, and "orders (1).csv" stands before "orders.csv" by name.
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _told(name: str, done: Imported) -> Note:
    if done.batch is None:
        ((_, batch),) = done.known
        return Note(code="inbox_file_known", params={"file": name, "batch": batch})
    rows = done.batch.accepted
    return Note(code="inbox_file_imported", params={"file": name, "batch": done.batch.id, "rows": rows})


def _move(path: Path, done: Imported) -> None:
    """Move a file to `done/`, under its own name or, where that is taken, with that of its batch."""
    folder = path.parent / "done"
    folder.mkdir(mode=0o700, exist_ok=True)
    batch = done.batch.id if done.batch is not None else done.known[0][1]
    place = folder / path.name
    os.replace(path, folder / f"{path.stem}-{batch}{path.suffix}" if place.exists() else place)


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
