"""What came of a dirty file, in the one form in which every test of this folder states it."""

import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from records_desk import Desk
from regulars.records import RecordSet

HEADER = "customer_id,ordered_at,amount\n"
DAY = date(2024, 1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many rows were read, why some were refused or left out, who was kept, and the sum of the amounts."""

    read: int
    kept: tuple[str, ...]
    sum: Decimal
    refused: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)


def outcome(read: int, kept: str, total: object, *, left_out: dict[str, int] | None = None, **refused: int) -> Outcome:
    """Return an expectation; `kept` names the customers in the order of their rows."""
    return Outcome(
        read=read, kept=tuple(kept.split()), sum=Decimal(str(total)), refused=refused, left_out=left_out or {}
    )


def seen(desk: Desk, records: RecordSet) -> Outcome:
    """Return what came of all files together; the law of the counts is checked on the way."""
    for file in records.files:
        assert file.read == file.accepted + file.quarantined_total + file.left_out_total
        assert file.quarantined_total == sum(file.quarantined.values())
    rows = desk.orders("customer_key", "amount")
    assert len(rows) == sum(file.accepted for file in records.files)
    assert len(desk.aside()) == sum(file.quarantined_total for file in records.files)
    return Outcome(
        read=sum(file.read for file in records.files),
        kept=tuple(who for who, _ in rows),
        sum=sum((amount for _, amount in rows), Decimal(0)).normalize() + 0,
        refused=_added(file.quarantined for file in records.files),
        left_out=_added(file.left_out for file in records.files),
    )


def _added(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for code, rows in each.items():
            total[code] = total.get(code, 0) + rows
    return total


def workbook(path: Path, write: Callable[[Any], None], **options: Any) -> Path:
    """Write an .xlsx with xlsxwriter."""
    with xlsxwriter.Workbook(str(path), options) as book:
        write(book)
    return path


def packed(*members: tuple[str, bytes]) -> bytes:
    """Return a ZIP archive of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()
