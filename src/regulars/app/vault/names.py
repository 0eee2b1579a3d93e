"""Finding people by a part of their name without keeping the name: keyed fingerprints of pairs of letters.

Two letters at a time, for two Chinese characters are a whole name and trigrams find none. What the index gives away is
how often each pair of letters occurs, not which pair it is.
"""

import unicodedata
from collections.abc import Iterable

from regulars.app.vault.keys import fingerprint

FEWEST_LETTERS = 2
_TOKEN_BYTES = 5


def plain(text: str) -> str:
    """Return a text as it is searched: one form of each letter, small, single blanks.

    >>> plain("  ＡＮＡ   María ")
    'ana maría'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def pairs(text: str) -> list[str]:
    """Return the pairs of neighbouring letters of a text, in order.

    >>> pairs("Ana"), pairs("王秀英")
    (['an', 'na'], ['王秀', '秀英'])
    """
    letters = plain(text)
    return [letters[place : place + 2] for place in range(len(letters) - 1)]


def tokens(key: bytes, names: Iterable[str]) -> str:
    """Return the index's words for some names; between two names stands a word that no search asks for."""
    return " - ".join(
        " ".join(fingerprint(key, pair, size=_TOKEN_BYTES).hex() for pair in pairs(name)) for name in names
    )


def phrase(key: bytes, wanted: str) -> str:
    """Return the search for names that contain the text: its pairs, one after the other."""
    return '"' + tokens(key, [wanted]) + '"'
