"""How a value that was set aside may be shown: its shape, and nothing that says whose it is."""

import re

_SHOWN = 40


def masked(value: str) -> str:
    """Return the shape of a value: digits become #, letters x; what is neither stays, for it is what went wrong.

    >>> masked("ana@example.com"), masked("25,000"), masked("2024-13-45"), masked("张三")
    ('xxx@xxxxxxx.xxx', '##,###', '####-##-##', 'xx')
    """
    shape = re.sub(r"\d", "#", value)
    shape = "".join(letter if letter == "#" or not letter.isalnum() else "x" for letter in shape)
    shape = "".join(letter if letter.isprintable() else "?" for letter in shape)
    return shape if len(shape) <= _SHOWN else shape[: _SHOWN - 1] + "…"
