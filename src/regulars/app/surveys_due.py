"""Whom to ask today: for surveys that follow an order or come round, worked out at each publication.

Nothing is sent by itself. A list holds who may be contacted, at most `MOST` a survey and day, the most valuable first;
nobody is on it twice within the survey's days. What somebody says meanwhile holds at once.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils import timezone

from regulars.app.models import Invitation, Kept, Survey
from regulars.app.privacy import consents
from regulars.app.publication.current import Published
from regulars.app.vault import persons

MOST = 100
_KEPT = "surveys_due"
_STILL_FRESH = 30
"""For how many days after its day a survey about an order may still be sent."""

_MAY = {"email": "may_email", "message": "may_message", "phone": "may_phone"}
_MANY = 500


def work_out(result: Published, *, today: date) -> None:
    """Keep whom to ask today, for every open survey that asks by itself; instead of what was kept before."""
    asking = Survey.objects.filter(is_open=True).exclude(when=Survey.ON_REQUEST)
    value = {str(survey.pk): _listed(result, survey, today) for survey in asking}
    Kept.objects.update_or_create(name=_KEPT, defaults={"value": value})


def forget() -> None:
    """Keep nobody to ask: there is no result any more."""
    Kept.objects.filter(name=_KEPT).delete()


def due(survey: Survey) -> dict[str, list[str]]:
    """Return whom to ask now and on which channels: who is still to be asked and still may be."""
    kept = Kept.objects.filter(name=_KEPT).first()
    listed: dict[str, list[str]] = {} if kept is None else kept.value.get(str(survey.pk), {})
    if not listed or not survey.is_open:
        return {}
    asked = _asked(survey, persons.listed(persons.every_account(listed)), since=_apart(survey))
    gone = consents.closed(dict.fromkeys(listed)) | persons.holders(listed, asked)
    words = consents.newest(listed)
    found = {
        who: [channel for channel in channels if words.get(who, {}).get(consents.NEEDED[channel]) is not False]
        for who, channels in listed.items()
        if who not in gone
    }
    return {who: channels for who, channels in found.items() if channels}


def count() -> int:
    """Return how many are to be asked today, over all surveys."""
    return sum(len(due(survey)) for survey in Survey.objects.filter(is_open=True).exclude(when=Survey.ON_REQUEST))


def _listed(result: Published, survey: Survey, today: date) -> dict[str, list[str]]:
    """Return who falls due, with the channels on which they may be contacted."""
    names = ["customer_id", "days_since_last", "total_value", "may_profile", *_MAY.values()]
    people = pq.read_table(result.folder / "customers.parquet", columns=names)
    may = pc.or_(pc.or_(people["may_email"], people["may_message"]), people["may_phone"])
    chosen = pc.and_(pc.and_(people["may_profile"], may), pc.is_valid(people["days_since_last"]))
    if survey.when == Survey.AFTER_ORDER:
        since = (today - date.fromisoformat(result.manifest["as_of"])).days
        age = pc.add(people["days_since_last"], since)
        fresh = pc.less_equal(age, survey.days + _STILL_FRESH)
        chosen = pc.and_(chosen, pc.and_(pc.greater_equal(age, survey.days), fresh))
    people = people.filter(chosen)
    asked = {persons.person_of(who) for who in _asked(survey, None, since=_apart(survey))}
    people = people.filter(pc.invert(pc.is_in(people["customer_id"], value_set=pa.array(sorted(asked), pa.string()))))
    by = [("total_value", "descending"), ("customer_id", "ascending")]
    rows = people.take(pc.select_k_unstable(people, k=min(MOST, people.num_rows), sort_keys=by)).to_pylist()
    return {row["customer_id"]: [channel for channel, column in _MAY.items() if row[column]] for row in rows}


def _apart(survey: Survey) -> timedelta:
    """Return how long ago an invitation still keeps somebody from being asked again."""
    fresh = _STILL_FRESH if survey.when == Survey.AFTER_ORDER else 0
    return timedelta(days=survey.days + fresh)


def _asked(survey: Survey, among: Iterable[str] | Mapping[str, Any] | None, *, since: timedelta) -> set[str]:
    """Return who was asked by a survey not longer ago than that; of some people, or of all."""
    rows = Invitation.objects.filter(survey=survey, made_at__gt=timezone.now() - since)
    if among is not None:
        rows = rows.filter(person__customer_id__in=list(among))
    return set(rows.values_list("person__customer_id", flat=True))
