"""What happened to one person, newest first: what a result tells, and what was done in the app, on one line of time.

Survey answers and contacts flow into results as records; of those only what the result does not know yet is added.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from regulars.app.clock import day_of
from regulars.app.models import Consent, Message
from regulars.app.views.privacy import PURPOSES
from regulars.reports import N_, Voice, word

Event: TypeAlias = Mapping[str, str]
"""What a page says of it: `when`, `what`, `notes`."""

Told: TypeAlias = tuple[date, Event]
"""An event and its day."""

_BECAME = {
    Message.DONE: N_("Done"), Message.LATER: N_("Later"), Message.NOT_USEFUL: N_("Not useful"),
}  # fmt: skip
_LONGEST = 120


def own_events(
    written: Mapping[str, Any], words: Sequence[Consent], *, known_to: date | None, voice: Voice
) -> list[Told]:
    """Return what was done in the app about a person.

    Args:
        written: what `about.known` tells of them.
        words: what they said about consent.
        known_to: the last day of the result; None if there is none.
        voice: says it.
    """
    told = [*_written(written, voice), *_said(words, voice), *_exchanged(written, known_to, voice)]
    return [(day, {"when": voice.short_day(day), "what": what, "notes": _short(notes)}) for day, what, notes in told]


def merged(events: Sequence[Event], days: Sequence[date], own: Sequence[Told]) -> list[Event]:
    """Return both on one line, the newest first; `days` are those of the events, in their order."""
    line = sorted([*own, *zip(days, events, strict=True)], key=lambda told: told[0], reverse=True)
    return [event for _, event in line]


def _written(written: Mapping[str, Any], voice: Voice) -> Iterator[tuple[date, str, str]]:
    for note in written["notes"]:
        yield day_of(note["at"]), voice.t("Note"), note["text"]
    for each in written["done"]:
        yield day_of(each["task"].done_at), voice.t("Task done"), each["text"]


def _said(words: Sequence[Consent], voice: Voice) -> Iterator[tuple[date, str, str]]:
    for each in words:
        what = voice.t("Gave consent") if each.granted else voice.t("Withdrew consent")
        yield day_of(each.recorded_at), what, voice.t(PURPOSES[each.purpose])


def _exchanged(written: Mapping[str, Any], known_to: date | None, voice: Voice) -> Iterator[tuple[date, str, str]]:
    """Yield answers to surveys and suggestions dealt with, where the result cannot tell of them."""
    for each in written["answers"]:
        answer, day = each["answer"], day_of(each["answer"].given_at)
        if known_to is None or day > known_to:
            score = "" if answer.score is None else voice.t(": ") + str(answer.score)
            yield day, voice.t("Answered a survey"), answer.survey.title + score
    for each in written["told"]:
        day = day_of(each.told_at)
        if known_to is None or day > known_to or each.became != Message.DONE:
            yield day, word("action", each.action, voice=voice), voice.t(_BECAME[each.became])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
