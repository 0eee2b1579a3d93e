"""Tables to download, as CSV that a spreadsheet opens rightly and that cannot make it compute anything."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from urllib.parse import quote

from django.http import StreamingHttpResponse

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "\ufeff"


def guarded(value: object) -> object:
    """Return a cell of a table: a text that a spreadsheet would take for a formula is led by an apostrophe.

    >>> guarded("=1+1"), guarded("Ana"), guarded(-3.5)
    ("'=1+1", 'Ana', -3.5)
    """
    if isinstance(value, str) and value.lstrip(" \u3000").startswith(_BEGINS_FORMULA):
        return "'" + value
    return "" if value is None else value


def lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a CSV file, led by the mark by which Excel knows UTF-8."""
    yield _MARK + _line(heads)
    for row in rows:
        yield _line(row)


def download(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Return a CSV file for a browser to keep, row by row as they come."""
    answer = StreamingHttpResponse(lines(heads, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return answer


def _line(row: Sequence[object]) -> str:
    text = StringIO()
    csv.writer(text).writerow([guarded(cell) for cell in row])
    return text.getvalue()
