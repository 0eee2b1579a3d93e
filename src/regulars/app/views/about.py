"""What people wrote down about a customer: notes, tasks, who sees to them, fields of one's own, in plain words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

from django.db.models import F

from regulars.app import clock
from regulars.app.models import Answer, Message, Note, Person, Survey, Task
from regulars.app.remembered import remembered
from regulars.app.roles import workers
from regulars.app.vault import eyes, store

MOST_URGENT = (F("due_on").asc(nulls_last=True), "id")
"""The order of tasks: those without a day after all that have one."""

_SHOWN = 100
_Opener: TypeAlias = Callable[[int, bytes | memoryview, str], str]


def known(accounts: Sequence[Person], keys: Mapping[str, bytes], kinds: Collection[type]) -> dict[str, Any]:
    """Return everything written down about a person, in plain words.

    Args:
        accounts: the person, once for each account, the one asked for first.
        keys: theirs.
        kinds: of which there are rows about them; nothing else is asked for.
    """
    here = {"workers": remembered("workers", lambda: list(workers()))}
    if not accounts:
        return {"notes": [], "tasks": [], "told": [], "custom": {}, "assignee": None, "surveys": [],
                "answers": [], "done": [], **here}  # fmt: skip
    ids = {each.pk: each.customer_id for each in accounts}

    def text(row: int, kept: bytes | memoryview, place: str) -> str:
        return store.open_text(ids[row], kept, place, keys) if kept else ""

    tasks = _tasks(ids, text) if Task in kinds else []
    told = Message.objects.filter(person__in=ids).order_by("-told_at")[:_SHOWN] if Message in kinds else ()
    return {
        **here,
        "answers": _answers(ids, text) if Answer in kinds else [],
        "notes": _notes(ids, text) if Note in kinds else [],
        "tasks": [told for told in tasks if told["task"].done_at is None],
        "done": [told for told in tasks if told["task"].done_at is not None],
        "told": list(told),
        "custom": {
            eyes.seen_text(name): text(each.pk, bytes.fromhex(kept), f"custom.{name}")
            for each in reversed(accounts)  # so that what stands under the id asked for holds
            for name, kept in each.custom.items()
        },
        "assignee": next((each.assignee for each in accounts if each.assignee_id), None),
        "surveys": remembered("surveys", lambda: list(Survey.objects.filter(is_open=True).order_by("-made_at"))),
    }


def _notes(ids: Collection[int], text: _Opener) -> list[dict[str, Any]]:
    listed = Note.objects.filter(person__in=ids).select_related("author").order_by("-written_at")[:_SHOWN]
    return [
        {"text": text(note.person_id, note.ciphertext, "note"), "at": note.written_at, "by": note.author}
        for note in listed
    ]


def is_late(task: Task) -> bool:
    """Say whether the day of a task is over."""
    return task.due_on is not None and task.due_on < clock.today()


def _tasks(ids: Collection[int], text: _Opener) -> list[dict[str, Any]]:
    newest_done = F("done_at").desc(nulls_first=True)  # open ones before all others
    found = Task.objects.filter(person__in=ids).select_related("assignee")
    listed = found.order_by(newest_done, *MOST_URGENT)[:_SHOWN]
    return [
        {"task": task, "is_late": is_late(task), "text": text(task.person_id or 0, task.ciphertext, "task")}
        for task in listed
    ]


def _answers(ids: Collection[int], text: _Opener) -> list[dict[str, Any]]:
    listed = Answer.objects.filter(person__in=ids).select_related("survey").order_by("-given_at")[:_SHOWN]
    return [{"answer": answer, "text": text(answer.person_id, answer.ciphertext, "answer")} for answer in listed]
