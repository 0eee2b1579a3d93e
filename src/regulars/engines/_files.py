"""Files in an engine's private folder: how they come in, and how a statement names them."""

import os
import shutil
from pathlib import Path


def bring_inside(source: Path, inside: Path) -> None:
    """Give a file a second name inside the private folder; where that is another disk, copy it."""
    try:
        os.link(source, inside)
    except OSError:
        shutil.copyfile(source, inside)


def literal(path: Path) -> str:
    """Return a path as a text in SQL."""
    return "'" + str(path).replace("'", "''") + "'"
