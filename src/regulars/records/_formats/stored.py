"""Bytes that can be opened again and again: a file as it lies there, or a copy of what passes only once.

A pipe and a member of an archive can be read only from front to back, while finding out what a file is takes several
looks at it. They are copied into a temporary file that has no name: nobody else can open it, and it is gone with the
process, however that ends.
"""

import io
import os
import stat
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO

from regulars.core import RegularsError

_CHUNK = 1 << 20


class FileMissing(RegularsError):
    """A path where nothing is."""

    code = "file_missing"
    template = "There is no file {path}. Check the name; files are looked for from the current folder."


class FileIsFolder(RegularsError):
    """A folder where a file was expected."""

    code = "file_is_folder"
    template = (
        "{path} is a folder in which no records are kept. Name files, such as {path}/orders.csv; or keep records in it"
        " first: regulars import FILES --workspace {path}"
    )


class FileIsDevice(RegularsError):
    """A device or a socket where a file was expected."""

    code = "file_is_device"
    template = "{path} is a device or a socket, not a file of records. Name a file, or a pipe that ends."


class FileUnreadable(RegularsError):
    """A file that the system does not let us read."""

    code = "file_unreadable"
    template = "{path} cannot be read: {problem}. Check its permissions, or copy it elsewhere."


class Copy:
    """A nameless temporary file, open as often as wanted, each time with a place of its own."""

    def __init__(self, chunks: Iterable[bytes] = ()) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (it lives as long as this object)
        self._lock = Lock()
        weakref.finalize(self, self.file.close)
        for chunk in chunks:
            self.file.write(chunk)
        self.file.flush()

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return os.fstat(self.file.fileno()).st_size

    def open(self) -> io.BufferedReader:
        """Return a reader that starts at the beginning."""
        return io.BufferedReader(_View(self), buffer_size=_CHUNK)

    def read_at(self, place: int, length: int) -> bytes:
        """Return the bytes from a place on."""
        with self._lock:
            self.file.seek(place)
            return self.file.read(length)


class _View(io.RawIOBase):
    """One reader of a copy."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        found = self._copy.read_at(self._place, len(buffer))
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._copy.size}[whence]
        self._place = max(start + offset, 0)
        return self._place


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the bytes of one file are: at a path, or in a copy."""

    place: Path | Copy

    def open(self) -> io.BufferedReader:
        """Return a reader that starts at the beginning and can be moved to any place."""
        return self.place.open("rb") if isinstance(self.place, Path) else self.place.open()

    @contextmanager
    def for_process(self) -> Iterator[IO[bytes]]:
        """Lend the file itself, at its beginning, to hand it to another process."""
        if isinstance(self.place, Path):
            with self.place.open("rb") as opened:
                yield opened
        else:
            self.place.file.seek(0)
            yield self.place.file

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self.place.stat().st_size if isinstance(self.place, Path) else self.place.size

    def start(self, length: int) -> bytes:
        """Return the first bytes."""
        with self.open() as opened:
            return opened.read(length)


def stored_at(path: Path) -> Stored:
    """Return the bytes at a path; those of a pipe are read to its end.

    Raises:
        FileMissing, FileIsFolder, FileIsDevice, FileUnreadable: there are none.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise FileIsFolder(path=path)
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or stat.S_ISSOCK(mode):
            raise FileIsDevice(path=path)
        with path.open("rb") as opened:
            if stat.S_ISFIFO(mode):
                return Stored(Copy(iter(lambda: opened.read(_CHUNK), b"")))
            opened.read(1)
        return Stored(path)
    except FileNotFoundError as error:
        raise FileMissing(path=path) from error
    except (OSError, ValueError) as error:
        raise FileUnreadable(path=path, problem=getattr(error, "strerror", None) or str(error)) from error
