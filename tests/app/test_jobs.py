"""Jobs: asked once, held by one worker, resumed when it is gone, ended in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from regulars.app.jobs import queue
from regulars.app.models import Job
from regulars.core import RegularsError


class Spilt(RegularsError):
    """Something a person can mend."""

    code = "spilt"
    template = "The tea is on {place}."


def test_asking_twice_is_asking_once_until_it_is_ended() -> None:
    first, second = queue.ask("analyse", key="analyse"), queue.ask("analyse", key="analyse")
    assert first.id == second.id
    queue.lease_next("w1")
    queue.end(first.id, "w1", result={})
    assert queue.ask("analyse", key="analyse").id != first.id


def test_one_worker_holds_a_job_until_its_lease_runs_out() -> None:
    asked = queue.ask("analyse")
    assert queue.lease_next("w1") == asked
    assert queue.lease_next("w2") is None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    taken = queue.lease_next("w2")
    assert taken == asked
    assert taken is not None
    assert taken.attempt == 2
    queue.end(asked.id, "w1", result={"by": "the first"})
    assert Job.objects.get().state == Job.RUNNING
    with pytest.raises(queue.Cancelled):
        queue.tell(asked.id, "w1", step="read", progress=0.5)


def test_a_job_that_kills_its_workers_is_given_up() -> None:
    queue.ask("analyse")
    for attempt in range(queue.ATTEMPTS):
        job = queue.lease_next(f"w{attempt}")
        assert job is not None
        queue.release(job.id, f"w{attempt}")
    assert queue.lease_next("w9") is None
    assert (Job.objects.get().state, Job.objects.get().error_code) == (Job.FAILED, "worker_lost")


def test_a_stopped_job_says_so_when_it_next_tells_how_far_it_is() -> None:
    job = queue.ask("analyse")
    queue.lease_next("w1")
    queue.cancel(job.id)
    with pytest.raises(queue.Cancelled):
        queue.tell(job.id, "w1", step="read", progress=0.5)


def test_what_a_person_can_mend_is_kept_as_words_and_what_not_as_nothing_of_the_inside() -> None:
    for error in (Spilt(place="the books"), ValueError("row of ana@example.com")):
        job = queue.ask("analyse")
        queue.lease_next("w1")
        queue.fail(job.id, "w1", error)
    told = list(Job.objects.order_by("id").values_list("error", "error_params"))
    assert told[0] == (Spilt.template, {"place": "the books"})
    assert "example.com" not in told[1][0]
