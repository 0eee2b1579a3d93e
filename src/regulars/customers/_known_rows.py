"""Raw rows with a customer id instead of a key, without duplicates: what every clean table is made from.

`own_id` is the account the row speaks of; it differs from customer_id where a person has several.
"""

from regulars.engines import quoted

_KNOWN = """
SELECT coalesce(w.customer_id, r.customer_key) AS customer_id, coalesce(w.own_id, r.customer_key) AS own_id,
    r.* EXCLUDE (customer_key)
FROM {raw} AS r
ANTI JOIN {duplicates} AS d ON d.file_id = r.file_id AND d.line = r.line
LEFT JOIN crosswalk AS w ON w.file_id = r.file_id AND w.customer_key = r.customer_key
"""


def known_rows(kind: str) -> str:
    """Return the SELECT of a kind's known rows; run it only after `crosswalk` and `duplicate_<kind>` exist."""
    return _KNOWN.format(raw=quoted(f"raw_{kind}"), duplicates=quoted(f"duplicate_{kind}"))
