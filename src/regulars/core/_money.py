"""Money is decimal: sums of doubles differ from run to run with two threads, sums of decimals do not."""

from decimal import ROUND_HALF_EVEN, Decimal

import pyarrow as pa

MONEY = pa.decimal128(18, 4)
"""The Arrow type of every recorded amount and of every sum of amounts."""

MONEY_SQL = "DECIMAL(18, 4)"
"""The same type in SQL."""

_STEP = Decimal("0.0001")


def to_money(amount: Decimal | int | str) -> Decimal:
    """Return the amount with exactly four decimals, half to even.

    >>> to_money("12.34565")
    Decimal('12.3456')
    """
    return Decimal(amount).quantize(_STEP, rounding=ROUND_HALF_EVEN)
