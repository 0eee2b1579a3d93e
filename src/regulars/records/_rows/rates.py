"""Amounts in other currencies, turned into the business's own by the rates that the settings state.

A row's currency is what its currency column says, else the sign or code beside the amount, else the business's own.
Where the column and the sign cannot mean the same (€10 in a row of USD), the row is set aside: nobody knows which.
A sign that several currencies share ($, ¥) means the one of them that the settings name. What has no rate keeps its
sign, which is then an error for the whole file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.core import MONEY
from regulars.records._cells.cells import Cells, Mask, marked, mask_of
from regulars.records._kinds import Kind
from regulars.records._words import words

_RATE = pa.decimal128(18, 10)
_LARGEST = Decimal(10**14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What one unit of each currency is worth in the business's own."""

    own: str
    rates: Mapping[str, Decimal]

    def applied(self, cells: Mapping[str, Cells], kind: Kind) -> dict[str, Cells]:
        """Return the columns of a piece with all its money in one currency, as far as there are rates."""
        found = dict(cells)
        if not self.rates:
            return found
        stated = cells["currency"].values if "currency" in cells else None
        for column in kind.columns:
            if column.role == "money" and column.name in cells:
                found[column.name] = self._converted(cells[column.name], stated)
        if stated is not None:
            found["currency"] = self._renamed(cells["currency"])
        return found

    def _converted(self, money: Cells, stated: pa.Array | None) -> Cells:
        signs = _first_known(stated, money.sign, rows=len(money.values))
        values, faults = money.values, money.faults
        if stated is not None and money.sign is not None:
            faults = marked(faults, self._contradicted(stated, money.sign), "currency_contradicted")
        for sign in pc.unique(signs).drop_null().to_pylist():
            code = self._code(sign)
            if code is None or code == self.own:
                continue
            mask = pc.fill_null(pc.equal(signs, sign), False)  # noqa: FBT003
            worth = pc.multiply(values, pa.scalar(self.rates[code], _RATE)).cast(pa.decimal256(60, 14))
            rounded = pc.round(worth, ndigits=4, round_mode="half_to_even").cast(pa.decimal256(60, 4))
            far = pc.greater_equal(pc.abs(rounded), pa.scalar(_LARGEST, rounded.type))
            kept = pc.if_else(far, pa.scalar(Decimal(0), rounded.type), rounded).cast(MONEY)
            values = pc.if_else(mask, kept, values)
            faults = marked(faults, mask_of(far) & mask_of(mask), "out_of_range")
        left = frozenset(sign for sign in money.signs if self._code(sign) in {None, self.own})
        return replace(money, values=values, faults=faults, signs=left)

    def _contradicted(self, stated: pa.Array, signs: pa.Array) -> Mask:
        """Return the rows whose currency column says one currency and whose sign beside the amount another."""
        found = np.zeros(len(stated), dtype=bool)
        texts = pc.unique(stated).drop_null().to_pylist()
        for sign in pc.unique(signs).drop_null().to_pylist():
            others = pa.array([text for text in texts if not self._agree(text, sign)], pa.string())
            found |= mask_of(pc.and_(pc.equal(signs, sign), pc.is_in(stated, value_set=others)))
        return found

    def _agree(self, one: str, other: str) -> bool:
        codes = {self._code(one), self._code(other)}
        return len(codes) == 1 if None not in codes else bool(_currencies(one) & _currencies(other))

    def _renamed(self, currency: Cells) -> Cells:
        """Return the column of currencies as it is after the change: the business's own wherever there was a rate."""
        codes = {text: self._code(text) for text in pc.unique(currency.values).drop_null().to_pylist()}
        with_rate = [text for text, code in codes.items() if code is not None]
        known = pc.is_in(currency.values, value_set=pa.array(with_rate, pa.string()))
        values = pc.if_else(known, pa.scalar(self.own, pa.string()), currency.values)
        left = frozenset(text for text in currency.signs if text not in with_rate)
        return replace(currency, values=values, signs=left)

    def _code(self, sign: str) -> str | None:
        """Return the one currency of those in the settings that a sign or code can mean."""
        meant = _currencies(sign) & {self.own, *self.rates}
        return next(iter(meant)) if len(meant) == 1 else None


def _currencies(sign: str) -> frozenset[str]:
    return words().currencies.get(sign, frozenset({sign}))


def _first_known(first: pa.Array | None, second: pa.Array | None, *, rows: int) -> pa.Array:
    known = [each for each in (first, second) if each is not None]
    return pc.coalesce(*known) if known else pa.nulls(rows, pa.string())
