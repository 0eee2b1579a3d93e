"""Text in cells: ids, words, flags. Blanks and export marks around a value go; words for "nothing" become nothing."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.records._cells.cells import Cells, Faults, Mask, by_distinct, doubles_of, marked, mask_of
from regulars.records._words import plain, words

FIRST_PHONE = "first_of_several_phones"
"""The code of rows whose key is the first of several phones in the cell."""

_LARGEST_EXACT = 2.0**53
_FLAGS = {"yes": True, "no": False}
_LONGEST_MISSING = max(len(word.encode()) for word in words().missing)
_MARK = r"^['`]+|^=\"(.*)\"$"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_EDGE = r"[\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}\x{2066}-\x{2069}\x{FEFF}\x{00AD}]+"
_INVISIBLE = rf"^(?:\s*{_EDGE})+|(?:{_EDGE}\s*)+$"
_SEVERAL = re.compile(r"[,;|、，；/\n]+|\bor\b|或")
_FEWEST_DIGITS = 7
_FIRST_ROWS = 1_000
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_BYTES = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
_PHONE_PUNCTUATION = re.compile(r"[\s().\-/]+")


def tidy(column: pa.Array) -> Cells:
    """Return text without what exports put around it, and nothing where it says nothing.

    Blanks (also full-width ones), a leading ' or `, and ="…" go; NULL, N/A, -, 无 and their like are missing;
    so do marks that nobody sees, such as those for the direction of writing around a phone number copied from a list
    of contacts. Control characters and undecodable bytes are faults.
    """
    ordinary = pc.ascii_is_alnum(column)
    if column.null_count == 0 and pc.all(ordinary, min_count=0).as_py():
        return Cells(values=_without_missing(column))
    faults = None
    if not pc.all(pc.ascii_is_printable(column), min_count=0).as_py():
        faults = marked(faults, mask_of(pc.match_substring_regex(column, _CONTROL)), "control_characters")
        faults = marked(faults, mask_of(pc.match_substring(column, _REPLACEMENT)), "bytes_unreadable")
        if pc.any(pc.match_substring_regex(column, _INVISIBLE)).as_py():
            column = pc.replace_substring_regex(column, _INVISIBLE, "")
    trimmed = pc.utf8_trim_whitespace(column)
    if any(pc.any(pc.starts_with(trimmed, mark)).as_py() for mark in "'`="):
        trimmed = pc.utf8_trim_whitespace(pc.replace_substring_regex(trimmed, _MARK, r"\1"))
    return Cells(values=_without_missing(trimmed), faults=faults)


def as_text(column: pa.Array) -> pa.Array:
    """Return any plain column as text as it stands: for showing a value that was set aside."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), pa.string())
    if any(is_bytes(column.type) for is_bytes in _BYTES):
        return pa.array([None if value is None else value.decode("utf-8", "replace") for value in column.to_pylist()])
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())


def read_text(column: pa.Array) -> Cells:
    """Read text of any type: a whole number keeps its digits and gets no '.0', unless they were already lost."""
    if pa.types.is_floating(column.type):
        return _digits(column)
    if pa.types.is_dictionary(column.type):
        return tidy(as_text(column.dictionary)).take(column.indices)
    text = as_text(column)
    return by_distinct(text, tidy) if _repeats(text) else tidy(text)


def read_id(column: pa.Array) -> Cells:
    """Read the number of an order, a product, a campaign: one that lost its last digits is none."""
    cells = read_text(column)
    return Cells(values=cells.values, faults=marked(cells.faults, _scientific(cells.values), "digits_lost"))


def read_key(column: pa.Array, *, role: str) -> Cells:
    """Read whose row it is. E-mails and phones are brought to one form; masked or encrypted ones name nobody.

    Of several phones in a cell the first is taken.
    """
    cells = read_text(column)
    values = cells.values
    faults = marked(cells.faults, ~mask_of(values.is_valid()), "customer_missing")
    faults = marked(faults, _scientific(values), "digits_lost")
    values = _composed(values)
    if role != "customer_id":
        faults = marked(faults, mask_of(pc.match_substring_regex(values, r"\*\*|^##|^\$\$")), "customer_masked")
        if role in {"email", "phone"}:
            one_form = _one_email if role == "email" else _one_phone
            values = by_distinct(values, lambda distinct: Cells(values=_each(distinct, one_form))).values
    return Cells(values=values, faults=faults)


def names_several_phones(column: pa.Array) -> Mask:
    """Return which cells hold several phones, of which the first is the key."""
    values = read_text(column).values
    found = mask_of(pc.greater(pc.utf8_length(values), 2 * _FEWEST_DIGITS))
    for place in np.flatnonzero(found):
        found[place] = len(_phones(values[int(place)].as_py())) > 1
    return found


def read_word(column: pa.Array, *, place: tuple[str, str]) -> Cells:
    """Read a word by its list in words.toml; a closed list takes no other word."""
    cells = read_text(column)
    codes, is_closed = words().cells[place], place in words().closed

    def read(distinct: pa.Array) -> Cells:
        texts = distinct.to_pylist()
        known = [None if text is None else codes.get(plain(text)) for text in texts]
        unknown = np.array([code is None and text is not None for code, text in zip(known, texts, strict=True)], bool)
        if is_closed:
            return Cells(values=pa.array(known, pa.string()), faults=marked(None, unknown, "word_unknown"))
        kept = [code or (text and text.casefold()) for code, text in zip(known, texts, strict=True)]
        return Cells(values=pa.array(kept, pa.string()))

    return _after(cells, by_distinct(cells.values, read))


def read_flag(column: pa.Array, *, place: tuple[str, str]) -> Cells:
    """Read yes or no, true or false, 1 or 0, in either language; a column may have more words of its own."""
    if pa.types.is_boolean(column.type):
        return Cells(values=column)
    cells = read_text(column)
    own = words().cells.get(place, {})

    def read(distinct: pa.Array) -> Cells:
        texts = distinct.to_pylist()
        flags = [None if text is None else _FLAGS.get(_flag_word(text, own)) for text in texts]
        unknown = np.array([flag is None and text is not None for flag, text in zip(flags, texts, strict=True)], bool)
        return Cells(values=pa.array(flags, pa.bool_()), faults=marked(None, unknown, "flag_unreadable"))

    return _after(cells, by_distinct(cells.values, read))


def read_currency(column: pa.Array) -> Cells:
    """Read a currency's code or sign; the ones met are handed on, for one analysis knows only one."""
    cells = read_text(column)

    def read(distinct: pa.Array) -> Cells:
        texts = [None if text is None else text.upper() for text in distinct.to_pylist()]
        return Cells(values=pa.array(texts, pa.string()), signs=frozenset(text for text in texts if text))

    return _after(cells, by_distinct(cells.values, read))


def _repeats(column: pa.Array) -> bool:
    """Whether its first rows say the same few things again and again, as those of a channel or a category do."""
    first = column.slice(0, _FIRST_ROWS)
    return bool(pc.count_distinct(first).as_py() * 10 <= len(first))


def _flag_word(text: str, own: Mapping[str, str]) -> str:
    """Return `yes` or `no` for what every column of flags or this one takes as such, else nothing."""
    word = text.casefold()
    if word in words().yes:
        return "yes"
    return "no" if word in words().no else own.get(plain(text), "")


def _after(first: Cells, second: Cells) -> Cells:
    """Return the second reading with the first one's faults before its own."""
    faults: Faults | None = second.faults
    if first.faults is not None:
        faults = first.faults if faults is None else np.where(first.faults == 0, faults, first.faults)
    return Cells(values=second.values, faults=faults, days=second.days, signs=second.signs)


def _without_missing(column: pa.Array) -> pa.Array:
    if (pc.min(pc.binary_length(column)).as_py() or 0) > _LONGEST_MISSING:
        return column
    is_missing = pc.is_in(pc.ascii_lower(column), value_set=_missing_words())
    if not pc.any(is_missing).as_py():
        return column
    return pc.if_else(is_missing, pa.scalar(None, pa.string()), column)


@lru_cache(maxsize=1)
def _missing_words() -> pa.Array:
    return pa.array(sorted(words().missing), pa.string())


def _digits(column: pa.Array) -> Cells:
    present = mask_of(column.is_valid())
    numbers = doubles_of(column)
    missing = ~present | np.isnan(numbers)
    whole = np.equal(np.floor(numbers), numbers) & (np.abs(numbers) < _LARGEST_EXACT) & ~missing
    integers = pa.array(np.where(whole, numbers, 0.0).astype(np.int64)).cast(pa.string())
    others = column.cast(pa.string())
    values = pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), pc.if_else(pa.array(whole), integers, others))
    lost = ~missing & (np.abs(numbers) >= _LARGEST_EXACT)
    return Cells(values=values, faults=marked(None, lost, "digits_lost"))


def _scientific(values: pa.Array) -> Mask:
    """Return where a number was written as 1.38E+10: its last digits are gone."""
    # Most ids are letters and digits, which is found out in a third of the time that looking for a plus takes.
    if pc.all(pc.ascii_is_alnum(values), min_count=0).as_py():
        return np.zeros(len(values), dtype=bool)
    suspects = mask_of(pc.match_substring(values, "+"))
    for place in np.flatnonzero(suspects):
        suspects[place] = _SCIENTIFIC.fullmatch(values[int(place)].as_py()) is not None
    return suspects


def _composed(values: pa.Array) -> pa.Array:
    """Return text with letters and their marks as one character: é typed in two ways is one é."""
    if pc.all(pc.string_is_ascii(values), min_count=0).as_py():
        return values
    return pc.utf8_normalize(values, form="NFC")


def _each(distinct: pa.Array, form: Callable[[str], str]) -> pa.Array:
    return pa.array([None if text is None else form(text) for text in distinct.to_pylist()], pa.string())


def _one_email(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _phones(text: str) -> list[str]:
    return [part for part in _SEVERAL.split(text) if sum(letter.isdigit() for letter in part) >= _FEWEST_DIGITS]


def _one_phone(text: str) -> str:
    several = _phones(text)
    text = several[0] if len(several) > 1 else text
    digits = _PHONE_PUNCTUATION.sub("", unicodedata.normalize("NFKC", text))
    national = re.fullmatch(r"(?:\+|00)?86(1[3-9]\d{9})", digits)
    return national[1] if national else re.sub(r"^00(?=\d{8})", "+", digits)
