"""A name that stands in two columns, put together in the order of its language."""

import pyarrow as pa
import pyarrow.compute as pc

_FAMILY_FIRST = r"^[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー々·]+$"


def whole_names(given: pa.Array, family: pa.Array) -> pa.Array:
    """Return given and family name as one: Ana Lee, but 张伟, whose family name stands first, without a blank.

    Where one is missing the other is all there is.
    """
    is_family_first = pc.and_(
        pc.match_substring_regex(given, _FAMILY_FIRST), pc.match_substring_regex(family, _FAMILY_FIRST)
    )
    both = pc.if_else(
        is_family_first,
        pc.binary_join_element_wise(family, given, ""),
        pc.binary_join_element_wise(given, family, " "),
    )
    return pc.coalesce(both, given, family)
