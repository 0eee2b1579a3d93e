"""Who is left out of a campaign, so that its effect can be measured: drawn by a hash, not by a die.

A hash needs no memory and no order: the same person is drawn whatever file, engine or day the question comes
from, and nobody's draw moves when others join.
"""

from datetime import date

_HEX_DIGITS = 8


def campaign_id(name: str, *, as_of: date) -> str:
    """Return the key of the draw: the campaign's own name, or its month where it has none.

    A hold-out measures only what stays held out: name a campaign that runs past the end of a month.

    >>> campaign_id("spring", as_of=date(2024, 3, 31)), campaign_id("", as_of=date(2024, 3, 31))
    ('spring', '2024-03')
    """
    return name or f"{as_of:%Y-%m}"


def draw_key(seed: int, campaign: str) -> str:
    """Return what stands before the customer_id in the hashed text: `seed:campaign:`."""
    return f"{seed}:{campaign}:"


def held_out_below(share: float) -> str:
    """Return the hexadecimal text below which the first eight digits of md5(seed:campaign:customer_id) hold out.

    Both are lower-case and of one length, so every engine compares them alike, as text.

    >>> held_out_below(0), held_out_below(0.5)
    ('00000000', '80000000')
    """
    return f"{int(share * 16**_HEX_DIGITS):0{_HEX_DIGITS}x}"
