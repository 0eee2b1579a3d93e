"""A workspace that work in it would have begun, and that the work did not come to: it is not left behind empty."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_BEGUN = ("batches", "lock", "key")
"""What every work in a workspace makes before it reads a file; emptiest first, for the key may go only with nothing."""


@contextmanager
def no_traces(workspace: Path | None) -> Iterator[None]:
    """Remove what a failure left of a workspace that was none before: its folder, its lock, a key that made no id."""
    if workspace is None:
        yield
        return
    absent = [folder for folder in (workspace, *workspace.parents) if not os.path.lexists(folder)]
    before = _names_in(workspace)
    try:
        yield
    except BaseException:
        with suppress(OSError):  # there are records in it, or somebody put something there meanwhile
            _remove(workspace, _names_in(workspace) - before, absent)
        raise


def _names_in(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def _remove(workspace: Path, made: set[str], absent: list[Path]) -> None:
    if not made <= set(_BEGUN):
        return
    for path in (workspace / name for name in _BEGUN if name in made):
        path.rmdir() if path.is_dir() else path.unlink()
    for folder in absent:
        folder.rmdir()
