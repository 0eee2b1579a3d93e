"""What a power cut leaves: the folder of a batch is whole on the disk before it is named as one."""

import os
from pathlib import Path

from regulars.records._workspace.batch import Batch, write_manifest


def finish(batch: Batch, folder: Path) -> None:
    """Make the folder of a batch whole: its manifest, its permissions, all of it on the disk."""
    write_manifest(batch, folder)
    for path in sorted(folder.rglob("*")):
        os.chmod(path, 0o700 if path.is_dir() else 0o600)
        settle(path)


def settle(path: Path) -> None:
    """Have the disk hold what was written, so that a power cut leaves no batch with half its rows."""
    if os.name != "posix" and path.is_dir():
        return  # only POSIX opens a folder
    number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)
