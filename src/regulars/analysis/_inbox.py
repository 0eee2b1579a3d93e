"""The inbox of a workspace: whatever lies there is imported before the next analysis, file by file.

A file goes to `done/` once its batch is committed, one of a folder in the inbox to that folder in `done/`. What cannot
be read stays, with a note beside it that says why, and is tried again next time; the others do not wait for it.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from regulars import reports
from regulars.analysis._importing import Imported, import_records
from regulars.core import Note, RegularsError, Settings
from regulars.customers import Crosswalk
from regulars.records import Source

_DONE = "done"
_NOTE = ".problem.txt"
_NOT_FINISHED = (_NOTE, ".part", ".crdownload", ".tmp")


class InboxFolderClosed(RegularsError):
    """A folder in the inbox that cannot be looked into."""

    code = "inbox_folder_closed"
    template = "The folder {folder} cannot be opened: {problem}. Check its permissions, or copy its files elsewhere."


class InboxFolderLinked(RegularsError):
    """A link in the inbox to a folder elsewhere, whose files are nobody's to move."""

    code = "inbox_folder_linked"
    template = "{folder} is a link to another folder and is not followed. Put the files themselves into the inbox."


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
    """Import the files of `inbox/` and of folders in it, the oldest first, each into a batch of its own.

    `began` is called if there are any.
    With a crosswalk of its own a file is removed once it is in: who it speaks of is to stand nowhere else.

    Raises:
        WorkspaceBusy, WorkspaceUnwritable, InboxFolderClosed: nothing can be imported now.
    """
    notes, errors = [], []
    inbox = workspace / "inbox"
    files, unread = _waiting(inbox)
    for path in (*files, *unread):
        began()
        name = path.relative_to(inbox).as_posix()
        try:
            if path in unread:
                raise unread[path]
            done = import_records(
                workspace,
                files=[Source(data=path)],
                settings=settings,
                today=today,
                memory_limit=memory_limit,
                crosswalk=crosswalk,
            )
        except RegularsError as error:
            if error.code in {"workspace_busy", "workspace_unwritable", "workspace_unreadable", "workspace_foreign"}:
                raise
            errors.append(error)
            problem = reports.error_text(error, language=language)
            _write(path.with_name(path.name + _NOTE), problem + "\n")
            notes.append(Note(code="inbox_file_failed", params={"file": name, "problem": problem}))
        else:
            notes.append(_told(name, done))
            path.with_name(path.name + _NOTE).unlink(missing_ok=True)
            _put_away(path, inbox, done, is_kept=crosswalk is None)
    return Inbox(notes=tuple(notes), errors=tuple(errors))


def _waiting(inbox: Path) -> tuple[list[Path], dict[Path, RegularsError]]:
    """Return the files that lie in the inbox and in folders in it, and the folders that are not looked into.

    Raises:
        InboxFolderClosed: it is the inbox itself.
    """
    found: list[Path] = []
    unread: dict[Path, RegularsError] = {}

    def closed(error: OSError) -> None:
        folder = Path(error.filename)
        unread[folder] = InboxFolderClosed(folder=folder, problem=error.strerror)

    if not inbox.is_dir():
        return [], {}
    for place, folders, names in os.walk(inbox, onerror=closed):
        here = Path(place)
        folders[:] = [name for name in folders if name[0] != "." and here / name != inbox / _DONE]
        for linked in (here / name for name in folders if (here / name).is_symlink()):  # it may lead to one above it
            unread[linked] = InboxFolderLinked(folder=linked)
        found += [
            here / name for name in names if not name.startswith((".", "~$")) and not name.endswith(_NOT_FINISHED)
        ]
    if inbox in unread:
        raise unread[inbox]
    # Of two exports of one shop the later holds, and "orders (1).csv" stands before "orders.csv" by name.
    files = [path for path in found if path.is_file() or path.is_symlink()]
    return sorted(files, key=lambda path: (path.lstat().st_mtime_ns, path.relative_to(inbox).as_posix())), unread


def _told(name: str, done: Imported) -> Note:
    if done.batch is None:
        ((_, batch),) = done.known
        return Note(code="inbox_file_known", params={"file": name, "batch": batch})
    rows = sum(table.accepted for table in done.batch.whole_files)
    return Note(code="inbox_file_imported", params={"file": name, "batch": done.batch.id, "rows": rows})


def _put_away(path: Path, inbox: Path, done: Imported, *, is_kept: bool) -> None:
    """Move a file to its place in `done/`, under its own name or, where that is taken, with that of its batch.

    What is not to be kept is removed. A folder of the inbox goes with the last file in it.
    """
    if is_kept:
        place = inbox / _DONE / path.relative_to(inbox)
        for folder in reversed(place.relative_to(inbox).parents[:-1]):
            (inbox / folder).mkdir(mode=0o700, exist_ok=True)
        batch = done.batch.id if done.batch is not None else done.known[0][1]
        os.replace(path, place.with_stem(f"{path.stem}-{batch}") if place.exists() else place)
    else:
        path.unlink()
    with suppress(OSError):  # another file lies there
        for folder in path.relative_to(inbox).parents[:-1]:
            (inbox / folder).rmdir()


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
