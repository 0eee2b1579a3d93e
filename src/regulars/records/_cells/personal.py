"""Is a column of customer ids really one of e-mails or mobile numbers? Then all of it must be hashed."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from regulars.records._cells.contacts import looks_like_person

_BEGINNINGS = ("+", "0", "1", "86")
_NUMBER = r"^\+?\d[\d ().-]*$"


def any_suspect(keys: pa.Array) -> bool:
    """Whether any of these keys could be an e-mail or a mobile number: no for most shops, and then cheap."""
    if pc.any(pc.match_substring(keys, "@")).as_py():
        return True
    long = keys.filter(pc.greater_equal(pc.binary_length(keys), 10))
    begun = pc.starts_with(long, _BEGINNINGS[0])
    for beginning in _BEGINNINGS[1:]:
        begun = pc.or_(begun, pc.starts_with(long, beginning))
    return bool(pc.any(pc.match_substring_regex(long.filter(begun), _NUMBER), min_count=1).as_py())


def look_personal(distinct: Iterable[pa.Array]) -> bool:
    """Whether at least one of a hundred distinct keys is an e-mail address or a mobile number."""
    keys = hits = 0
    for column in distinct:
        keys += len(column) - column.null_count
        hits += pc.sum(looks_like_person(column)).as_py() or 0
    return keys > 0 and hits * 100 >= keys
