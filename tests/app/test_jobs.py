"""Jobs: asked once, held by one worker, resumed when it is gone, ended in words."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from regulars.app._shop import Shop
from regulars.app.jobs import daily, queue
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


@pytest.mark.parametrize("how", ["fails", "kills its workers"])
def test_an_erasure_that_failed_for_good_names_nobody(how: str) -> None:
    job = queue.ask("erase", {"people": ["ana"], "by": "lin"})
    queue.lease_next("w")
    if how == "fails":
        queue.fail(job.id, "w", ValueError())
    else:
        Job.objects.update(attempt=queue.ATTEMPTS)
        queue.release(job.id, "w")
        queue.lease_next("w")
    assert (Job.objects.get().state, Job.objects.get().payload) == (Job.FAILED, {})


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


@pytest.mark.parametrize("name", ["orders.csv", "May/orders.csv"])
def test_what_lies_in_the_inbox_is_asked_for_once_it_is_whole_and_once_only(
    shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "current", lambda _: None)  # nor does a night that began meanwhile ask for it
    place = shop.workspace / "inbox" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.write_text("nothing,known\n")
        daily.ask_what_is_due()
        assert not Job.objects.exists()
        _saved_before(place, minutes=5)
        daily.ask_what_is_due()
        job = Job.objects.get()
        Job.objects.filter(id=job.id).update(state=Job.DONE, asked_at=timezone.now() - timedelta(minutes=3))
        note = place.with_name(place.name + ".problem.txt")
        note.write_text("why it stays\n")  # by the run, after it was asked for
        _saved_before(note, minutes=2)
        daily.ask_what_is_due()
        assert Job.objects.count() == 1
    finally:
        for path in (*place.parent.glob("orders*"), *([place.parent] if "/" in name else [])):
            path.rmdir() if path.is_dir() else path.unlink()


def _saved_before(path: Path, *, minutes: int) -> None:
    then = (timezone.now() - timedelta(minutes=minutes)).timestamp()
    os.utime(path, (then, then))
