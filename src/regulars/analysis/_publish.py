"""A result folder appears whole or not at all: it is written beside its place and renamed into it.

Where the folder itself has to stay, because it was made for the result or somebody works in it, the files move in
instead, and the manifest, which says that a result is whole, goes first and comes last.
"""

import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regulars.core import RegularsError


class OutFolderTaken(RegularsError):
    """The place for the result holds something that is no result."""

    code = "out_folder_taken"
    template = "{folder} holds something that is not a result of regulars. Name another folder with --out."


class OutFolderUnwritable(RegularsError):
    """The place for the result cannot be written."""

    code = "out_folder_unwritable"
    template = "{folder} cannot be written: {problem}. Name another folder with --out."


def check_place(folder: Path) -> None:
    """Refuse, before any work is done, a place that a result may not take.

    Raises:
        OutFolderTaken: the place is a file, or a folder that is neither empty nor an earlier result.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / "manifest.json").exists()):
        raise OutFolderTaken(folder=folder)


@contextmanager
def published(folder: Path) -> Iterator[Path]:
    """Give a folder to write into; at the end it takes the place of `folder`, or vanishes if anything failed.

    Raises:
        OutFolderUnwritable: the folder beside the place cannot be made, or the place cannot be taken.
    """
    folder = folder.resolve()
    beside = folder.with_name(f".{folder.name}.new-{os.getpid()}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _tidy(folder)
        beside.mkdir(mode=0o755)
    except OSError as error:
        raise OutFolderUnwritable(folder=folder, problem=error.strerror or "no permission") from error
    try:
        yield beside
        if _has_to_stay(folder):
            _move_in(beside, folder)
        else:
            _take_place(beside, folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _tidy(folder: Path) -> None:
    """Clear away what runs left that were killed; put an earlier result back if one was killed between two renames."""
    for left in sorted(folder.parent.glob(f".{glob.escape(folder.name)}.*-*")):
        role, _, process = left.name.removeprefix(f".{folder.name}.").partition("-")
        if role not in {"new", "old"} or not process.isdigit() or _runs(int(process)):
            continue
        if role == "old" and not folder.exists():
            os.replace(left, folder)
        else:
            shutil.rmtree(left, ignore_errors=True)


def _runs(process: int) -> bool:
    """Return whether another process of that number runs. On Windows its open files keep a folder from removal."""
    if process == os.getpid() or os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _has_to_stay(folder: Path) -> bool:
    """Return whether a folder is empty, the current one of this process or a mount: renaming it would pull it away."""
    if not folder.is_dir():
        return False
    return not any(folder.iterdir()) or folder == Path.cwd() or folder.is_mount()


def _move_in(beside: Path, folder: Path) -> None:
    """Move the files in one by one; anything else in the folder stays, but no workbook of an earlier result."""
    try:
        for name in ("manifest.json", "tables.xlsx"):
            (folder / name).unlink(missing_ok=True)
        for path in sorted(beside.iterdir(), key=lambda path: (path.name == "manifest.json", path.name)):
            place = folder / path.name
            if path.is_dir() and place.is_dir():
                shutil.rmtree(place)  # a folder would move into it, not take its place
            shutil.move(path, place)
        beside.rmdir()
    except OSError as error:
        raise OutFolderUnwritable(folder=folder, problem=error.strerror or "no permission") from error


def _take_place(beside: Path, folder: Path) -> None:
    """Rename into place. A folder cannot be replaced in one step everywhere, so the earlier one steps aside first."""
    earlier = folder.with_name(f".{folder.name}.old-{os.getpid()}")
    try:
        if folder.exists():
            os.replace(folder, earlier)
        os.replace(beside, folder)
    except OSError as error:
        if earlier.exists() and not folder.exists():
            os.replace(earlier, folder)
        raise OutFolderUnwritable(folder=folder, problem=error.strerror or "no permission") from error
    shutil.rmtree(earlier, ignore_errors=True)
