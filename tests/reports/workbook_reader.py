"""Reads a workbook the way a check needs it: the names of its sheets, and their rows as texts."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets, in order."""
    return [item.attrib["name"] for item in _part(path, "xl/workbook.xml").iter(f"{_SPACE}sheet")]


def sheet(path: Path, number: int) -> list[list[str]]:
    """Return the rows of a sheet as texts."""
    rows = _part(path, f"xl/worksheets/sheet{number}.xml").iter(f"{_SPACE}row")
    return [["".join(cell.itertext()) for cell in row] for row in rows]


def _part(path: Path, name: str) -> ET.Element:
    with zipfile.ZipFile(path) as book:
        return ET.fromstring(book.read(name))  # noqa: S314  (our own file)
