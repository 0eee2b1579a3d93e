"""The keys that say for certain whose record it is: one spelling for all spellings of an e-mail, a phone, an open id.

A masked phone (186******05), one whose digits a spreadsheet lost (1.38E+10) and one too short are no keys.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from babel.core import get_global

from regulars.core import Settings
from regulars.records import contacts

KEYS = pa.schema([("customer_id", pa.string()), ("field", pa.string()), ("value", pa.string())])

_CHINESE_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9]\d{9})")
# Spelt out because `phonenumbers` takes forty microseconds a number, and most numbers are of one of two kinds.
_AMERICAN = re.compile(r"\+1([2-9]\d{2}[2-9]\d{6})")
_MASKED = re.compile(r"[*•●#]|[xX]{2}")
_DIGITS = re.compile(r"\+?\d{7,15}")
_UNSPOKEN = re.compile(r"[\s().\-–—]")
_FIELDS = ("email", "phone", "open_id", "customer_id")


def home_region(settings: Settings) -> str | None:
    """Return the two letters of the country whose numbers are written without a prefix.

    The one the settings state, else that of the time zone; None where neither tells.

    >>> home_region(Settings.model_validate({"business": {"time_zone": "Asia/Shanghai"}}))
    'CN'
    """
    stated = settings.business.country
    if stated:
        return stated
    found = get_global("zone_territories").get(settings.business.time_zone)
    return str(found) if found and re.fullmatch(r"[A-Z]{2}", found) and found != "ZZ" else None


def phone_keys(cell: str, region: str | None) -> list[str]:
    """Return the phones of a cell in E.164, each once; without a country, the digits as they stand.

    >>> phone_keys("138 0013 8000 / 010-6552 9988", "CN"), phone_keys("186******05", "CN"), phone_keys("1.38E+10", "CN")
    (['+8613800138000', '+861065529988'], [], [])
    """
    found = [_phone(part, region) for part in contacts.phones(cell)]
    return list(dict.fromkeys(phone for phone in found if phone is not None))


def email_keys(cell: str) -> list[str]:
    """Return the e-mail addresses of a cell, each once, in small letters. Nothing clever: a dot is a letter.

    >>> email_keys(" Ana＠Example.com; a.na@example.com"), email_keys("a***@example.com")
    (['ana@example.com', 'a.na@example.com'], [])
    """
    return list(dict.fromkeys(contacts.emails(cell)))


def address_keys(field: str, cell: str, *, settings: Settings | None = None) -> list[tuple[str, str]]:
    """Return the keys that one value of a field holds, each with its own field: none of a name.

    Without settings phones are read as those of no country.

    >>> address_keys("phone", "138 0013 8000 / ana@example.com"), address_keys("name", "ana@example.com")
    ([('phone', '+8613800138000'), ('email', 'ana@example.com')], [])
    """
    if field not in _FIELDS:
        return []
    readers = _readers(field, None if settings is None else home_region(settings))
    return [(name, key) for name, reader in readers.items() for key in reader(cell)]


def keys_of(facts: pa.Table, *, region: str | None) -> pa.Table:
    """Return the keys (customer_id, field, value) that the facts hold, in plain words.

    Args:
        facts: customer_id, field, value, as `HashedIdentities` has them.
        region: two letters, as `home_region` says.
    """
    parts = [KEYS.empty_table()]
    for field in _FIELDS:
        of_field = facts.filter(pc.equal(facts.column("field"), field))
        if of_field.num_rows:
            parts += _read(of_field, _readers(field, region))
    return pa.concat_tables(parts).group_by(KEYS.names).aggregate([]).select(KEYS.names)


def _readers(field: str, region: str | None) -> dict[str, Callable[[str], list[str]]]:
    """Return what may be found in a field. A customer number is a key only where it is an address or a mobile."""
    if field == "open_id":
        return {"open_id": lambda cell: [key] if (key := unicodedata.normalize("NFKC", cell).strip()) else []}
    if field == "phone":
        return {"phone": lambda cell: phone_keys(cell, region), "email": email_keys}
    if field == "email":
        return {"email": email_keys}
    return {"email": email_keys, "phone": _mobile_only}


def _read(facts: pa.Table, readers: dict[str, Callable[[str], list[str]]]) -> Iterator[pa.Table]:
    """Read each distinct value once, then give every id what its values held."""
    encoded = facts.column("value").combine_chunks().dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    for field, reader in readers.items():
        found = pa.array([reader(value) for value in distinct], pa.list_(pa.string()))
        lists = found.take(encoded.indices)
        rows = pc.list_parent_indices(lists)
        ids = facts.column("customer_id").combine_chunks().take(rows)
        yield pa.table([ids, pa.array([field] * len(rows), pa.string()), pc.list_flatten(lists)], schema=KEYS)


def _mobile_only(cell: str) -> list[str]:
    mobile = _CHINESE_MOBILE.fullmatch(_UNSPOKEN.sub("", unicodedata.normalize("NFKC", cell)))
    return [f"+86{mobile[1]}"] if mobile else []


def _phone(text: str, region: str | None) -> str | None:
    if not contacts.can_be_dialled(text) or contacts.lost_digits(text) or _MASKED.search(text):
        return None
    digits = _UNSPOKEN.sub("", text)
    mobile = _CHINESE_MOBILE.fullmatch(digits)
    if mobile and region in {"CN", None}:
        return f"+86{mobile[1]}"
    if _AMERICAN.fullmatch(digits):
        return digits
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return digits if region is None and _DIGITS.fullmatch(digits) else None
    if not phonenumbers.is_possible_number(number) or len(set(str(number.national_number))) == 1:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
