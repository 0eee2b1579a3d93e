"""Which result is current. A result is published when CURRENT names it, from one moment to the next.

A request asks once and keeps the answer: everything on one page is of one result, whatever is published meanwhile.
"""

import json
import os
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from regulars.app._shop import Shop

_NAME = re.compile(r"\d{6}-[0-9a-f]{8}")
_CURRENT = "CURRENT"
CUSTOMERS = "customers.parquet"
KEPT = 3
"""How many results are kept: requests under way read the one before, and people look back."""


@dataclass(frozen=True, slots=True)
class Published:
    """One published result: the folder of the analysis, with `pages/` in it for the app."""

    folder: Path

    @property
    def name(self) -> str:
        """Its name among all results, which sort by it."""
        return self.folder.name

    @property
    def pages(self) -> Path:
        """What was worked out for pages when it was published."""
        return self.folder / "pages"

    def board(self, language: str) -> dict[str, Any]:
        """Return what the overviews show, in words of a language."""
        return _board(self.pages / f"board.{language}.json")

    @property
    def manifest(self) -> dict[str, Any]:
        """What the analysis read, and how."""
        return _board(self.folder / "manifest.json")


@lru_cache(maxsize=8)
def _board(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def current(shop: Shop) -> Published | None:
    """Return the newest published result, if there is one."""
    try:
        name = (shop.results / _CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    return Published(shop.results / name) if _NAME.fullmatch(name) else None


def earlier(shop: Shop, published: Published) -> Published | None:
    """Return the result before another one, if it is still kept."""
    names = [name for name in _names(shop) if name < published.name]
    return Published(shop.results / names[-1]) if names else None


def next_place(shop: Shop) -> Path:
    """Return a new place for a result, which sorts after all others."""
    newest = max((int(name[:6]) for name in _names(shop)), default=0)
    return shop.results / f"{newest + 1:06}-{secrets.token_hex(4)}"


def publish(shop: Shop, folder: Path) -> Published:
    """Make a whole result the current one, then clear away those that nobody asks for any more."""
    beside = shop.results / f"{_CURRENT}.new"
    with beside.open("w", encoding="ascii") as file:
        file.write(folder.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, shop.results / _CURRENT)
    _clear(shop)
    return Published(folder)


def forget_all_but_current(shop: Shop) -> None:
    """Remove every earlier result: somebody was erased, and they still speak of the person."""
    _clear(shop, keep=1)


def withdraw(shop: Shop) -> None:
    """Publish nothing any more: everybody that results spoke of was erased."""
    (shop.results / _CURRENT).unlink(missing_ok=True)
    for path in shop.results.iterdir():
        shutil.rmtree(path, ignore_errors=True)
    _clear_what_is_asked_of(shop)


def _names(shop: Shop) -> list[str]:
    return sorted(path.name for path in shop.results.glob("*") if _NAME.fullmatch(path.name))


def _clear(shop: Shop, keep: int = KEPT) -> None:
    at = current(shop)
    names = _names(shop)
    stays = {*names[-keep:], *([at.name] if at else [])} if at else set(names)
    if at:
        stays = {at.name, *[name for name in names if name <= at.name][-keep:]}
    for path in shop.results.iterdir():
        if path.name not in {*stays, _CURRENT}:
            shutil.rmtree(path, ignore_errors=True)
    _clear_what_is_asked_of(shop)


def _clear_what_is_asked_of(shop: Shop) -> None:
    """Take results that are gone away from the processes that count groups, too: each holds one under another name.

    Whoever reads it at this moment reads it to its end; who asks next is told that it is gone.
    """
    there = {path.stat().st_ino for path in shop.results.glob(f"*/{CUSTOMERS}")}
    for path in shop.asking.glob("*/loaded-*.parquet"):
        with suppress(FileNotFoundError):
            if path.stat().st_ino not in there:
                path.unlink()
