"""One spelling for all spellings of a phone, an address or a number, so that one person has one id."""

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from regulars.records import contacts

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CHINESE_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_WITH_COUNTRY = re.compile(r"\+[1-9]\d{7,14}")

# What most files hold: already in its one spelling, so that all of a column are led by what they are at once.
_PLAIN_MOBILE = r"^1[3-9][0-9]{9}$"
_PLAIN_PHONE = r"^(?:[02-79]|\+[1-79])[0-9]{4,15}$"
_PLAIN_EMAIL = r"^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z0-9-]+$"


def canonical_keys(keys: pa.Array, role: str) -> pa.Array:
    """Return what `canonical_key` does of each key."""
    is_phone = pc.match_substring_regex(keys, _PLAIN_MOBILE)
    if role == "phone":
        is_phone = pc.or_(is_phone, pc.match_substring_regex(keys, _PLAIN_PHONE))
    is_email = pc.match_substring_regex(keys, _PLAIN_EMAIL)
    lead = pc.if_else(is_phone, "phone", pc.if_else(is_email, "email", pa.scalar(None, pa.string())))
    led = pc.binary_join_element_wise(lead, keys, ":")
    if not led.null_count:
        return led
    rest = led.is_null()
    spelt = [canonical_key(key, role) for key in keys.filter(rest).to_pylist()]
    return pc.replace_with_mask(led, rest, pa.array(spelt, pa.string()))


def canonical_key(key: str, role: str) -> str:
    """Return one spelling for all spellings of a key, led by what it is, whatever column it stands in.

    >>> canonical_key(" Ana@Example.com", "customer_id"), canonical_key("138 0013 8000", "nickname")
    ('email:ana@example.com', 'phone:13800138000')
    >>> canonical_key("+49 151 12345678", "email"), canonical_key("sunny", "nickname")
    ('phone:+4915112345678', 'nickname:sunny')
    """
    bare, _, name = key.partition(contacts.NAMED)
    if name:
        return f"{canonical_key(bare, role)} {name}"
    text = unicodedata.normalize("NFKC", key).strip()
    if "@" in text and _EMAIL.fullmatch(text):
        return f"email:{text.lower()}"
    digits = re.sub(r"[\s().-]", "", text)
    mobile = _CHINESE_MOBILE.fullmatch(digits)
    if mobile:
        return f"phone:{mobile[1]}"
    if role == "phone" or _WITH_COUNTRY.fullmatch(digits):
        return f"phone:{digits}"
    return f"{role}:{text.casefold() if role in {'name', 'nickname'} else text}"
