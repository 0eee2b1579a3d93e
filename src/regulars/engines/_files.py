"""Files that come into an engine's private folder and go out of it."""

import os
import shutil
from pathlib import Path


def bring_inside(source: Path, inside: Path) -> None:
    """Give a file a second name inside the private folder; where that is another disk, copy it."""
    try:
        os.link(source, inside)
    except OSError:
        shutil.copyfile(source, inside)
