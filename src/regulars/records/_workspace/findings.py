"""What an analysis found in batches and leaves beside them: the folder `found` in that of the newest of its batches.

    <workspace>/batches/<id>/found/batches, and whatever the rooms above write there

It counts as long as all the batches that it tells of do; then the newest that counts does. So the undo of the newest
batch takes along what was found with it, and what was found before is there again, in the same moment.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from regulars.records._workspace.batch import places_in

_FOUND, _FORMER, _NEW = "found", ".former", ".new-"
_BATCHES = "batches"
_KEPT = 5
"""Each holds all that is known; so many undos in a row bring back the exact former state, and then an analysis does."""

_ATTEMPTS = 3


def newest_found(home: Path) -> Path | None:
    """Return the folder of what was found last in batches that are all still in `home`."""
    places = places_in(home)
    live = {place.name for place in places}
    for place in reversed(places):
        for name in (_FOUND, _FORMER):  # the former one, if a process was killed between two renames
            if _told(place / name) <= live:
                return place / name
    return None


def keep_found(home: Path, batches: Collection[str], write: Callable[[Path], object]) -> None:
    """Have `write` fill a new folder, and let it be what was found in these batches.

    Nothing is kept where one of them is undone: what was found in it is to be forgotten.
    """
    for attempt in range(_ATTEMPTS):
        if not set(batches) <= {place.name for place in places_in(home)}:
            return
        try:
            _replace(home / max(batches), batches, write)
            break
        except FileNotFoundError:  # an import that began meanwhile cleared it away, or an undo took the whole batch
            if attempt + 1 == _ATTEMPTS:
                raise
    forget_undone(home)
    for place in [each for each in places_in(home) if (each / _FOUND).exists()][:-_KEPT]:
        shutil.rmtree(place / _FOUND, ignore_errors=True)


def _replace(place: Path, batches: Collection[str], write: Callable[[Path], object]) -> None:
    made, found, former = Path(tempfile.mkdtemp(prefix=_NEW, dir=place)), place / _FOUND, place / _FORMER
    try:
        write(made)
        (made / _BATCHES).write_text("\n".join(sorted(batches)), encoding="ascii")
        for path in made.iterdir():
            os.chmod(path, 0o600)
        if found.exists():
            shutil.rmtree(former, ignore_errors=True)
            os.replace(found, former)
        os.replace(made, found)
        shutil.rmtree(former, ignore_errors=True)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def forget_undone(home: Path) -> None:
    """Remove what was found in batches of which one is no longer there."""
    places = places_in(home)
    live = {place.name for place in places}
    for place in places:
        for name in (_FOUND, _FORMER):
            if not _told(place / name) <= live:
                shutil.rmtree(place / name, ignore_errors=True)


def clear_away(home: Path) -> None:
    """Remove what a process left that was killed while it wrote."""
    for place in places_in(home):
        for left in place.glob(f"{_NEW}*"):
            shutil.rmtree(left, ignore_errors=True)
        if (place / _FOUND).exists():
            shutil.rmtree(place / _FORMER, ignore_errors=True)
    forget_undone(home)


def _told(found: Path) -> set[str]:
    """Return the batches in which it was found; where nothing tells, one that there is not."""
    try:
        return set((found / _BATCHES).read_text(encoding="ascii", errors="replace").split()) or {""}
    except FileNotFoundError:
        return {""}
