"""What is said of a person that nobody can be known or reached by: the row counts, and it is told aloud.

In profiles, and in the keys of all other records.

A phone that lost its digits, an address without an @, a birth date in the future. What a service hides on purpose
(186******05) is no mistake of the file, and not among them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.records._cells import contacts
from regulars.records._cells.cells import Cells, Faults, Mask, doubles_of, mask_of
from regulars.records._cells.masking import masked
from regulars.records._cells.text import as_text
from regulars.records._formats.texts import Piece
from regulars.records._recognition.headers import Layout
from regulars.records._results import Refused

_LONGEST = 60
_PLAIN_EMAIL = r"^[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$"
_PLAIN_PHONE = r"^\+?(?:[ ().-]*\d){7,15}$"
_PLAIN_DAY = r"^(?:19|20)\d\d(?:-|/)?(?:0[1-9]|1[0-2])(?:-|/)?(?:0[1-9]|1\d|2[0-8])$"
_ONE_DIGIT = "|".join(rf"(?:\D*{digit})+\D*" for digit in range(10))


@dataclass(slots=True)
class Unusable:
    """Of the accepted rows: how many have such a value at all, and of each code how many, and the first of them."""

    rows: int = 0
    told: dict[str, Refused] = field(default_factory=dict)

    def add(self, found: Mapping[str, Mask], faults: Faults | None, piece: Piece, layout: Layout) -> None:
        """Count what was found (by identity column, that of keys too) in rows that have no fault."""
        everywhere: Mask | None = None
        for name, mask in found.items():
            kept = mask if faults is None else mask & (faults == 0)
            everywhere = kept if everywhere is None else everywhere | kept
            if kept.any():
                self._add(name, kept, piece, layout)
        self.rows += 0 if everywhere is None else int(np.count_nonzero(everywhere))

    def _add(self, name: str, kept: Mask, piece: Piece, layout: Layout) -> None:
        code = f"{name}_unusable"
        rows, known = int(np.count_nonzero(kept)), self.told.get(code)
        if known is not None:
            self.told[code] = replace(known, rows=known.rows + rows)
            return
        sources, first = layout.sources(), int(np.flatnonzero(kept)[0])
        place = sources.get(name, sources["customer_id"])
        value = (as_text(piece.columns[place].slice(first, 1))[0].as_py() or "").partition(contacts.NAMED)[0]
        self.told[code] = Refused(
            rows=rows,
            line=int(piece.lines[first]),
            column=layout.headers[place].strip(),
            example=masked(value[:_LONGEST]),
        )


def without_unusable(
    cells: Mapping[str, Cells], *, key_role: str, today: date
) -> tuple[dict[str, Cells], dict[str, Mask]]:
    """Return the columns of profiles with births that cannot be left empty, and where such values stand, by column."""
    found: dict[str, Mask] = {}
    kept = dict(cells)
    for name, cell in cells.items():
        # Where an address says whose profile it is, its column is mostly that of the address too.
        role = key_role if name == "customer_id" and key_role not in cells else name
        if role == "birth_year":
            found[name] = _no_years(cell, today)
            kept[name] = Cells(values=_emptied(cell.values, found[name]))
        elif role in _ARE_UNUSABLE:
            found[role] = _spread(cell.values, partial(_ARE_UNUSABLE[role], today=today))
        if (
            name in found and role == "birth_date" and found[name].any()
        ):  # what is not read stays for a person to look at; a day to come would be read
            kept[name] = replace(
                cell, values=_emptied(cell.values, _spread(cell.values, partial(_to_come, today=today)))
            )
    return kept, {name: mask for name, mask in found.items() if mask.any()}


def unusable_keys(keys: Cells, *, key_role: str, sorts: Mapping[str, Mask], today: date) -> dict[str, Mask]:
    """Return which rows have a phone or an address for their key that is none, by what it should be.

    `sorts` says of which sort each key is, where they are of several; else all are of `key_role`.
    """
    found: dict[str, Mask] = {}
    for role in ("email", "phone"):
        mine = sorts.get(role)
        if (sorts or role != key_role) and (mine is None or not mine.any()):
            continue
        own = keys.values if mine is None else pc.if_else(pa.array(mine), keys.values, pa.scalar(None, pa.string()))
        found[role] = _spread(own, partial(_bare, judge=partial(_ARE_UNUSABLE[role], today=today)))
    return {role: mask for role, mask in found.items() if mask.any()}


def _bare(keys: pa.Array, *, judge: Callable[[pa.Array], Mask]) -> Mask:
    """Judge keys without the names that stand behind them."""
    if not pc.any(pc.match_substring(keys, contacts.NAMED)).as_py():
        return judge(keys)
    return judge(pc.replace_substring_regex(keys, f"(?s){contacts.NAMED}.*$", ""))


def _no_years(cell: Cells, today: date) -> Mask:
    years = doubles_of(cell.values)
    is_read = mask_of(cell.values.is_valid()) & ((years < contacts.OLDEST) | (years > today.year))
    return is_read if cell.faults is None else is_read | (cell.faults != 0)


def _emptied(values: pa.Array, mask: Mask) -> pa.Array:
    return pc.if_else(pa.array(mask), pa.scalar(None, values.type), values) if mask.any() else values


def _spread(values: pa.Array, judge: Callable[[pa.Array], Mask]) -> Mask:
    """Judge each distinct value once; an empty cell says nothing wrong."""
    encoded = values.dictionary_encode()
    if not len(encoded.dictionary):
        return np.zeros(len(values), dtype=bool)
    return mask_of(pa.array(judge(encoded.dictionary)).take(encoded.indices))


def _emails(values: pa.Array, *, today: date) -> Mask:
    return _of_the_rest(values, pc.match_substring_regex(values, _PLAIN_EMAIL), lambda text: not contacts.emails(text))


def _phones(values: pa.Array, *, today: date) -> Mask:
    is_plain = pc.and_not(
        pc.match_substring_regex(values, _PLAIN_PHONE), pc.match_substring_regex(values, f"^(?:{_ONE_DIGIT})$")
    )
    return _of_the_rest(values, is_plain, lambda text: not (contacts.has_phone(text) or contacts.emails(text)))


def _births(values: pa.Array, *, today: date) -> Mask:
    """Whether each is no day, or a day to come."""
    last = today.strftime("%Y%m%d")
    is_plain = pc.match_substring_regex(values, _PLAIN_DAY)
    digits = pc.if_else(is_plain, pc.replace_substring_regex(values, r"\D", ""), pa.scalar(None, pa.string()))
    is_plain = pc.and_(is_plain, pc.fill_null(pc.less_equal(digits, last), False))  # noqa: FBT003
    return _of_the_rest(values, is_plain, lambda text: not "" < (contacts.day_of_birth(text) or "") <= last)


def _to_come(values: pa.Array, *, today: date) -> Mask:
    last, bad = today.strftime("%Y%m%d"), _births(values, today=today)
    rest = np.flatnonzero(bad)
    bad[rest] = [(contacts.day_of_birth(text) or "") > last for text in values.take(pa.array(rest)).to_pylist()]
    return bad


_ARE_UNUSABLE: Mapping[str, Callable[..., Mask]] = {"email": _emails, "phone": _phones, "birth_date": _births}


def _of_the_rest(values: pa.Array, is_plain: pa.Array, is_bad: Callable[[str], bool]) -> Mask:
    """Ask of every value that is not plainly good, and hides nothing, whether it is bad."""
    bad = np.zeros(len(values), dtype=bool)
    rest = np.flatnonzero(~mask_of(is_plain))
    texts = values.take(pa.array(rest)).to_pylist()
    bad[rest] = [text is not None and not contacts.is_hidden(text) and is_bad(text) for text in texts]
    return bad
