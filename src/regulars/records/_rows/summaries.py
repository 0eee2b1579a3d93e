"""Rows that are no records: totals below the rows (or between them), and rows in which nothing stands.

Only rows that could not be read are looked at, so a file without faults costs nothing. A row is a total if one of its
cells says so (Total, Grand total:, 合计, 小计, …) and it has no time, which every record of its kind
has. For lists of people see `closing`.
"""

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.records._cells.cells import Mask, mask_of
from regulars.records._cells.text import as_text
from regulars.records._formats.scanner import Broken

SUMMARY, BLANK = "summary_row", "blank_row"

_WORD = r"(?:(?:grand|sub|overall)[ -]?)?totals?|sum|合计|总计|小计|共计|总共|汇总|合計|總計|小計|共計"
_SUMMARY = rf"^(?i:{_WORD})\s*(?:$|[:：(（\d])"
_BROKEN = re.compile(rf'^[\s,;|"]*(?:{_WORD})\s*(?:$|[:：(（\d,;|\t"])', re.IGNORECASE)


def no_records(columns: Mapping[int, pa.Array], bad: NDArray[np.int64], times: set[int]) -> dict[str, Mask]:
    """Return which of the bad rows (places in a piece) are blank in every column that was read, and which are totals.

    `times` are the places of the columns that hold the time of every record of its kind.
    """
    if not len(bad):
        return {}
    places = pa.array(bad)
    blank = np.ones(len(bad), dtype=bool)
    says_total, has_time = ~blank, ~blank
    for place, column in columns.items():
        text = pc.fill_null(pc.utf8_trim_whitespace(as_text(column.take(places))), "")
        is_empty, is_word = mask_of(pc.equal(text, "")), mask_of(pc.match_substring_regex(text, _SUMMARY))
        blank &= is_empty
        says_total = says_total | is_word
        if place in times:
            has_time = has_time | ~(is_empty | is_word)
    return {BLANK: blank, SUMMARY: says_total & ~has_time & ~blank}


def is_summary(broken: Broken) -> bool:
    """Whether a row that is too short or too long for a record is a total."""
    return broken.reason in {"row_too_short", "row_too_long"} and _BROKEN.match(broken.text) is not None
