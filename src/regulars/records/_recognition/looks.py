"""What do the values of a column look like? Asked of its first rows, and only where its header is not known."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from regulars.records._cells.decimals import Amount, Marks, amount_of
from regulars.records._cells.masking import masked
from regulars.records._cells.personal import looks_like_person
from regulars.records._cells.text import as_text, tidy
from regulars.records._cells.time_text import UNREADABLE, as_written, moment_of

What = Literal["nothing", "time", "email", "phone", "money", "number", "code", "text"]

ROWS_LOOKED_AT = 200
_FEW = 4
"""Of fewer values every one has to look so; of more, one, or one in ten, may not."""
_EXAMPLES = 3
_WITH_CENTS = re.compile(r"\d[.,]\d{2}\D*$")
_CODE = re.compile(r"(?=.*\d)[\w#./-]{1,40}")
_HIGHEST_RATING = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the first values of a column look like.

    `is_rating`: whole numbers from 0 to 10; `is_repeated`: some value stands in more than one row;
    `examples`: a few different values, masked.
    """

    what: What
    is_rating: bool = False
    is_repeated: bool = False
    examples: tuple[str, ...] = ()


def look_of(column: pa.Array) -> Look:
    """Return what the first values of a column look like; what is not mostly of one kind is text."""
    if pa.types.is_nested(column.type):
        return Look(what="text")
    texts = tidy(as_text(column.slice(0, ROWS_LOOKED_AT))).values.drop_null().to_pylist()
    distinct = list(dict.fromkeys(texts))
    if not distinct:
        return Look(what="nothing")
    amounts = [amount_of(text, Marks()) for text in distinct]
    return Look(
        what="time" if pa.types.is_temporal(column.type) else _what(distinct, amounts),
        is_rating=all(_is_rating(amount) for amount in amounts),
        is_repeated=len(distinct) < len(texts),
        examples=tuple(masked(as_written(text)) for text in distinct[:_EXAMPLES]),
    )


def _what(distinct: list[str], amounts: list[Amount]) -> What:
    people = pa.array(distinct, pa.string())
    is_person = looks_like_person(people)
    has_at = pc.match_substring(people, "@")
    if _mostly(distinct, lambda text: moment_of(text).fault != UNREADABLE):
        return "time"
    if _mostly(pc.and_(is_person, has_at).to_pylist(), bool):
        return "email"
    if _mostly(pc.and_not(is_person, has_at).to_pylist(), bool):
        return "phone"
    if _mostly(amounts, lambda amount: amount.fault != "unreadable"):
        is_money = any(amount.signs for amount in amounts) or _mostly(
            distinct, lambda text: _WITH_CENTS.search(text) is not None
        )
        return "money" if is_money else "number"
    return "code" if _mostly(distinct, lambda text: _CODE.fullmatch(text) is not None) else "text"


def _mostly(items: Iterable[object], holds: Callable[..., bool]) -> bool:
    found = [holds(item) for item in items]
    allowed = max(1, len(found) // 10) if len(found) >= _FEW else 0
    return len(found) - sum(found) <= allowed


def _is_rating(amount: Amount) -> bool:
    value = amount.value
    return value is not None and not amount.signs and value == int(value) and 0 <= value <= _HIGHEST_RATING
