"""What stands in the cell of a phone or an e-mail address: one, several, with a remark, or a number that lost digits.

And in that of a birth date, by which people are known again too.

The one place that cuts such cells, so that the key of a row and the key that joins two accounts are the same.
"""

import re
import unicodedata
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

NAMED = "\N{SYMBOL FOR UNIT SEPARATOR}"
"""Stands in the key of a row between the phone or address and the name beside it, until all names of it are known."""

_HIDDEN = r"[*•●#]"
_IS_HIDDEN = re.compile(rf"{_HIDDEN}|\d[xX]{{2}}|[xX]{{2}}\d")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 17
_BETWEEN = re.compile(r"[;,|、\n]+|:{2,}|\bor\b|或")
# A slash and wide blanks stand inside one number too, after the area code.
_PERHAPS_BETWEEN = re.compile(r"/|\s{2,}")
_REMARK = re.compile(r"\s*(?:\([^()\d]*\)|\[[^\[\]\d]*\]|【[^【】\d]*】)\s*")
_LABEL = re.compile(r"^[^\W\d_]+\s*[.:]\s*(?=[+(\d])")
_AROUND_EMAILS = re.compile(r"[\s;,、|<>()\[\]【】\":或]+")
_EMAIL = re.compile(r"[^@\s*]+@[^@\s*]+\.[^@\s*]+")
_POWER = r"(?:e[+-]?|[x×*]\s*10\s*\^?\s*[+-]?)"
_LOST = re.compile(rf"[+-]?\d+(?:[.,]\d+)?\s*{_POWER}\s*\d+", re.IGNORECASE)
_WHOLE_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$"
_WHOLE_MOBILE = r"^(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}$|^\+[1-9][\d ().-]{7,18}\d$"
_SPELT = re.compile(r"\+?\d{1,3}[ .-]?\(?\d{3}\)?[ .-]?[A-Z0-9-]{7,8}")
"""A number to be dialled by the letters on the keys."""
_FLOAT = re.compile(r"(\+?\d{7,15})\.0+")

_YEAR_FIRST = re.compile(r"(\d{4})\D{0,2}(\d{1,2})\D{1,2}(\d{1,2})\D?(?:\D.*)?")
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_UNCLEAR_BIRTH = r"^\s*(?:0?[1-9]|1[0-2])[/.-](?:0?[1-9]|1[0-2])[/.-]\d{4}\s*$"
_DAY_AND_MONTH = frozenset({"dmy", "mdy"})
# What a form enters where nobody said anything.
_NO_BIRTH_DATES = frozenset({"19000101", "19700101", "19800101", "20000101"})
OLDEST = 1900
"""The first year in which somebody may have been born who is a customer."""


def looks_like_person(keys: pa.Array) -> pa.Array:
    """Return for each key whether it is an e-mail address or a mobile number."""
    return pc.or_(pc.match_substring_regex(keys, _WHOLE_EMAIL), pc.match_substring_regex(keys, _WHOLE_MOBILE))


def named(keys: pa.Array, names: pa.Array) -> pa.Array:
    """Return phones or addresses with the name that stands beside each, where one does and hides nothing."""
    told = pc.invert(pc.match_substring_regex(names, _HIDDEN))
    names = pc.if_else(told, pc.replace_substring(names, NAMED, " "), pa.scalar(None, pa.string()))
    return pc.coalesce(pc.binary_join_element_wise(keys, names, NAMED), keys)


def unnamed(key: str) -> str:
    """Return what stands for the rows of a phone or address that no name stands beside, and for none of the others."""
    return f"{key}{NAMED}"


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


def has_phone(cell: str) -> bool:
    """Whether any phone in a cell has the digits of one, whatever the country: a few to seventeen, not all the same.

    >>> [has_phone(text) for text in ("030/12345678", "1.38E+10", "none", "11111111", "12345", "1-800-GO-FEDEX")]
    [True, False, False, False, False, True]
    """
    return any(not lost_digits(phone) and can_be_dialled(phone) for phone in phones(cell))


def can_be_dialled(phone: str) -> bool:
    """Whether a single phone has enough digits, or letters on the keys for some, and not too many or all the same."""
    digits = [letter for letter in phone if letter.isdigit()]
    is_long = len(digits) >= _FEWEST_DIGITS or _SPELT.fullmatch(phone) is not None
    return is_long and len(digits) <= _MOST_DIGITS and len(set(digits)) > 1


def is_hidden(cell: str) -> bool:
    """Whether a value is hidden on purpose, as services do.

    >>> is_hidden("186******05"), is_hidden("186xxxx0500"), is_hidden("13812345678")
    (True, True, False)
    """
    return _IS_HIDDEN.search(cell.partition(NAMED)[0]) is not None


def birth_date(cell: str) -> str | None:
    """Return the eight digits of a birth date by which a person can be known; None for the default of a form too.

    >>> birth_date("1990年1月2日"), birth_date("2/1/1990"), birth_date("31/1/1990"), birth_date("1/1/1970")
    ('19900102', None, '19900131', None)
    """
    digits = day_of_birth(cell)
    return None if digits in _NO_BIRTH_DATES else digits


def day_of_birth(cell: str) -> str | None:
    """Return the eight digits of a birth date; None if it is none, or can be read in two ways.

    >>> day_of_birth("1/1/1970"), day_of_birth("1/2/1970")
    ('19700101', None)
    """
    text = unicodedata.normalize("NFKC", cell).strip()
    found = _EIGHT_DIGITS.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        found = _YEAR_LAST.fullmatch(text)
        if not found:
            return None
        first, second, year = (int(part) for part in found.groups())
        if first <= 12 and second <= 12 and first != second:
            return None
        month, day = (first, second) if second > 12 else (second, first)
    try:
        digits = date(year, month, day).strftime("%Y%m%d")
    except ValueError:
        return None
    return None if year < OLDEST else digits


def any_birth_unclear(births: pa.Array) -> bool:
    """Whether a birth date can perhaps be read in two ways."""
    return bool(pc.any(pc.match_substring_regex(births, _UNCLEAR_BIRTH), min_count=0).as_py())


def birth_in_order(cell: str, order: str) -> str:
    """Return a birth date that can be read in two ways as the order of its days (dmy, mdy) has it; any other as it is.

    >>> birth_in_order("2/1/1990", "dmy"), birth_in_order("2/1/1990", "mdy"), birth_in_order("1/31/1990", "dmy")
    ('1990-01-02', '1990-02-01', '1/31/1990')
    """
    found = _YEAR_LAST.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if not found or order not in _DAY_AND_MONTH:
        return cell
    first, second, year = (int(part) for part in found.groups())
    if not (1 <= first <= 12 and 1 <= second <= 12):
        return cell
    day, month = (first, second) if order == "dmy" else (second, first)
    return f"{year:04}-{month:02}-{day:02}"


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
