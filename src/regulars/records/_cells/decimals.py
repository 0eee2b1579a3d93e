"""Money and numbers. An amount that could be read in two ways is not read at all until something decides it.

The rule. `1,234.50`, `1.234,50`, `1 234,50`, `12.5`, `0.125`, `1,234,567` have one reading each and are taken.
One mark with one to three digits before it (the first not 0) and exactly three after it (`25,000`, `1.000`) has two.
It is decided by `decimal_mark` in the settings, which every value of the column must then obey; else by the column
itself, if other values of it prove one decimal mark and none proves the other; else the row is set aside.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.core import MONEY
from regulars.records._cells.cells import Cells, Faults, Mask, by_distinct, doubles_of, integers_of, marked, mask_of
from regulars.records._cells.text import as_text, tidy
from regulars.records._words import words

AMBIGUOUS = "ambiguous"
_LARGEST = 10**14
_STEP = Decimal("0.0001")
_GROUPED = {
    mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}") for mark in (".", ",")
}
_SPACED = re.compile(r"\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d+)?")
_TWO_READINGS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_PLAIN = r"^-?\d{1,13}$"
_PLAIN_WITH_POINT = r"^-?\d{1,13}(?:\.(?:\d{1,2}|\d{4,20}))?$"
_PLAIN_POINT_PROVEN = r"^-?\d{1,13}(?:\.\d{1,20})?$"
_WIDE = pa.decimal128(34, 20)
_EXPONENT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What is known of a column's decimal mark: `stated` by the settings, or `proven` by the column."""

    stated: str | None = None
    proven: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One amount as read: the value, or the fault; the signs of money around it; the decimal mark that it proves."""

    value: Decimal | None = None
    fault: str = ""
    signs: frozenset[str] = frozenset()
    proof: str | None = None


def read_money(column: pa.Array, marks: Marks) -> Cells:
    """Read amounts of money of any type into DECIMAL(18, 4), half to even."""
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return _money_of_numbers(column)
    if pa.types.is_decimal(kind):
        return _money_of_decimals(column)
    return by_distinct(as_text(column), lambda distinct: _money_of_text(distinct, marks))


def read_number(column: pa.Array, marks: Marks) -> Cells:
    """Read numbers of any type; not-a-number is missing, infinity is out of range."""
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_decimal(column.type):
        numbers = doubles_of(column)
        missing = ~mask_of(column.is_valid()) | np.isnan(numbers)
        return Cells(values=pa.array(numbers, mask=missing), faults=marked(None, np.isinf(numbers), "out_of_range"))
    return by_distinct(as_text(column), lambda distinct: _numbers_of_text(distinct, marks))


def read_year(column: pa.Array) -> Cells:
    """Read a year of birth: a whole number from 1850 to 2100."""
    cells = read_number(column, Marks(stated="."))
    numbers = doubles_of(cells.values)
    missing = ~mask_of(cells.values.is_valid())
    bad = ~missing & ((numbers != np.floor(numbers)) | (numbers < 1850) | (numbers > 2100))
    whole = np.where(bad | missing, 0.0, numbers).astype(np.int64)
    return Cells(values=pa.array(whole, mask=missing), faults=marked(cells.faults, bad, "out_of_range"))


def proofs(column: pa.Array) -> set[str]:
    """Return the decimal marks that the values of a text column prove: none, one or (a contradiction) both."""
    distinct = pc.unique(tidy(as_text(column)).values.drop_null())
    telling = distinct.filter(pc.match_substring_regex(distinct, r"[.,]"))
    with_point = pc.match_substring_regex(telling, r"^-?\d+\.(?:\d{1,2}|\d{4,})$")
    found = {"."} if pc.any(with_point).as_py() else set()
    rest = telling.filter(pc.invert(with_point)).to_pylist()
    return found | {proof for text in rest if (proof := amount_of(text, Marks()).proof)}


@lru_cache(maxsize=65536)
def amount_of(text: str, marks: Marks) -> Amount:
    """Read one amount as people write it: signs of money, thousands marks, minus before or after, or parentheses.

    >>> amount_of("(¥1,234.50)", Marks()).value, amount_of("25,000", Marks()).fault
    (Decimal('-1234.5000'), 'ambiguous')
    """
    bare, signs, is_negative, factor = _bare(unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").strip())
    if bare is None:
        return Amount(fault="unreadable")
    digits, fault, proof = _decimal(bare, marks)
    if digits is None:
        return Amount(fault=fault)
    value = Decimal(digits) * factor if factor != 1 else Decimal(digits)
    if value >= _LARGEST:
        return Amount(fault="out_of_range")
    value = value.quantize(_STEP, rounding=ROUND_HALF_EVEN)
    return Amount(value=-value if is_negative else value, signs=signs, proof=proof)


def money_array(units: NDArray[np.int64], missing: Mask | None = None) -> pa.Array:
    """Return amounts counted in ten-thousandths as an Arrow column of money."""
    words64 = np.empty((len(units), 2), dtype=np.int64)
    words64[:, 0] = units
    words64[:, 1] = units >> 63
    valid = None
    if missing is not None and missing.any():
        valid = pa.py_buffer(np.packbits(~missing, bitorder="little").tobytes())
    return pa.Array.from_buffers(MONEY, len(units), [valid, pa.py_buffer(words64)])


def _money_of_numbers(column: pa.Array) -> Cells:
    missing = ~mask_of(column.is_valid())
    if pa.types.is_integer(column.type):
        whole = integers_of(column.cast(pa.int64(), safe=False))
        # An unsigned number beyond int64 turns negative; comparing as doubles finds it.
        bad = np.abs(doubles_of(column)) >= _LARGEST
        return Cells(
            values=money_array(np.where(bad, 0, whole) * 10_000, missing), faults=marked(None, bad, "out_of_range")
        )
    numbers = doubles_of(column)
    missing |= np.isnan(numbers)
    bad = ~missing & ~(np.abs(numbers) < _LARGEST)
    kept = np.where(bad | missing, 0.0, numbers) if bad.any() or missing.any() else numbers
    units = np.rint(kept * 10_000).astype(np.int64)
    return Cells(values=money_array(units, missing), faults=marked(None, bad, "out_of_range"))


def _money_of_decimals(column: pa.Array) -> Cells:
    kind = column.type
    if kind.scale <= 4 and kind.precision - kind.scale <= 14:
        return Cells(values=column.cast(MONEY))
    wide = column.cast(pa.decimal256(76, max(kind.scale, 4)))
    rounded = pc.round(wide, ndigits=4, round_mode="half_to_even").cast(pa.decimal256(76, 4))
    bad = mask_of(pc.greater_equal(pc.abs(rounded), pa.scalar(Decimal(_LARGEST), rounded.type)))
    kept = pc.if_else(pa.array(bad), pa.scalar(Decimal(0), rounded.type), rounded)
    return Cells(values=kept.cast(MONEY), faults=marked(None, bad, "out_of_range"))


def _money_of_text(distinct: pa.Array, marks: Marks) -> Cells:
    cells = tidy(distinct)
    plain = _plain(cells.values, marks)
    exact = pc.if_else(plain, cells.values, pa.scalar(None, pa.string())).cast(_WIDE)
    quick = pc.round(exact, ndigits=4, round_mode="half_to_even").cast(MONEY)
    rest = np.flatnonzero(mask_of(cells.values.is_valid()) & ~mask_of(plain))
    if not len(rest):
        return Cells(values=quick, faults=cells.faults)
    amounts = [amount_of(text, marks) for text in cells.values.take(pa.array(rest)).to_pylist()]
    values = _placed(quick, rest, pa.array([amount.value for amount in amounts], MONEY))
    faults = _amount_faults(cells.faults, rest, amounts, len(quick), "money")
    signs = frozenset().union(*(amount.signs for amount in amounts))
    if not signs:
        return Cells(values=values, faults=faults)
    own = pa.array([min(amount.signs, default=None) for amount in amounts], pa.string())
    sign = _placed(pa.nulls(len(quick), pa.string()), rest, own)
    return Cells(values=values, faults=faults, signs=signs, sign=sign)


def _numbers_of_text(distinct: pa.Array, marks: Marks) -> Cells:
    cells = tidy(distinct)
    plain = _plain(cells.values, marks)
    quick = pc.if_else(plain, cells.values, pa.scalar(None, pa.string())).cast(pa.float64())
    rest = np.flatnonzero(mask_of(cells.values.is_valid()) & ~mask_of(plain))
    if not len(rest):
        return Cells(values=quick, faults=cells.faults)
    amounts = [_number_of(text, marks) for text in cells.values.take(pa.array(rest)).to_pylist()]
    read = [None if amount.value is None else float(amount.value) for amount in amounts]
    faults = _amount_faults(cells.faults, rest, amounts, len(quick), "number")
    return Cells(values=_placed(quick, rest, pa.array(read, pa.float64())), faults=faults)


def _number_of(text: str, marks: Marks) -> Amount:
    if _EXPONENT.fullmatch(text):
        value = float(text)
        return Amount(value=Decimal(value)) if abs(value) < float(_LARGEST) else Amount(fault="out_of_range")
    bare = text[1:] if text[0] in "+-" else text
    digits, fault, _ = _decimal(unicodedata.normalize("NFKC", bare), marks)
    if digits is None:
        return Amount(fault=fault)
    return Amount(value=-Decimal(digits) if text[0] == "-" else Decimal(digits))


def _plain(values: pa.Array, marks: Marks) -> pa.Array:
    if marks.stated == ",":
        return pc.match_substring_regex(values, _PLAIN)
    point = "." in {marks.stated, marks.proven}
    return pc.match_substring_regex(values, _PLAIN_POINT_PROVEN if point else _PLAIN_WITH_POINT)


def _placed(quick: pa.Array, places: NDArray[np.int64], values: pa.Array) -> pa.Array:
    mask = np.zeros(len(quick), dtype=bool)
    mask[places] = True
    return pc.replace_with_mask(quick, pa.array(mask), values)


def _amount_faults(
    faults: Faults | None, places: NDArray[np.int64], amounts: list[Amount], rows: int, what: str
) -> Faults | None:
    for fault, reason in (
        ("unreadable", f"{what}_unreadable"),
        (AMBIGUOUS, f"{what}_ambiguous"),
        ("out_of_range", "out_of_range"),
    ):
        mask = np.zeros(rows, dtype=bool)
        mask[places] = [amount.fault == fault for amount in amounts]
        faults = marked(faults, mask, reason)
    return faults


def _bare(text: str) -> tuple[str | None, frozenset[str], bool, int]:
    """Return the digits and marks of an amount, the signs of money around it, whether it is below zero, its factor."""
    negatives, signs, factor = 0, set(), 1
    if text.startswith("(") and text.endswith(")"):
        negatives, text = 1, text[1:-1].strip()
    for _ in range(6):
        sign = _sign_at(text, at_end=False) or _sign_at(text, at_end=True)
        if text[:1] in {"-", "+"} or (text[-1:] == "-" and len(text) > 1):
            negatives += text[0] == "-" or text[-1] == "-"
            text = (text[:-1] if text[0] not in "-+" else text[1:]).strip()
        elif text.startswith("(") and text.endswith(")"):
            negatives, text = negatives + 1, text[1:-1].strip()
        elif text.endswith("万"):
            factor, text = factor * 10_000, text[:-1].strip()
        elif sign and sign != text:
            signs.add(sign)
            text = (text.removeprefix(sign) if text.startswith(sign) else text.removesuffix(sign)).strip()
        else:
            break
    if negatives > 1 or factor > 10_000 or not text or not (text[0].isdigit() or text[0] in ".,"):
        return None, frozenset(), False, 1
    return text, frozenset(signs), negatives == 1, factor


def _sign_at(text: str, *, at_end: bool) -> str | None:
    known = [sign for sign in _signs() if (text.endswith(sign) if at_end else text.startswith(sign))]
    if known:
        return known[0]
    code = re.search(r"[A-Z]{3}$", text) if at_end else re.match(r"[A-Z]{3}(?![A-Za-z])", text)
    return code[0] if code else None


@lru_cache(maxsize=1)
def _signs() -> tuple[str, ...]:
    return tuple(sorted(words().currencies, key=len, reverse=True))


def _decimal(text: str, marks: Marks) -> tuple[str | None, str, str | None]:
    """Return bare digits as Python reads them, or the fault; and the decimal mark which the text proves."""
    if _SPACED.fullmatch(text):
        text = re.sub("[ '’]", "", text)
        mark = next((mark for mark in ".," if mark in text), None)
        fits = marks.stated in {None, mark} or mark is None
        return (text.replace(",", "."), "", mark) if fits else (None, "unreadable", None)
    if not re.fullmatch(r"[0-9.,]*[0-9][0-9.,]*", text):
        return None, "unreadable", None
    if marks.stated is not None:
        digits = _with_mark(text, marks.stated)
        return digits, "" if digits else "unreadable", None
    if _TWO_READINGS.fullmatch(text):
        digits = _with_mark(text, marks.proven) if marks.proven else None
        return digits, "" if digits else AMBIGUOUS, None
    readings = {mark: digits for mark in ".," if (digits := _with_mark(text, mark))}
    if len(set(readings.values())) != 1:
        return None, "unreadable", None
    return next(iter(readings.values())), "", next(iter(readings)) if len(readings) == 1 else None


def _with_mark(text: str, mark: str) -> str | None:
    """Return the digits if this is the decimal mark, the other one grouping thousands; None if that cannot be."""
    other = "," if mark == "." else "."
    whole, _, fraction = text.partition(mark)
    if mark in fraction or other in fraction:
        return None
    if other in whole:
        if not _GROUPED[other].fullmatch(whole) or whole[0] == "0":
            return None
        whole = whole.replace(other, "")
    return f"{whole or '0'}.{fraction or '0'}"
