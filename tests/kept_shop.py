"""A small shop as files, and a workspace that keeps them."""

from datetime import date
from pathlib import Path

from regulars.analysis import Imported, import_records
from regulars.records import Source

TODAY = date(2024, 6, 30)
HEADER = "customer_id,ordered_at,amount\n"
SHOP = "".join(
    f"c{who},2024-0{1 + (who + turn) % 6}-{1 + (7 * who + 5 * turn) % 28:02},{10 + who}\n"
    for who in range(20)
    for turn in range(1 + who % 4)
)


def put(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def kept(workspace: Path, *paths: Path) -> Imported:
    return import_records(workspace, files=[Source(data=path) for path in paths], today=TODAY)
