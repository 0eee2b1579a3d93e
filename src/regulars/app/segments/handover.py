"""Handing a group over: its numbers; names and addresses of those who may be written to; hashes for advertisers.

Whoever is restricted or was erased is in none of them; hashes are made of those only who may be shared with others.
"""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Literal, TypeAlias

import phonenumbers
import pyarrow as pa

from regulars.app.privacy import consents
from regulars.app.vault import persons, store, tombstones

What: TypeAlias = Literal["ids", "people", "meta", "google"]
Row: TypeAlias = tuple[str, ...]

COLUMNS: Mapping[What, tuple[str, ...]] = {
    "ids": ("customer_id",),
    "people": ("customer_id", "may_email", "may_message", "may_phone"),
    "meta": ("customer_id", "may_share"),
    "google": ("customer_id", "may_share"),
}
"""What is asked of the result for each."""

HEADS: Mapping[str, tuple[str, ...]] = {"meta": ("email", "phone"), "google": ("Email", "Phone")}
"""The headings that the platforms ask for."""

_ALLOWS: Mapping[str, str] = {
    "marketing_email": "may_email", "marketing_message": "may_message", "marketing_phone": "may_phone",
    "sharing": "may_share",
}  # fmt: skip

_MANY = 500
_MOST_DIGITS = 15


def rows(what: What, members: pa.Table, *, country: str) -> Iterator[tuple[str, Row]]:
    """Yield whose and the row of a hand-over, for the members of a group, with the columns that `COLUMNS` names."""
    for batch in members.to_batches(max_chunksize=_MANY):
        listed = batch.to_pylist()
        ids = [row["customer_id"] for row in listed]
        held_back = tombstones.erased_ids(ids) | consents.restricted(ids)
        if what == "ids":
            yield from ((who, (who,)) for who in ids if who not in held_back)
            continue
        said = consents.newest(ids)
        now = [_as_said(row, said.get(row["customer_id"], {})) for row in listed if row["customer_id"] not in held_back]
        allowed = {str(row["customer_id"]): row for row in now if _may(what, row)}
        told = persons.reveal(allowed, ("name", "nickname", "email", "phone"))
        for who, row in allowed.items():
            made = (
                _person(who, row, told.get(who, {})) if what == "people" else _hashes(what, told.get(who, {}), country)
            )
            if made is not None:
                yield who, made


def email_for(platform: str, address: str) -> str:
    """Return an e-mail address in the one spelling that a platform hashes.

    Both: without blanks, small. Google: without the points before gmail.com and googlemail.com.

    >>> email_for("meta", " Ana.B@GMail.com"), email_for("google", " Ana.B@GMail.com")
    ('ana.b@gmail.com', 'anab@gmail.com')
    """
    address = "".join(address.split()).lower()
    name, at, domain = address.partition("@")
    if platform == "google" and domain in {"gmail.com", "googlemail.com"}:
        name = name.replace(".", "")
    return f"{name}{at}{domain}"


def phone_for(platform: str, number: str, country: str) -> str:
    """Return a phone number as a platform hashes it: with the country's code, for Google led by a plus.

    Empty where it is none, or where its country is not known.

    >>> phone_for("google", "138 0013 8000", "CN"), phone_for("meta", "138 0013 8000", "CN")
    ('+8613800138000', '8613800138000')
    >>> phone_for("meta", "12", "")
    ''
    """
    try:
        found = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(found):
        return ""
    text: str = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    return text if platform == "google" else re.sub(r"\D", "", text)[:_MOST_DIGITS]


def hashed(text: str) -> str:
    """Return the SHA-256 of a text in small hexadecimal digits; of nothing, nothing."""
    return sha256(text.encode()).hexdigest() if text else ""


def _as_said(row: Mapping[str, object], words: Mapping[str, bool]) -> dict[str, object]:
    """Return a row of a result with what the person said since: a word taken back holds at once."""
    since = {column: words[purpose] for purpose, column in _ALLOWS.items() if column in row and purpose in words}
    return {**row, **since}


def _may(what: What, row: Mapping[str, object]) -> bool:
    if what == "people":
        return bool(row["may_email"] or row["may_message"] or row["may_phone"])
    return bool(row["may_share"])


def _person(who: str, row: Mapping[str, object], told: Mapping[str, list[str]]) -> Row:
    """Return a person to write to; an address only where it may be used."""
    name = next((told[field][0] for field in store.NAME_FIELDS if field in told), "")
    email = told.get("email", [""])[0] if row["may_email"] else ""
    phone = told.get("phone", [""])[0] if row["may_message"] or row["may_phone"] else ""
    return who, name, email, phone


def _hashes(platform: What, told: Mapping[str, list[str]], country: str) -> Row | None:
    email = hashed(email_for(platform, told["email"][0])) if "email" in told else ""
    phone = hashed(phone_for(platform, told["phone"][0], country)) if "phone" in told else ""
    return (email, phone) if email or phone else None
