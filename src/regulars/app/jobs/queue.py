"""The table of jobs as a queue: one worker at a time holds a job, by a lease that it has to renew.

A job whose worker is killed is leased again when the lease runs out, up to `ATTEMPTS` times. What a job does must
therefore be right when it is done again from the start.
"""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from regulars.app.models import Job
from regulars.core import RegularsError
from regulars.reports import N_

LEASE = timedelta(seconds=30)
ATTEMPTS = 4
_INTERNAL = N_("Something went wrong inside. The console says more.")
_LOST = N_("It was begun several times and lost each time; perhaps the machine has too little memory.")


class Cancelled(RegularsError):
    """A job that somebody stopped."""

    code = "job_cancelled"
    template = "It was stopped before it was done; nothing was changed."


def ask(
    kind: str,
    payload: Mapping[str, Any] | None = None,
    *,
    key: str = "",
    by: User | None = None,
    not_before: datetime | None = None,
) -> Job:
    """Ask for a job, and return it; the one already asked for under this key, if it is not ended."""
    key = key or secrets.token_hex(8)
    try:
        with transaction.atomic():
            return Job.objects.create(
                kind=kind, key=key, payload=dict(payload or {}), asked_at=timezone.now(), asked_by=by,
                not_before=not_before,
            )  # fmt: skip
    except IntegrityError:
        return Job.objects.get(kind=kind, key=key, state__in=[Job.QUEUED, Job.RUNNING])


def ask_after_all(kind: str, *, by: User | None = None) -> Job:
    """Ask for a job that begins after now: one already waiting will do, one under way will not, for it read before."""
    under_way = Job.objects.filter(kind=kind, state=Job.RUNNING).order_by("-id").first()
    waiting = Job.objects.filter(kind=kind, state=Job.QUEUED).first()
    return waiting or ask(kind, key=f"{kind}:{under_way.id}" if under_way else kind, by=by)


def lease_next(worker: str, kinds: Collection[str] | None = None) -> Job | None:
    """Return the oldest job, of any kind or of these, that is due and nobody works on, now this worker's; or None."""
    now = timezone.now()
    with transaction.atomic():
        _give_up(now)
        free = Q(state=Job.QUEUED) | Q(state=Job.RUNNING, lease_until__lt=now)
        due = Q(not_before__isnull=True) | Q(not_before__lte=now)
        wanted = Q() if kinds is None else Q(kind__in=list(kinds))
        job = Job.objects.filter(free & due & wanted).order_by("asked_at", "id").first()
        if job is None:
            return None
        job.state, job.worker, job.lease_until = Job.RUNNING, worker, now + LEASE
        job.attempt += 1
        job.step, job.progress = "", 0.0
        job.save()
        return job


def renew(job_id: int, worker: str) -> bool:
    """Hold a job for longer; say whether it is still this worker's and wanted."""
    held = Job.objects.filter(id=job_id, worker=worker, state=Job.RUNNING, is_cancelled=False)
    return bool(held.update(lease_until=timezone.now() + LEASE))


def tell(job_id: int, worker: str, *, step: str, progress: float) -> None:
    """Write down how far a job is.

    Raises:
        Cancelled: somebody stopped it, or it is another worker's by now.
    """
    held = Job.objects.filter(id=job_id, worker=worker, state=Job.RUNNING, is_cancelled=False)
    if not held.update(step=step, progress=progress, lease_until=timezone.now() + LEASE):
        raise Cancelled


def end(job_id: int, worker: str, *, result: Mapping[str, Any]) -> None:
    """Write down that a job is done, and what came of it."""
    Job.objects.filter(id=job_id, worker=worker, state=Job.RUNNING).update(
        state=Job.DONE, result=dict(result), progress=1.0, lease_until=None, ended_at=timezone.now()
    )


def fail(job_id: int, worker: str, error: BaseException) -> None:
    """Write down why a job could not be done: in words a person can act on, if there are any."""
    state = Job.CANCELLED if isinstance(error, Cancelled) else Job.FAILED
    code, template, params = "internal", _INTERNAL, {}
    if isinstance(error, RegularsError):
        code, template = error.code, error.template
        params = {name: str(value) for name, value in error.params.items()}
    Job.objects.filter(id=job_id, worker=worker, state=Job.RUNNING).update(
        state=state, error_code=code, error=template, error_params=params, lease_until=None, ended_at=timezone.now()
    )
    _name_nobody()


def release(job_id: int, worker: str) -> None:
    """Give a job back whose worker is known to be gone, so that it need not wait for its lease to run out."""
    Job.objects.filter(id=job_id, worker=worker, state=Job.RUNNING).update(lease_until=timezone.now() - LEASE)


def cancel(job_id: int) -> None:
    """Stop a job: at once if nobody works on it, else when its worker next tells how far it is."""
    Job.objects.filter(id=job_id, state=Job.QUEUED).update(state=Job.CANCELLED, ended_at=timezone.now())
    Job.objects.filter(id=job_id, state=Job.RUNNING).update(is_cancelled=True)


def _give_up(now: datetime) -> None:
    """Fail what was tried so often that it would only kill the next worker too."""
    Job.objects.filter(state=Job.RUNNING, lease_until__lt=now, attempt__gte=ATTEMPTS).update(
        state=Job.FAILED, error_code="worker_lost", error=_LOST, ended_at=now
    )
    _name_nobody()


def _name_nobody() -> None:
    """Take the people out of erasures that failed; whoever is still to go is proposed again."""
    Job.objects.filter(kind="erase", state=Job.FAILED).exclude(payload={}).update(payload={})
