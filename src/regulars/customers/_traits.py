"""What two records of one person have in common though it is not the same: names, addresses, birth dates, taken apart.

A name may be written family name first or last, with or without a comma, in Chinese or Latin letters; an address in
any order. A value that hides something (张*) says nothing.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._keys import email_keys, phone_keys
from regulars.records import contacts

TRAITS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("given", pa.string()),
        ("family", pa.string()),
        ("full_name", pa.string()),
        ("is_han", pa.bool_()),
        ("birth_date", pa.string()),
        ("place", pa.string()),
        ("place_low", pa.int64()),
        ("place_high", pa.int64()),
        ("numbers", pa.string()),
        ("email", pa.string()),
        ("mail_name", pa.string()),
        ("phone", pa.string()),
    ]
)
"""`full_name` holds the parts in alphabetical order, `birth_date` eight digits, `place` the words of the address,
`place_low` and `place_high` a bit for each of them (R. Schnell, T. Bachteler, J. Reiher (2009), BMC Med. Inform. Decis.
Mak. 9:41: what two sets of words share is what their bits share), `numbers` those words that are numbers,
`mail_name` what stands before the @."""

_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_HAN_RUN = re.compile(r"[㐀-鿿豈-﫿]+")
_TWO_CHARACTERS = ("欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "东方")
TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "mme", "jr", "sr"})
_HAN_TITLES = re.compile(r"(先生|女士|小姐|老师|太太)$")
# A phone beside a name is no part of it; the number of one of two guests is.
_LONG_NUMBER = re.compile(r"\d{7,}")
_HIDDEN = re.compile(r"[*•●#]")
_BITS = 63


def traits_of(facts: pa.Table, *, region: str | None) -> pa.Table:
    """Return one row an id that has any trait, by id. Of several values the first in alphabetical order counts.

    Args:
        facts: customer_id, field, value, as `HashedIdentities` has them.
        region: as for `keys_of`.
    """
    readers: dict[str, Callable[[str], dict[str, Any] | None]] = {
        "name": name_parts,
        "birth_date": lambda cell: _as("birth_date", contacts.birth_date(cell)),
        "address": lambda cell: _as_place(place_words(cell)),
        "email": _first_email,
        "phone": partial(_first_phone, region=region),
    }
    read = [found for field, reader in readers.items() if (found := _read(facts, field, reader)) is not None]
    if not read:
        return TRAITS.empty_table()
    ids = pc.unique(pa.concat_arrays([found.column("customer_id").combine_chunks() for found in read]))
    ids = ids.take(pc.sort_indices(ids))
    columns = {"customer_id": ids, **{name: pa.nulls(len(ids), TRAITS.field(name).type) for name in TRAITS.names[1:]}}
    for found in read:
        places = pc.index_in(ids, value_set=found.column("customer_id").combine_chunks())
        columns |= {name: found.column(name).take(places) for name in found.column_names[1:]}
    return pa.table(columns, schema=TRAITS)


def name_parts(cell: str) -> dict[str, Any] | None:
    """Return a name taken apart, or None if it says nothing.

    >>> name_parts("Smith, José"), name_parts("欧阳 小燕 女士")["family"]
    ({'given': 'jose', 'family': 'smith', 'full_name': 'jose smith', 'is_han': False}, '欧阳')
    """
    text = unicodedata.normalize("NFKC", cell).strip().casefold()
    if not text or _HIDDEN.search(text):
        return None
    if not text.isascii() and _HAN.search(text):
        whole = without_titles("".join(_HAN_RUN.findall(text)))
        number = "".join(re.findall(r"\d+", _LONG_NUMBER.sub(" ", text)))
        cut = 2 if whole.startswith(_TWO_CHARACTERS) and len(whole) > 2 else 1
        given, full_name = whole[cut:] + number, whole + number
        return {"given": given, "family": whole[:cut], "full_name": full_name, "is_han": True} if whole else None
    letters = text if text.isascii() else _without_accents(text)
    before, comma, after = letters.partition(",")
    words = _words(after) + _words(before) if comma else _words(letters)
    if all(word.isdecimal() for word in words):
        return None
    family = " ".join(_words(before)) if comma and _words(after) else words[-1] if len(words) > 1 else ""
    given = " ".join(_words(after)) if comma and _words(after) else " ".join(words[:-1] or words)
    return {"given": given, "family": family, "full_name": " ".join(sorted(words)), "is_han": False}


def without_titles(characters: str) -> str:
    """Return a Chinese name without the title behind it."""
    return _HAN_TITLES.sub("", characters)


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def place_words(cell: str) -> list[str] | None:
    """Return the words and numbers of an address, each once, in order; of Chinese every two neighbouring characters.

    >>> place_words("12 Oak Road"), place_words("中山路5号")
    (['12', 'oak', 'road'], ['5', '中山', '号', '山路', '路'])
    """
    text = unicodedata.normalize("NFKC", cell).casefold()
    if _HIDDEN.search(text):
        return None
    words = set(re.findall(r"\d+|[^\W\d_㐀-鿿豈-﫿]+", text))
    for run in _HAN_RUN.findall(text):
        words.update(run[place : place + 2] for place in range(max(1, len(run) - 1)))
        words.add(run[-1])
    return sorted(words) or None


def _first_email(cell: str) -> dict[str, Any] | None:
    found = next(iter(email_keys(cell)), None)
    return None if found is None else {"email": found, "mail_name": found.partition("@")[0]}


def _first_phone(cell: str, *, region: str | None) -> dict[str, Any] | None:
    return _as("phone", next(iter(phone_keys(cell, region)), None))


def _as(name: str, value: object) -> dict[str, Any] | None:
    return None if value is None else {name: value}


def _as_place(words: list[str] | None) -> dict[str, Any] | None:
    if words is None:
        return None
    numbers = " ".join(word for word in words if word.isdecimal())
    bits = [0, 0]
    for word in words:
        half, bit = divmod(crc32(word.encode()) % (2 * _BITS), _BITS)
        bits[half] |= 1 << bit
    return {"place": " ".join(words), "place_low": bits[0], "place_high": bits[1], "numbers": numbers or None}


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]+", _LONG_NUMBER.sub(" ", text)) if word not in TITLES]


def _read(facts: pa.Table, field: str, reader: Callable[[str], dict[str, Any] | None]) -> pa.Table | None:
    """Return the first value of each id that says something, read; each distinct value is read once."""
    of_field = facts.filter(pc.equal(facts.column("field"), field))
    if not of_field.num_rows:
        return None
    names = [name for name in TRAITS.names[1:] if name in _FILLS[field]]
    schema = pa.schema([TRAITS.field(name) for name in names])
    encoded = of_field.column("value").combine_chunks().dictionary_encode()
    read = [reader(value) for value in encoded.dictionary.to_pylist()]
    said = pa.array([each is not None for each in read]).take(encoded.indices)
    first = pa.table([of_field.column("customer_id"), of_field.column("value")], names=["customer_id", "value"])
    first = (
        first.append_column("at", encoded.indices.cast(pa.int64()))
        .filter(said)
        .sort_by([("customer_id", "ascending"), ("value", "ascending")])
    )
    first = first.group_by("customer_id", use_threads=False).aggregate([("at", "first")])
    values = pa.Table.from_pylist([each or {} for each in read], schema=schema).take(first.column("at_first"))
    return pa.table([first.column("customer_id"), *values.columns], names=["customer_id", *names])


_FILLS = {
    "name": {"given", "family", "full_name", "is_han"},
    "birth_date": {"birth_date"},
    "address": {"place", "place_low", "place_high", "numbers"},
    "email": {"email", "mail_name"},
    "phone": {"phone"},
}
