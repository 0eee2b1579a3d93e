"""What the app itself knows of people, as records of the next analysis: answers, contacts made, and who was to get one.

Consents have records of their own. Who sees to a customer is no record: no figure asks for it.
"""

from datetime import UTC
from typing import Any

import pyarrow as pa

from regulars import records
from regulars.app import assignments
from regulars.app.models import Answer, Message
from regulars.app.privacy import consents
from regulars.app.surveys import SCALES
from regulars.app.vault import store
from regulars.core import Settings

_TOUCHES = {"email": "email", "message": "message", "phone": "call"}
"""What records call a contact on a channel; a card in the parcel is called what it is."""


def as_records(settings: Settings) -> list[records.Source]:
    """Return everything that flows back, as tables beside those that were imported."""
    return [
        *consents.as_records(),
        *_table("feedback", _answers()),
        *_table("touches", _contacts(settings)),
        *_source("assignments", assignments.as_table()),
    ]


def _answers() -> list[dict[str, Any]]:
    """Return every answer to a survey; of its words an analysis keeps their language and tone only."""
    rows = []
    for answer in Answer.objects.select_related("person", "survey").order_by("pk").iterator():
        who, kind = answer.person.customer_id, answer.survey.kind
        low, high = SCALES.get(kind, ("", ""))
        rows.append({
            "customer_id": who,
            "given_at": answer.given_at.astimezone(UTC).isoformat(),
            "kind": kind,
            "score": "" if answer.score is None else str(answer.score),
            "scale_min": str(low),
            "scale_max": str(high),
            "text": store.open_text(who, answer.ciphertext, "answer") if answer.ciphertext else "",
            "channel": "survey",
        })  # fmt: skip
    return rows


def _contacts(settings: Settings) -> list[dict[str, Any]]:
    """Return every suggestion that somebody marked as done, with what its channel costs."""
    costs = settings.strategy.channel_costs
    done = Message.objects.filter(became=Message.DONE).order_by("pk")
    return [
        {
            "customer_id": who,
            "touched_at": at.astimezone(UTC).isoformat(),
            "kind": _TOUCHES.get(channel, channel),
            "cost": f"{costs[channel]:f}" if channel in costs else "",
            "direction": "outbound",
        }
        for who, at, channel in done.values_list("person__customer_id", "told_at", "channel")
    ]


def _table(kind: str, rows: list[dict[str, Any]]) -> list[records.Source]:
    """Return rows as a table of their kind; no table where there are none."""
    return _source(kind, pa.Table.from_pylist(rows)) if rows else []


def _source(kind: str, table: pa.Table) -> list[records.Source]:
    """Return a table of records under the ids by which analyses know its people now; none where it has no rows."""
    if not table.num_rows:
        return []
    ids = table["customer_id"].to_pylist()
    now = consents.called_now(set(ids))
    if now:
        place = table.schema.get_field_index("customer_id")
        table = table.set_column(place, "customer_id", pa.array([now.get(who, who) for who in ids], pa.string()))
    return [records.Source(data=table, kind=kind)]
