"""What people wrote down about a customer: notes, tasks, who sees to them, fields of one's own, in plain words."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from django.db.models import F

from regulars.app.models import Answer, Message, Note, Person, Survey, Task
from regulars.app.remembered import remembered
from regulars.app.roles import workers
from regulars.app.vault import store

_SHOWN = 100
_Opener: TypeAlias = Callable[[bytes | memoryview, str], str]


def known(about: Person | None, keys: Mapping[str, bytes], kinds: Collection[type]) -> dict[str, Any]:
    """Return everything written down about a person, in plain words.

    Args:
        about: the person.
        keys: theirs.
        kinds: of which there are rows about them; nothing else is asked for.
    """
    here = {"workers": remembered("workers", lambda: list(workers()))}
    if about is None:
        return {"notes": [], "tasks": [], "told": [], "custom": {}, "assignee": None, "surveys": [],
                "answers": [], "done": [], **here}  # fmt: skip
    person = about.customer_id

    def text(kept: bytes | memoryview, place: str) -> str:
        return store.open_text(person, kept, place, keys) if kept else ""

    tasks = _tasks(about, text) if Task in kinds else []
    return {
        **here,
        "answers": _answers(about, text) if Answer in kinds else [],
        "notes": _notes(about, text) if Note in kinds else [],
        "tasks": [told for told in tasks if told["task"].done_at is None],
        "done": [told for told in tasks if told["task"].done_at is not None],
        "told": list(about.messages.order_by("-told_at")[:_SHOWN]) if Message in kinds else [],
        "custom": {name: text(bytes.fromhex(kept), f"custom.{name}") for name, kept in about.custom.items()},
        "assignee": about.assignee,
        "surveys": remembered("surveys", lambda: list(Survey.objects.filter(is_open=True).order_by("-made_at"))),
    }


def _notes(about: Person, text: _Opener) -> list[dict[str, Any]]:
    listed = about.notes.select_related("author").order_by("-written_at")[:_SHOWN]
    return [{"text": text(note.ciphertext, "note"), "at": note.written_at, "by": note.author} for note in listed]


def _tasks(about: Person, text: _Opener) -> list[dict[str, Any]]:
    newest_done = F("done_at").desc(nulls_first=True)  # open ones before all others
    listed = about.tasks.select_related("assignee").order_by(newest_done, "due_on", "id")[:_SHOWN]
    return [{"task": task, "text": text(task.ciphertext, "task")} for task in listed]


def _answers(about: Person, text: _Opener) -> list[dict[str, Any]]:
    listed = about.answers.select_related("survey").order_by("-given_at")[:_SHOWN]
    return [{"answer": answer, "text": text(answer.ciphertext, "answer")} for answer in listed]
