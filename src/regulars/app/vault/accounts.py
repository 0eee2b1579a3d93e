"""The ids of one person: what analyses call the person, the person's accounts, and what those once were."""

from collections.abc import Iterable

from regulars.app._shop import Shop
from regulars.app.vault import store
from regulars.customers import read_persons, read_told_apart
from regulars.records import contacts


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


def told_apart(shop: Shop) -> dict[str, str]:
    """Return who is a customer by name only, each with the id of the phone or address that is others' too."""
    return read_told_apart(shop.workspace) if (shop.workspace / "batches").is_dir() else {}


def in_records(shop: Shop, accounts: Iterable[str]) -> list[str]:
    """Return the ids by which records know accounts: those of a phone that is several people's have no name beside it.

    Nothing else tells their rows from those of the others, today and whenever the phone is one person's again.
    """
    shared = set(told_apart(shop).values())
    return [contacts.unnamed(account) if account in shared else account for account in accounts]
