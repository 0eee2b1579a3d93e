"""Writes a sample of an export: its own header line, and under it only what a test says of each row."""

import csv
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal

from records_desk import Desk

Row = Mapping[str, str]


def sheet(header: str, rows: Iterable[Row], *, lead: str = "") -> str:
    """Return a file of these rows; `lead` stands before every value, as a vendor puts it there."""
    delimiter = "\t" if "⇥" in header else ","
    names = header.replace("⇥", "\t").split(delimiter)
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        unknown = set(row) - set(names)
        assert not unknown, f"a sample speaks of columns that the export does not have: {unknown}"
        writer.writerow([lead + row.get(name, "") for name in names])
    return written.getvalue()


def money(desk: Desk) -> Decimal:
    """Return what came in, net of what was given back."""
    signed = "CASE WHEN is_refund THEN -abs(amount) ELSE amount END"
    (found,) = desk.engine.fetch(
        f"SELECT CAST(coalesce(sum({signed}), 0) AS DECIMAL(18, 2)) AS net FROM raw_orders"
    ).to_pylist()
    net: Decimal = found["net"]
    return net


def count(desk: Desk, what: str) -> int:
    """Return how many distinct values a column of orders has, refunds apart."""
    query = f"SELECT count(DISTINCT {what}) AS n FROM raw_orders WHERE NOT coalesce(is_refund, FALSE) AND amount >= 0"
    n: int = desk.engine.fetch(query).column("n")[0].as_py()
    return n
