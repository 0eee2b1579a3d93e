"""In which language is a text? By its script, which is enough to choose a lexicon and the words of a reply.

A Han character and a word of Latin letters each count as one, and so does a letter of any other script. What makes up
the most decides, but Han does not speak for Chinese where there is kana beside it (a fifth of the two or more): that is
Japanese, and `other`. Every text in Latin letters is taken for English; scripts cannot tell it from French.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LANGUAGES = ("zh", "en", "other", "unknown")
"""What a text can be: `other` is written in another script, `unknown` has no letters at all (digits, emoji)."""

_HAN = r"\p{Han}"
_LATIN = r"\p{Latin}"
_LATIN_WORD = r"\p{Latin}[\p{Latin}\p{M}'’-]*"
_KANA = r"[\p{Hiragana}\p{Katakana}]"
_LETTER = r"\p{L}"
_KANA_SHARE = 0.2


def languages(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return one of `LANGUAGES` for each text, null for null. Every distinct text is looked at once."""
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    coded = whole.cast(pa.string()).dictionary_encode()
    return _languages(coded.dictionary).take(coded.indices)


def _languages(texts: pa.Array) -> pa.Array:
    han, kana, latin_words = _count(texts, _HAN), _count(texts, _KANA), _count(texts, _LATIN_WORD)
    others = _count(texts, _LETTER) - han - _count(texts, _LATIN)
    is_japanese = (kana > 0) & (kana >= _KANA_SHARE * (han + kana))
    chinese = np.where(is_japanese, 0, han)
    others = others + han - chinese
    is_written = chinese + latin_words + others > 0
    chosen = np.select(
        [~is_written, (chinese >= latin_words) & (chinese >= others), latin_words >= others], [3, 0, 1], default=2
    )
    return pa.array(LANGUAGES).take(pa.array(chosen))


def _count(texts: pa.Array, pattern: str) -> np.ndarray:
    counted: np.ndarray = pc.count_substring_regex(texts, pattern=pattern).to_numpy(zero_copy_only=False)
    return counted
