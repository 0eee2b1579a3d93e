"""Doing the jobs that a page asked for, in the process of the test."""

from regulars.app._shop import Shop
from regulars.app.jobs import queue
from regulars.app.jobs.kinds import KINDS
from regulars.app.models import Job
from regulars.core import RegularsError


def work(shop: Shop, *kinds: str) -> list[Job]:
    """Do every queued job of these kinds; return them, ended."""
    done = []
    while (job := queue.lease_next("test", kinds)) is not None:
        try:
            result = KINDS[job.kind](shop, job.payload, _tell)
        except RegularsError as error:
            queue.fail(job.id, "test", error)
        else:
            queue.end(job.id, "test", result=result)
        done.append(Job.objects.get(id=job.id))
    return done


def _tell(step: str, done: float) -> None:
    """Nobody listens."""
