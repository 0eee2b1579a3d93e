"""What may be shown of a value: its shape, and nothing that says whose it is; and whether a text is a value at all."""

import re
from functools import lru_cache

import pyarrow as pa

from regulars.records._cells.contacts import looks_like_person
from regulars.records._cells.decimals import Marks, amount_of
from regulars.records._cells.time_text import UNREADABLE, moment_of

_SHOWN = 40


def masked(value: str) -> str:
    """Return the shape of a value: digits become #, letters x; what is neither stays, for it is what went wrong.

    >>> masked("ana@example.com"), masked("25,000"), masked("2024-13-45"), masked("张三")
    ('xxx@xxxxxxx.xxx', '##,###', '####-##-##', 'xx')
    """
    return _shape(re.sub(r"\d", "#", value))


@lru_cache(maxsize=1_000)
def _shape(value: str) -> str:
    """Return the shape of a value whose digits are masked: of phones and amounts there are few."""
    shape = "".join(letter if letter == "#" or not letter.isalnum() else "x" for letter in value)
    shape = "".join(letter if letter.isprintable() else "?" for letter in shape)
    return shape if len(shape) <= _SHOWN else shape[: _SHOWN - 1] + "…"


def looks_like_value(text: str) -> bool:
    """Whether a would-be header is an e-mail, a phone, a date or a number.

    >>> [looks_like_value(text) for text in ("ana@example.com", "2/3/2024", "¥12.50", "order date", "2nd phone", "")]
    [True, True, True, False, False, False]
    """
    bare = text.strip()
    # Without a digit or an @ it is none of these, which spares most headers the asking.
    return bool(re.search(r"[\d@＠]", bare)) and (
        moment_of(bare).fault != UNREADABLE
        or amount_of(bare, Marks()).fault != "unreadable"
        or looks_like_person(pa.array([bare]))[0].as_py()
    )
