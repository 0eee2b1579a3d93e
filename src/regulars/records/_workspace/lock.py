"""Two processes must not change one workspace at once: the first to come holds a lock, the other is told who does.

The lock is the operating system's own, on a file in the workspace, so it goes with the process that holds it, however
that ends. The number in the file is only for the message.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regulars.core import RegularsError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NAME = "lock"


class WorkspaceBusy(RegularsError):
    """A workspace that another process is changing."""

    code = "workspace_busy"
    template = (
        "The workspace {folder} is being changed by another process ({process}). Wait until it is done, then try again."
    )


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Be the only process that changes the workspace, for as long as the block runs.

    Raises:
        WorkspaceBusy: another process is.
        OSError: the lock cannot be written there.
    """
    path = folder / _NAME
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken(number):
            raise WorkspaceBusy(folder=folder, process=_holder(path))
        os.ftruncate(number, 0)
        os.write(number, str(os.getpid()).encode())
        yield
    finally:
        os.close(number)


if sys.platform == "win32":

    def _taken(number: int) -> bool:
        """Lock a byte far behind the number, which stays readable for others."""
        try:
            os.lseek(number, 1 << 20, os.SEEK_SET)
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(number, 0, os.SEEK_SET)
        return True

else:

    def _taken(number: int) -> bool:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _holder(path: Path) -> str:
    return path.read_text(encoding="ascii", errors="replace").strip() or "its number is not known"
