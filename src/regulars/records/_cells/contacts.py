"""What stands in the cell of a phone or an e-mail address: one, several, with a remark, or a number that lost digits.

The one place that cuts such cells, so that the key of a row and the key that joins two accounts are the same.
"""

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

NAMED = "\N{SYMBOL FOR UNIT SEPARATOR}"
"""Stands in the key of a row between the phone or address and the name beside it, until all names of it are known."""

_HIDDEN = r"[*•●#]"
_FEWEST_DIGITS = 7
_BETWEEN = re.compile(r"[;,|、\n]+|:{2,}|\bor\b|或")
# A slash and wide blanks stand inside one number too, after the area code.
_PERHAPS_BETWEEN = re.compile(r"/|\s{2,}")
_REMARK = re.compile(r"\s*(?:\([^()\d]*\)|\[[^\[\]\d]*\]|【[^【】\d]*】)\s*")
_LABEL = re.compile(r"^[^\W\d_]+\s*[.:]\s*(?=[+(\d])")
_AROUND_EMAILS = re.compile(r"[\s;,、|<>()\[\]【】\":或]+")
_EMAIL = re.compile(r"[^@\s*]+@[^@\s*]+\.[^@\s*]+")
_POWER = r"(?:e[+-]?|[x×*]\s*10\s*\^?\s*[+-]?)"
_LOST = re.compile(rf"[+-]?\d+(?:[.,]\d+)?\s*{_POWER}\s*\d+", re.IGNORECASE)
_FLOAT = re.compile(r"(\+?\d{7,15})\.0+")


def named(keys: pa.Array, names: pa.Array) -> pa.Array:
    """Return phones or addresses with the name that stands beside each, where one does and hides nothing."""
    told = pc.invert(pc.match_substring_regex(names, _HIDDEN))
    names = pc.if_else(told, pc.replace_substring(names, NAMED, " "), pa.scalar(None, pa.string()))
    return pc.coalesce(pc.binary_join_element_wise(keys, names, NAMED), keys)


def phones(cell: str) -> list[str]:
    """Return the phones of a cell as they are written, without remarks; the whole cell where none stands out.

    >>> phones("138 1234 5678 ::: 13912345678（家）"), phones("030/12345678"), phones("Tel: 13812345678.0")
    (['138 1234 5678', '13912345678'], ['030/12345678'], ['13812345678'])
    """
    text = unicodedata.normalize("NFKC", cell.partition(NAMED)[0]).strip()
    found = [_bare_phone(phone) for part in _BETWEEN.split(text) for phone in _apart(part) if _is_long(phone)]
    return found or [_bare_phone(text)]


def emails(cell: str) -> list[str]:
    """Return the addresses of a cell in small letters, out of what a mail program writes around them.

    >>> emails("Ana <Ana@x.com>; mailto:bo@y.org?subject=hi"), emails("ana＠x.com/bo@y.org"), emails("nobody")
    (['ana@x.com', 'bo@y.org'], ['ana@x.com', 'bo@y.org'], [])
    """
    text = unicodedata.normalize("NFKC", cell.partition(NAMED)[0]).lower()
    if text.count("@") > 1:
        text = text.replace("/", " ")
    found = (re.sub(r"\?.*", "", part).strip(".'") for part in _AROUND_EMAILS.split(text))
    return [part for part in found if _EMAIL.fullmatch(part)]


def lost_digits(cell: str) -> bool:
    """Whether a phone was written as a rounded number, in any spelling: its last digits are gone.

    >>> [lost_digits(text) for text in ("1.38E+10", "1,38e10", "138E10", "1.38 x 10^10", "13812345678", "+1 555 0100")]
    [True, True, True, True, False, False]
    """
    return _LOST.fullmatch(unicodedata.normalize("NFKC", cell).strip()) is not None


def _apart(part: str) -> list[str]:
    """Cut at what is perhaps a mark between phones, if each beginning is long enough to be one."""
    pieces = _PERHAPS_BETWEEN.split(part.strip())
    return pieces if _is_long(pieces[0]) else [part]


def _is_long(text: str) -> bool:
    return sum(letter.isdigit() for letter in text) >= _FEWEST_DIGITS


def _bare_phone(text: str) -> str:
    bare = _LABEL.sub("", _REMARK.sub(" ", text).strip())
    whole = _FLOAT.fullmatch(bare)
    return whole[1] if whole else bare
