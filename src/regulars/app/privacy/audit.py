"""The log of what was done to whose data: lines are only added, and each holds the hash of the one before.

The hash is keyed, so that whoever can write the table cannot write a log that fits. People stand in it as
fingerprints: the log outlives an erasure, and is its proof.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from regulars.app.models import AuditEvent, AuditHead
from regulars.app.vault.keys import fingerprint
from regulars.app.vault.secrets import secret
from regulars.reports import N_

WORDS: Mapping[str, str] = {
    "login": N_("Logged in"),
    "access": N_("Access file handed out"),
    "handed_over": N_("Group handed over"),
    "consent": N_("Consent changed"),
    "rectified": N_("Identifier put right"),
    "restricted": N_("Restricted"),
    "unrestricted": N_("Restriction lifted"),
    "merged": N_("Merged"),
    "unmerged": N_("Un-merged"),
    "answered": N_("Request answered"),
    "erased": N_("Erased from the vault"),
    "erased_everywhere": N_("Erased from records and results"),
    "erased_again": N_("Erased again after an old copy was brought back"),
    "retention": N_("Retention period set"),
    "let_go": N_("Records past their period let go"),
    "reviewed": N_("Periodic review signed off"),
    "settings": N_("Settings changed"),
    "member": N_("Who works here changed"),
    "password": N_("Link for a new password made"),
    "keys_rotated": N_("Master key changed"),
    "log_cut": N_("Lines of this log are missing before this one"),
}
"""What is written down, and how it is called."""

_START = b"\0" * 32
_CHAIN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What looking through the log showed: how many lines, the first that does not fit, and how many are missing.

    `missing` counts lines at the end, against what the keys' own database remembers.
    """

    lines: int
    broken_at: int | None
    missing: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, added or removed."""
        return self.broken_at is None and not self.missing


def subject_of(customer_id: str) -> bytes:
    """Return how the log calls a person."""
    return fingerprint(secret("audit"), f"person:{customer_id}")


def write(what: str, *, by: str = "", person: str = "", subject: bytes = b"", **details: Any) -> None:
    """Add a line. Not inside a transaction of the default database alone: the keys' one is always begun first.

    It is about `person`, or about whom `subject`, a fingerprint, stands for: somebody erased since has no id any more.

    Raises:
        KeyError: `what` is nothing that the log knows.
    """
    _ = WORDS[what]
    with transaction.atomic(using="keys"), transaction.atomic():
        head = AuditHead.objects.filter(pk=1).first()
        last = AuditEvent.objects.order_by("-pk").values_list("chain", flat=True).first()
        before = bytes(last) if last is not None else _START
        lines = AuditEvent.objects.count()
        if head is not None and (bytes(head.chain) != before or head.lines != lines):
            before = _add("log_cut", "", b"", {"expected": head.lines, "found": lines}, before)
            lines += 1
        chain = _add(what, by, subject_of(person) if person else subject, details, before)
        AuditHead.objects.update_or_create(pk=1, defaults={"lines": lines + 1, "chain": chain})


def verify() -> Verdict:
    """Look through the whole log."""
    before, lines, broken = _START, 0, None
    for event in AuditEvent.objects.order_by("pk").iterator():
        lines += 1
        expected = _chain(before, event.at, event.what, event.actor, bytes(event.subject), event.details)
        if broken is None and expected != bytes(event.chain):
            broken = lines
        before = bytes(event.chain)
    head = AuditHead.objects.filter(pk=1).first()
    missing = 0 if head is None else max(head.lines - lines, 0)
    if broken is None and head is not None and not missing and bytes(head.chain) != before:
        broken = lines
    return Verdict(lines=lines, broken_at=broken, missing=missing)


def of_person(accounts: Iterable[str]) -> list[AuditEvent]:
    """Return what the log says of a person under any of some ids, the oldest line first."""
    subjects = [subject_of(who) for who in accounts]
    return list(AuditEvent.objects.filter(subject__in=subjects).order_by("pk"))


def _add(what: str, by: str, subject: bytes, details: Mapping[str, Any], before: bytes) -> bytes:
    now = timezone.now()
    chain = _chain(before, now, what, by, subject, details)
    AuditEvent.objects.create(at=now, actor=by, what=what, subject=subject, details=dict(details), chain=chain)
    return chain


def _chain(before: bytes, at: datetime, what: str, by: str, subject: bytes, details: Mapping[str, Any]) -> bytes:
    said = json.dumps([before.hex(), at.isoformat(), what, by, subject.hex(), details], sort_keys=True)
    return fingerprint(secret("audit"), said, size=_CHAIN_BYTES)
