"""The keyed fingerprints by which a value is found again without being kept."""

from dataclasses import dataclass

from regulars.app.vault import names
from regulars.app.vault.keys import fingerprint
from regulars.app.vault.secrets import secret
from regulars.core import Settings
from regulars.customers import address_keys

ADDRESSES = ("email", "phone", "open_id")
"""Fields whose values are one person's, as a rule."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of one field of the person with a customer id."""

    customer_id: str
    field: str
    value: str


def blind(field: str, value: str) -> bytes:
    """Return the fingerprint of a field's value; all spellings of one e-mail address, or one phone, have the same."""
    keys = address_keys(field, value) if field in ADDRESSES else []
    if len(keys) == 1:
        ((field, value),) = keys
    return _mark(field, value)


def mark_of_person(customer_id: str) -> bytes:
    """Return the fingerprint of a customer id, as a tombstone has it."""
    return _mark("customer_id", customer_id)


def marks_of_addresses(fact: Fact, *, settings: Settings) -> set[bytes]:
    """Return the fingerprints of every address that a value holds, with and without the shop's country."""
    keys = {*address_keys(fact.field, fact.value), *address_keys(fact.field, fact.value, settings=settings)}
    marks = {_mark(field, value) for field, value in keys}
    return marks | {blind(fact.field, fact.value)} if fact.field in ADDRESSES else marks


def _mark(field: str, value: str) -> bytes:
    return fingerprint(secret("index"), f"{field}:{names.plain(value)}")
