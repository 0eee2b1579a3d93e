"""The ids of one person: what analyses call the person, the person's accounts, and what those once were."""

from regulars.app._shop import Shop
from regulars.app.vault import store
from regulars.customers import read_persons


def accounts_of(shop: Shop, customer_id: str) -> list[str]:
    """Return every customer id of the person with one, that one first."""
    found = [customer_id]
    if (shop.workspace / "batches").is_dir():
        rows = read_persons(shop.workspace).to_pylist()
        person = next((row["person_id"] for row in rows if row["customer_id"] == customer_id), customer_id)
        found += [person, *(row["customer_id"] for row in rows if row["person_id"] == person)]
    told = store.reveal(list(dict.fromkeys(found)), ["customer_id"])
    # An id that was hashed after all stands in earlier batches as it was.
    found += [value for fields in told.values() for value in fields["customer_id"]]
    return list(dict.fromkeys(found))
