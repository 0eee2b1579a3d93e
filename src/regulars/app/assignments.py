"""Who was to be contacted and who was left out by lot, written down when a list is published, so that it can be judged.

The first word within a campaign holds: who was on its list once stays in that arm, whatever later lists say. Measuring
compares those assigned, not those contacted: whom one got round to is no lot.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import connection, transaction

from regulars import strategy
from regulars.app.models import Assignment
from regulars.app.publication.current import Published
from regulars.app.vault import store, tombstones

_MANY = 20_000
_INSERT = (
    "INSERT OR IGNORE INTO app_assignment (person_id, campaign, arm, assigned_on, probability)"
    " VALUES (%s, %s, %s, %s, %s)"
)


def keep(published: Published) -> int:
    """Write down the arm of everybody on the list of a result who has none in its campaign yet; return how many."""
    plan = published.manifest["settings"]["strategy"]
    day = date.fromisoformat(published.manifest["as_of"])
    campaign, share = strategy.campaign_id(plan["campaign"], as_of=day), float(plan["holdout_share"])
    told = set(Assignment.objects.filter(campaign=campaign).values_list("person__customer_id", flat=True))
    kept = 0
    for listed in _listed(published):
        arms = {row["customer_id"]: row["held_out"] for row in listed if row["customer_id"] not in told}
        for who in tombstones.erased_ids(arms):
            del arms[who]
        people = store.people_of([*arms])
        rows = [
            (
                people[who],
                campaign,
                *((Assignment.HELD_OUT, day, share) if is_out else (Assignment.TREATED, day, 1 - share)),
            )
            for who, is_out in arms.items()
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)
        kept += len(rows)
    return kept


def as_table() -> pa.Table:
    """Return every assignment as records have it, column by column: of a million customers they are as many."""
    rows = Assignment.objects.order_by("pk").values_list(
        "person__customer_id", "campaign", "arm", "assigned_on", "probability"
    )
    names = ("customer_id", "campaign_id", "arm", "assigned_at", "probability")
    parts = [pa.schema([(name, pa.string()) for name in names]).empty_table()]
    for some in _in_parts(rows.iterator(chunk_size=_MANY)):
        columns = list(zip(*some, strict=True))
        columns[3] = tuple(day.isoformat() for day in columns[3])
        columns[4] = tuple(f"{share:.9g}" for share in columns[4])
        parts.append(pa.table([pa.array(column, pa.string()) for column in columns], names=list(names)))
    return pa.concat_tables(parts)


def _in_parts(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    left = iter(rows)
    while some := list(islice(left, _MANY)):
        yield some


def _listed(published: Published) -> Iterator[list[dict[str, Any]]]:
    """Yield who would be contacted, and who would be but for the lot, some at a time."""
    columns = ["customer_id", "rank", "within_budget", "held_out"]
    table = pq.read_table(published.folder / "actions.parquet", columns=columns)
    chosen = table.filter(pc.and_(pc.is_valid(table["rank"]), table["within_budget"]))
    for start in range(0, chosen.num_rows, _MANY):
        yield chosen.slice(start, _MANY).to_pylist()
