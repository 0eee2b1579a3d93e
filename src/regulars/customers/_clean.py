"""The one use case of this room: raw records in, clean tables and an account of what was done out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from regulars.core import Settings
from regulars.customers._charges import write_charges
from regulars.customers._conflicts import Conflict, find_conflicts
from regulars.customers._crosswalk import build_crosswalk, lead_to_persons
from regulars.customers._duplicates import count_repeated, find_duplicates
from regulars.customers._events import clean_events
from regulars.customers._identity import Resolve
from regulars.customers._matching import Matching
from regulars.customers._orders import order_rows, write_orders
from regulars.customers._paid_twice import PaidTwice, paid_twice
from regulars.customers._people import clean_people
from regulars.customers._quality import contradicting, quality_table
from regulars.customers._soundness import Soundness, count_filled, soundness
from regulars.customers._told_apart import tell_apart
from regulars.customers._without_name import settle_rows_without_name
from regulars.engines import Engine
from regulars.records import RecordSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """What cleaning did.

    `duplicates` and `repeated` count rows by file (its index in the record set); `conflicts` are order
    numbers of which two things are said; `last_order_day` is the day the
    last recorded order or refund became known, charges of subscriptions apart; `consents_of_nobody` counts people
    whom only the consents name; `quality` has one row an issue (see docs/columns.md); `sources` says how good each
    source is; `matching` whose records were found to be one person's, and is empty where nobody asked;
    `paid_twice` which payments seem to be of orders that are there too; `told_apart` (customer_id, key_id) who is a
    customer by name, for the phone or address is several people's in all batches together.
    """

    duplicates: Mapping[int, int]
    repeated: Mapping[int, int]
    conflicts: tuple[Conflict, ...]
    last_order_day: date | None
    consents_of_nobody: int
    quality: pa.Table
    sources: tuple[Soundness, ...]
    matching: Matching | None
    told_apart: pa.Table
    paid_twice: tuple[PaidTwice, ...] = ()


def clean(
    engine: Engine,
    records: RecordSet,
    *,
    resolve: Resolve,
    settings: Settings,
    today: date,
    match: Callable[[Engine], Matching] | None = None,
) -> Cleaning:
    """Write the clean tables (see CLEAN_TABLES) from the raw ones.

    Args:
        engine: holds `raw_<kind>` for every kind, as `records.read` left them, and `answers`, what `feedback.add`
            read in those of feedback. Those of usage, touches, subscriptions and assignments are gone afterwards.
        records: what was read.
        resolve: turns keys into customer ids; `HashedIdentities.resolve`, or the app's vault.
        settings: what is allowed without a recorded consent.
        today: the last day a running subscription may have charged, and a consent be given.
        match: writes `persons`, whose accounts are one person's: `match_identities` with its arguments in place.
            Without it every id is a person.
    """
    filled = count_filled(engine, records)
    most = settings.customers.key_shared_by_more_than
    records = build_crosswalk(engine, tell_apart(engine, records, most=most), resolve, most=most)
    settle_rows_without_name(engine)
    matching = None if match is None else match(engine)
    if matching is not None and matching.persons.num_rows:
        lead_to_persons(engine, records)
    copies = {"duplicate": find_duplicates(engine, records), "repeated": count_repeated(engine)}
    engine.drop("shared_accounts")
    doubled = paid_twice(engine, records)
    clean_events(engine)
    rows = order_rows(engine)
    conflicts = find_conflicts(engine)
    write_charges(engine, rows, today=today)
    write_orders(engine, rows)
    consents_of_nobody = clean_people(engine, settings=settings, today=today)
    quality = quality_table(engine, records, filled=filled, copies=copies, conflicts=conflicts, matching=matching)
    return Cleaning(
        duplicates=copies["duplicate"],
        repeated=copies["repeated"],
        conflicts=conflicts,
        last_order_day=_last_order_day(engine),
        consents_of_nobody=consents_of_nobody,
        quality=quality,
        sources=soundness(records, filled=filled, copies=_by_file(copies), contradicting=contradicting(quality)),
        matching=matching,
        told_apart=engine.fetch("SELECT DISTINCT customer_id, key_id FROM told_apart"),
        paid_twice=doubled,
    )


def _by_file(copies: Mapping[str, Mapping[int, int]]) -> Mapping[int, int]:
    places = {place for counts in copies.values() for place in counts}
    return {place: sum(counts.get(place, 0) for counts in copies.values()) for place in places}


def _last_order_day(engine: Engine) -> date | None:
    day: date | None = engine.fetch("SELECT max(local_day) AS day FROM raw_orders").column("day")[0].as_py()
    return day
