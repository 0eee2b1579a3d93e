"""Raw rows with a customer id instead of a key: as they stand, or without duplicates for the clean tables.

`own_id` is the account the row speaks of; it differs from customer_id where a person has several.
"""

from regulars.engines import quoted
from regulars.records import RAW_TABLES, Kind, contacts

_KNOWN = """
SELECT coalesce(w.customer_id, r.customer_key) AS customer_id, coalesce(w.own_id, r.customer_key) AS own_id,
    r.* EXCLUDE (customer_key)
FROM {raw} AS r
ANTI JOIN {duplicates} AS d ON d.file_id = r.file_id AND d.line = r.line
LEFT JOIN crosswalk AS w ON w.file_id = r.file_id AND w.customer_key = r.customer_key
"""


# Every key with something beside it is among the hidden names, and memory need not hold it twice.
_UNNAMED = f"(SELECT * FROM crosswalk WHERE customer_key NOT LIKE '%{contacts.NAMED}%')"


def known_rows(kind: str) -> str:
    """Return the SELECT of a kind's known rows; run it only after `crosswalk` and `duplicate_<kind>` exist."""
    return _KNOWN.format(raw=quoted(f"raw_{kind}"), duplicates=quoted(f"duplicate_{kind}"))


def rows_by_id(
    kind: Kind, *, without_identifiers: bool = False, as_told: bool = False, with_names: bool = False
) -> str:
    """Return the SELECT of a kind's raw rows (as `r`), customer ids in its columns of keys; it needs `crosswalk` only.

    So the same person is the same in it however a key was spelt, whether it was hashed here or on its way in.
    `as_told`: the account instead, so that what two accounts of a person did stays two things. `with_names`: a
    row has the id of its phone or address, and says whose it is if names tell people apart; it needs `hidden_names`.
    """
    keys = {kind.column(name).key_name: f"w{place}" for place, name in enumerate(kind.keys)}
    identifiers = {column.name for column in kind.columns if column.role == "identifier"}
    who = "own_id" if as_told else "customer_id"
    columns = []
    for name in RAW_TABLES[f"raw_{kind.name}"].names:
        if name == "customer_key" and with_names and kind.takes_identities:
            columns.append(f"coalesce(n.key_id, {keys[name]}.{who}, r.{name}) AS {name}")
        elif name in keys:
            columns.append(f"coalesce({keys[name]}.{who}, r.{name}) AS {name}")
        elif name == "key_name" and with_names:
            columns.append(f"n.{name}")
        elif name in identifiers and without_identifiers:
            columns.append(f"CAST(NULL AS VARCHAR) AS {quoted(name)}")
        else:
            columns.append(f"r.{quoted(name)}")
    hides_names = with_names and kind.takes_identities
    source = _UNNAMED if hides_names else "crosswalk"
    joins = "".join(
        f" LEFT JOIN {source} AS {alias} ON {alias}.file_id = r.file_id AND {alias}.customer_key = r.{name}"
        for name, alias in keys.items()
    )
    if hides_names:
        joins += " LEFT JOIN hidden_names AS n ON n.file_id = r.file_id AND n.customer_key = r.customer_key"
    return f"SELECT {', '.join(columns)} FROM {quoted('raw_' + kind.name)} AS r{joins}"
