"""Beside a finished analysis, what pages will ask of it: worked out once, then only read."""

import json
import os
from pathlib import Path

from regulars import reports
from regulars.app.publication import listing, shelves
from regulars.app.publication.changes import changes, moved_stages
from regulars.app.publication.listing import write_listing
from regulars.app.publication.shelves import write_shelves

LANGUAGES: tuple[reports.Language, ...] = ("en", "zh")


def prepare(folder: Path, *, before: Path | None = None) -> None:
    """Write `pages/` into the folder of a result that is not published yet; `before` is the one that is."""
    pages = folder / "pages"
    pages.mkdir()
    ids = write_listing(folder, pages / listing.FILE, moved=None if before is None else moved_stages(folder, before))
    write_shelves(folder, ids, pages / shelves.FILE)
    for language in LANGUAGES:
        board = reports.sections(folder, language=language)
        board["changes"] = None if before is None else changes(folder, before, cards=board["cards"], language=language)
        content = json.dumps(board, ensure_ascii=False, separators=(",", ":"))
        (pages / f"board.{language}.json").write_text(content, encoding="utf-8")
    for path in folder.rglob("*"):
        os.chmod(path, 0o700 if path.is_dir() else 0o600)
