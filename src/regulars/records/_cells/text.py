"""Text in cells: ids, words, flags. Blanks and export marks around a value go; words for "nothing" become nothing."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.records._cells import contacts
from regulars.records._cells.cells import Cells, Faults, Mask, by_distinct, doubles_of, marked, mask_of
from regulars.records._words import Silence, plain, words

FIRST_OF_SEVERAL: Mapping[str, str] = {"phone": "first_of_several_phones", "email": "first_of_several_emails"}
"""The code of rows whose key is the first of several in the cell, by what the key is."""

_LARGEST_EXACT = 2.0**53
_SILENCES: Mapping[str, Silence] = {
    **dict.fromkeys(("name", "nickname", "address", "text", "aspect", "event", "plan", "arm", "source"), "text"),
    **dict.fromkeys(("channel", "acquisition_channel", "category"), "text"),
    "region": "region",
}
_FLAGS = {"yes": True, "no": False}
_LONGEST_MISSING = max(len(word.encode()) for said in words().missing.values() for word in said)
_MARK = r"^['`]+|^=\"(.*)\"$"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_EDGE = r"[\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}\x{2066}-\x{2069}\x{FEFF}\x{00AD}]+"
_INVISIBLE = rf"^(?:\s*{_EDGE})+|(?:{_EDGE}\s*)+$"
_LONGEST_SINGLE = {"phone": 14, "email": 6}
"""Cells no longer than this hold one phone or one address at most."""
_FIRST_ROWS = 1_000
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Without a mark or a sign it is a number like 12E34, which may be an id. In the dialect of Arrow.
_SCIENTIFIC = r"^[+-]?\d+(?:[.,]\d+\s*(?:[eE][+-]?|[xX×*]\s*10\s*\^?\s*[+-]?)\s*|\s*[eE]\+\s*)\d+$"
_POINT_ZERO = r"^(\d+)\.0$"
_BYTES = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
_CHINESE_MOBILE = r"(?:\+|00)?86(1[3-9]\d{9})"
_BARE_PHONE = r"^\+?[0-9]+$"
_PHONE_PUNCTUATION = re.compile(r"[\s().\-/]+")


def tidy(column: pa.Array, *, silence: Silence = "any") -> Cells:
    """Return text without what exports put around it, and nothing where it says nothing.

    Blanks (also full-width ones), a leading ' or `, and ="…" go; NULL, N/A, -, 无 and their like are missing, by
    the list that `silence` names. Gone are also marks that nobody sees, such as those for the direction of writing
    around a phone number copied from a list of contacts. Control characters and undecodable bytes are faults.
    """
    ordinary = pc.ascii_is_alnum(column)
    if column.null_count == 0 and pc.all(ordinary, min_count=0).as_py():
        return Cells(values=_without_missing(column, silence))
    faults = None
    if not pc.all(pc.ascii_is_printable(column), min_count=0).as_py():
        faults = marked(faults, mask_of(pc.match_substring_regex(column, _CONTROL)), "control_characters")
        faults = marked(faults, mask_of(pc.match_substring(column, _REPLACEMENT)), "bytes_unreadable")
        if pc.any(pc.match_substring_regex(column, _INVISIBLE)).as_py():
            column = pc.replace_substring_regex(column, _INVISIBLE, "")
    trimmed = pc.utf8_trim_whitespace(column)
    if any(pc.any(pc.starts_with(trimmed, mark)).as_py() for mark in "'`="):
        trimmed = pc.utf8_trim_whitespace(pc.replace_substring_regex(trimmed, _MARK, r"\1"))
    return Cells(values=_without_missing(trimmed, silence), faults=faults)


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


def read_text(column: pa.Array, *, silence: Silence = "any") -> Cells:
    """Read text of any type: a whole number keeps its digits and gets no '.0', unless they were already lost."""
    if pa.types.is_floating(column.type):
        return _digits(column)
    if pa.types.is_dictionary(column.type):
        return tidy(as_text(column.dictionary), silence=silence).take(column.indices)
    text = as_text(column)
    return by_distinct(text, partial(tidy, silence=silence)) if _repeats(text) else tidy(text, silence=silence)


def silence_of(name: str) -> Silence:
    """Return which words say nothing in the column of this name: a Nan is a person, but no number."""
    return _SILENCES.get(name, "any")


def read_id(column: pa.Array) -> Cells:
    """Read the number of an order, a product, a campaign: one that lost its last digits is none."""
    cells = read_text(column)
    if _is_plain(cells.values):
        return cells
    values = _one_form(cells.values)
    return Cells(values=_whole(values), faults=marked(cells.faults, _scientific(values), "digits_lost"))


def read_key(column: pa.Array, *, role: str, silence: Silence | None = None) -> Cells:
    """Read whose row it is. E-mails and phones are brought to one form; masked or encrypted ones name nobody.

    Of several phones or addresses in a cell the first is taken.
    """
    cells = read_text(column, silence=silence or silence_of(role))
    is_plain = _is_plain(cells.values)
    values = cells.values if is_plain else _one_form(cells.values)
    faults = marked(cells.faults, ~mask_of(values.is_valid()), "customer_missing")
    faults = faults if is_plain else marked(faults, _scientific(values), "digits_lost")
    if role == "customer_id":
        return Cells(values=values if is_plain else _whole(values), faults=faults)
    faults = marked(faults, mask_of(pc.match_substring_regex(values, r"\*\*|^##|^\$\$")), "customer_masked")
    if role in _FORMS:
        found = by_distinct(values, _FORMS[role])
        values, faults = found.values, faults if found.faults is None else _earlier(faults, found.faults)
    return Cells(values=values, faults=faults)


def names_several(column: pa.Array, *, role: str) -> Mask:
    """Return which cells hold several phones, or several addresses, of which the first is the key."""
    values = read_text(column).values
    found = mask_of(pc.greater(pc.utf8_length(values), _LONGEST_SINGLE[role]))
    if role == "email":
        found &= mask_of(pc.greater(pc.count_substring_regex(values, "[@＠]"), 1))
    cut = contacts.phones if role == "phone" else contacts.emails
    for place in np.flatnonzero(found):
        found[place] = len(set(cut(values[int(place)].as_py()))) > 1
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
    faults = first.faults if second.faults is None else _earlier(first.faults, second.faults)
    return Cells(values=second.values, faults=faults, days=second.days, signs=second.signs)


def _earlier(first: Faults | None, second: Faults) -> Faults:
    return second if first is None else np.where(first == 0, second, first)


def _without_missing(column: pa.Array, silence: Silence) -> pa.Array:
    if (pc.min(pc.binary_length(column)).as_py() or 0) > _LONGEST_MISSING:
        return column
    said = pc.ascii_lower(column) if silence == "any" else column
    is_missing = pc.is_in(said, value_set=_missing_words(silence))
    if not pc.any(is_missing).as_py():
        return column
    return pc.if_else(is_missing, pa.scalar(None, pa.string()), column)


@lru_cache
def _missing_words(silence: Silence) -> pa.Array:
    return pa.array(sorted(words().missing[silence]), pa.string())


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
    return mask_of(pc.match_substring_regex(values, _SCIENTIFIC))


def _is_plain(values: pa.Array) -> bool:
    """Whether ids are nothing but letters and digits, as most are: sooner found out than all that would mar one."""
    return bool(pc.all(pc.ascii_is_alnum(values), min_count=0).as_py())


def _one_form(values: pa.Array) -> pa.Array:
    """Return text in one spelling: é typed in two ways is one é, and a full-width digit is a digit."""
    if pc.all(pc.string_is_ascii(values), min_count=0).as_py():
        return values
    return pc.utf8_trim_whitespace(pc.utf8_normalize(values, form="NFKC"))


def _whole(values: pa.Array) -> pa.Array:
    """Return numbers without the '.0' of a program that took them for decimals: only if all with a point are such.

    So 1007.0 is 1007, but 1.0 stays what it is beside 1.5 or v1.0.
    """
    pointed = values.filter(pc.fill_null(pc.match_substring(values, "."), False))  # noqa: FBT003
    if not len(pointed) or not pc.all(pc.match_substring_regex(pointed, _POINT_ZERO)).as_py():
        return values
    return pc.replace_substring_regex(values, _POINT_ZERO, r"\1")


def _each(distinct: pa.Array, form: Callable[[str], str]) -> pa.Array:
    return pa.array([None if text is None else form(text) for text in distinct.to_pylist()], pa.string())


def _emails(distinct: pa.Array) -> Cells:
    return Cells(values=_each(distinct, lambda text: next(iter(contacts.emails(text)), text.strip().casefold())))


def _phones(distinct: pa.Array) -> Cells:
    # A number that is nothing but digits is one, and whole: a tenth of the time that reading it letter by letter takes.
    bare = pc.fill_null(pc.match_substring_regex(distinct, _BARE_PHONE), False)  # noqa: FBT003
    forms = pc.replace_substring_regex(distinct, f"^{_CHINESE_MOBILE}$", r"\1")
    forms = pc.replace_substring_regex(forms, r"^00(\d{8})", r"+\1")
    written = [
        None if text is None else contacts.phones(text)[0] for text in distinct.filter(pc.invert(bare)).to_pylist()
    ]
    lost = np.zeros(len(distinct), dtype=bool)
    lost[~mask_of(bare)] = [text is not None and contacts.lost_digits(text) for text in written]
    forms = pc.replace_with_mask(forms, pc.invert(bare), _each(pa.array(written, pa.string()), _one_phone))
    return Cells(values=forms, faults=marked(None, lost, "digits_lost"))


_FORMS: Mapping[str, Callable[[pa.Array], Cells]] = {"email": _emails, "phone": _phones}


def _one_phone(text: str) -> str:
    digits = _PHONE_PUNCTUATION.sub("", text)
    national = re.fullmatch(_CHINESE_MOBILE, digits)
    return national[1] if national else re.sub(r"^00(?=\d{8})", "+", digits)
