"""The nine kinds of records and their columns, as data: what can be read, and what the raw tables look like."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from regulars.core import MONEY

Role = Literal["key", "identifier", "time", "money", "number", "flag", "year", "text", "word", "currency"]

IDENTITIES = ("customer_id", "open_id", "email", "phone", "nickname", "name")
"""Columns that say whose row it is, the best first; any one of them will do where `customer_id` is required."""

TYPES: Mapping[Role, pa.DataType] = {
    "key": pa.string(),
    "identifier": pa.string(),
    "time": pa.timestamp("us"),
    "money": MONEY,
    "number": pa.float64(),
    "flag": pa.bool_(),
    "year": pa.int64(),
    "text": pa.string(),
    "word": pa.string(),
    "currency": pa.string(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One canonical column. `may_be_later`: its time may lie after today.

    So may a subscription's end, and a consent's day: a refusal is heeded even where its clock runs ahead.
    """

    name: str
    role: Role
    required: bool = False
    may_be_later: bool = False

    @property
    def key_name(self) -> str:
        """The name a key has in a raw table: `customer_key` for `customer_id`."""
        return self.name.removesuffix("_id") + "_key" if self.role == "key" else self.name

    @property
    def day_name(self) -> str:
        """The name of the local day beside a time: `local_day` for the required one, else such as `ended_day`."""
        return "local_day" if self.required else self.name.removesuffix("_at") + "_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of records, its columns in the order of the raw table."""

    name: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column of that name; identity columns stand for `customer_id`."""
        return next(column for column in self.columns if column.name == name)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a person."""
        return tuple(column.name for column in self.columns if column.role == "key")

    @property
    def takes_identities(self) -> bool:
        """Whether an e-mail, phone, name … may stand where `customer_id` is required."""
        return "customer_id" in self.keys

    @property
    def names(self) -> tuple[str, ...]:
        """Every canonical name that a header of this kind may be mapped to."""
        own = tuple(column.name for column in self.columns)
        return own + tuple(name for name in IDENTITIES if self.takes_identities and name not in own)


def _kind(name: str, required: str, optional: str = "") -> Kind:
    """Return a kind from two lists of `name` or `name:role`; a bare `_id` is text, a bare `_at` a time."""
    return Kind(
        name=name,
        columns=tuple(_column(text, required=True) for text in required.split())
        + tuple(_column(text, required=False) for text in optional.split()),
    )


def _column(text: str, *, required: bool) -> Column:
    name, _, role = text.partition(":")
    chosen: Role = role or ("time" if name.endswith("_at") else "text")  # type: ignore[assignment]
    return Column(name=name, role=chosen, required=required, may_be_later=name in {"ended_at", "recorded_at"})


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind(
            "orders",
            "customer_id:key ordered_at amount:money",
            "order_id line_id is_refund:flag currency:currency discount:money cost:money channel category product_id "
            "quantity:number region",
        ),
        _kind("subscriptions", "customer_id:key started_at", "ended_at plan price:money period:word"),
        _kind("usage", "customer_id:key used_at", "event duration_minutes:number channel"),
        _kind(
            "feedback",
            "customer_id:key given_at",
            "kind:word score:number scale_min:number scale_max:number text aspect channel first_reply_minutes:number "
            "resolved_at",
        ),
        _kind(
            "touches",
            "customer_id:key touched_at",
            "kind:word cost:money minutes:number campaign_id direction:word",
        ),
        _kind("assignments", "customer_id:key campaign_id arm assigned_at probability:number"),
        _kind("referrals", "referrer_id:key referred_id:key", "referred_at"),
        _kind(
            "profiles",
            "customer_id:key",
            "acquired_at acquisition_channel acquisition_cost:money region birth_year:year name:identifier "
            "email:identifier phone:identifier address:identifier open_id:identifier nickname:identifier "
            "birth_date:identifier",
        ),
        _kind("consents", "customer_id:key purpose:word granted:flag recorded_at", "source"),
    )
}


KEY_NAME = "key_name"
"""The raw column of whose row it is if the name beside its phone or address tells people apart; filled for a batch."""


def raw_schema(kind: Kind) -> pa.Schema:
    """Return the columns of the table `raw_<kind>`: where the row stood, its keys, then every canonical column.

    The last is KEY_NAME, where a phone or address may be the key.
    """
    fields = [("file_id", pa.int32()), ("line", pa.int64())]
    for column in kind.columns:
        fields.append((column.key_name, TYPES[column.role]))
        if column.role == "time":
            fields.append((column.day_name, pa.date32()))
    return pa.schema([*fields, (KEY_NAME, pa.string())] if kind.takes_identities else fields)


RAW_TABLES: Mapping[str, pa.Schema] = {f"raw_{name}": raw_schema(kind) for name, kind in KINDS.items()}
"""The schema of every table that `read` writes, one a kind."""

QUARANTINE = pa.schema(
    [
        ("file_id", pa.int32()),
        ("line", pa.int64()),
        ("column_name", pa.string()),
        ("reason", pa.string()),
        ("raw_value", pa.string()),
    ]
)
"""The schema of the table `quarantine`: one row for each row that could not be read, at its first bad column."""

KEY_NAMES = pa.schema(
    [
        ("file_id", pa.int32()),
        ("key_id", pa.string()),
        (KEY_NAME, pa.string()),
        ("pieces", pa.list_(pa.int32())),
        ("shape", pa.string()),
    ]
)
"""The schema of the table `key_names`: which names stand beside a phone or address, as a batch keeps it.

`key_id` is the id of the phone or address alone, `key_name` that of it with the name, `pieces` keyed hashes of what
the name consists of, other ones under another phone; `shape` is the phone or address, masked. A row without a name
stands for one that was erased: whom it was told from are several people ever since."""

WITHDRAWN = pa.schema(
    [
        ("file_id", pa.int32()),
        ("customer_key", pa.string()),
        ("ordered_at", TYPES["time"]),
        ("order_id", pa.string()),
        ("line_id", pa.string()),
        ("why", pa.string()),
        (KEY_NAME, pa.string()),
    ]
)
"""The schema of the table `withdrawn`: the orders that an export says do not count, and under which code its recipe
says so. What was cancelled is taken back from what an earlier export said; `not_paid`, `not_shipped`,
`not_won` and `refund_failed` take nothing back."""
