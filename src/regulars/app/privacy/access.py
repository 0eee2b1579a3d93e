"""The access file: everything that is known of a person, from every place where it is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.utils import timezone

from regulars import records
from regulars.app._shop import Shop
from regulars.app.models import Identifier, Person
from regulars.app.privacy import audit, consents, handed_over
from regulars.app.publication import listing, shelves
from regulars.app.publication.current import Published
from regulars.app.vault import persons, store
from regulars.app.vault.accounts import accounts_of, in_records

_OF_THE_FILE = {"file_id", "line"}
_SEGMENTS = ("rfm_group", "lifecycle_stage", "cluster", "loyalty_grade")


def everything(shop: Shop, result: Published | None, customer_id: str) -> dict[str, Any]:
    """Return all that is known of a person, as plain values under names that say what they are."""
    person = persons.person_of(customer_id)
    accounts = accounts_of(shop, person)
    figures = _figures(result, accounts)
    return {
        "person": person,
        "accounts": accounts,
        "made_at": timezone.now(),
        "identifiers": _identifiers(shop, accounts),
        "segments": {name: figures["figures"].get(name) for name in _SEGMENTS} if figures["figures"] else {},
        **figures,
        "consents": [_consent(word) for word in consents.history(accounts)],
        "restricted": Person.objects.filter(customer_id__in=accounts, restricted=True).exists(),
        **_written(accounts),
        "records": _records(shop, accounts),
        "recipients": _recipients(accounts),
        "log": [_line(event) for event in audit.of_person(accounts)],
    }


def _identifiers(shop: Shop, accounts: list[str]) -> list[dict[str, Any]]:
    """Return every identifier with the import that brought it."""
    batches = {batch.id: batch for batch in records.Batches(shop.workspace).live()}
    told = []
    for row in Identifier.objects.filter(person__customer_id__in=accounts).select_related("person").order_by("pk"):
        who = row.person.customer_id
        value = store.open_identifier(who, row.field, row.version, row.ciphertext)
        batch = batches.get(row.batch)
        told.append(
            {
                "account": who,
                "field": row.field,
                "value": value,
                "batch": row.batch or None,
                "imported_at": batch.imported_at if batch else None,
                "files": [file.file for file in batch.files if row.field in file.hidden] if batch else [],
            }
        )
    return told


def _figures(result: Published | None, accounts: list[str]) -> dict[str, Any]:
    """Return the figures of a person with their parts, the suggestion, and what happened, of one result."""
    nothing: dict[str, Any] = {"result": None, "figures": {}, "reasons": [], "suggestion": None, "events": []}
    listed = {} if result is None else listing.some(result, accounts)
    row = next((listed[who] for who in accounts if who in listed), None)  # the person's own id is the first
    if result is None or row is None:
        return nothing
    told = shelves.rows_of(result, row["customer_id"], row["place"])
    suggested = {name: row[name] for name in ("next_action", *listing.SUGGESTED)} if row["rank"] is not None else None
    return {
        "result": {"name": result.name, "as_of": result.manifest["as_of"]},
        "figures": next(iter(told["customers"]), {}),
        "reasons": told["reasons"],
        "suggestion": suggested,
        "events": told["events"],
    }


def _written(accounts: list[str]) -> dict[str, Any]:
    """Return what people of the shop wrote down, and what the person answered."""
    told: dict[str, Any] = {"notes": [], "tasks": [], "messages": [], "own_fields": {}, "answers": [], "requests": [],
                            "assignments": [], "seen_to_by": [], "invitations": []}  # fmt: skip
    for person in Person.objects.filter(customer_id__in=accounts).select_related("assignee"):
        who = person.customer_id
        told["seen_to_by"] += [person.assignee.username] if person.assignee else []
        for invited in person.invitations.select_related("survey").order_by("made_at"):
            told["invitations"].append(
                {"at": invited.made_at, "question": invited.survey.question, "until": invited.until,
                 "answered_at": invited.answered_at}
            )  # fmt: skip
        for note in person.notes.select_related("author").order_by("written_at"):
            by = note.author.username if note.author else None
            text = store.open_text(who, note.ciphertext, "note")
            told["notes"].append({"at": note.written_at, "by": by, "text": text})
        for task in person.tasks.order_by("pk"):
            text = store.open_text(who, task.ciphertext, "task") if task.ciphertext else ""
            told["tasks"].append({"due_on": task.due_on, "done_at": task.done_at, "text": text})
        for message in person.messages.order_by("told_at"):
            told["messages"].append(
                {"at": message.told_at, "action": message.action, "channel": message.channel, "became": message.became}
            )
        for answer in person.answers.select_related("survey").order_by("given_at"):
            text = store.open_text(who, answer.ciphertext, "answer") if answer.ciphertext else ""
            told["answers"].append(
                {"at": answer.given_at, "question": answer.survey.question, "score": answer.score, "text": text}
            )
        for each in person.assignments.order_by("pk"):
            told["assignments"].append(
                {"campaign": each.campaign, "arm": each.arm, "assigned_on": each.assigned_on,
                 "probability": each.probability}
            )  # fmt: skip
        for asked in person.requests.order_by("received_on"):
            told["requests"].append(
                {"kind": asked.kind, "law": asked.law, "received_on": asked.received_on, "due_on": asked.due_on,
                 "answered_at": asked.answered_at}
            )  # fmt: skip
        told["own_fields"] |= {
            name: store.open_text(who, bytes.fromhex(kept), f"custom.{name}") for name, kept in person.custom.items()
        }
    return told


def _records(shop: Shop, accounts: list[str]) -> list[dict[str, Any]]:
    """Return every stored row of the person: its kind, the import it came with, and what it says."""
    found = []
    theirs = pa.array(in_records(shop, accounts), pa.string())
    for batch, kind, rows in records.Batches(shop.workspace).rows_of(theirs):
        for row in rows.to_pylist():
            file = batch.files[row["file_id"]].file
            said = {name: value for name, value in row.items() if value is not None and name not in _OF_THE_FILE}
            found.append({"kind": kind, "batch": batch.id, "imported_at": batch.imported_at, "file": file, "row": said})
    return found


def _recipients(accounts: list[str]) -> list[dict[str, Any]]:
    """Return who got something of the person: in the access file itself, or in a file of a group or a survey."""
    told = [_line(event) for event in audit.of_person(accounts) if event.what == "access"]
    told += [
        {"at": each.at, "by": each.by or None, "what": "handed_over", "details": {"form": each.form}}
        for each in handed_over.of_person(accounts)
    ]
    return sorted(told, key=lambda line: line["at"])


def _consent(word: Any) -> dict[str, Any]:
    by = word.author.username if word.author else None
    return {"purpose": word.purpose, "granted": word.granted, "at": word.recorded_at, "by": by, "source": word.source}


def _line(event: Any) -> dict[str, Any]:
    details: Mapping[str, Any] = event.details
    at: datetime = event.at
    return {"at": at, "by": event.actor or None, "what": event.what, "details": dict(details)}
