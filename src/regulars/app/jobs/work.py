"""The process that does one job: `python -m regulars.app.jobs.work WORKER JOB`, with the shop in REGULARS_SHOP.

It ends when the web server does: its standard input is a pipe that the server holds open, so that no two workers are at
one job when the server was killed and started again.
"""

import os
import sys
import threading
import time

import django

from regulars.app._shop import served
from regulars.core import RegularsError

_GIVES_WAY = 10
"""How far the work that nobody waits for in front of a page stands back behind the pages."""


def main() -> int:
    """Do the job; 0 if it ended, in success or in a failure that was written down."""
    worker, job_id = sys.argv[1], int(sys.argv[2])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.app.settings")
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    django.setup()
    _do(worker, job_id)
    return 0


def _do(worker: str, job_id: int) -> None:
    from regulars.app.jobs import queue  # noqa: PLC0415  (Django has to be set up before its models are imported)
    from regulars.app.jobs.kinds import AT_ONCE, CHANGES, KINDS  # noqa: PLC0415
    from regulars.app.models import Job  # noqa: PLC0415

    job = Job.objects.get(id=job_id)
    if job.kind not in AT_ONCE and hasattr(os, "nice"):
        os.nice(_GIVES_WAY)
    threading.Thread(target=_keep_the_lease, args=(worker, job_id), daemon=True).start()
    try:
        result = KINDS[job.kind](
            served(),
            job.payload,
            lambda step, done: queue.tell(job_id, worker, step=step, progress=done),
        )
    except Exception as error:
        queue.fail(job_id, worker, error)
        if not isinstance(error, RegularsError):
            raise
    else:
        if job.kind in CHANGES:
            queue.ask("analyse", key="analyse", by=job.asked_by)
        queue.end(job_id, worker, result=result)


def _keep_the_lease(worker: str, job_id: int) -> None:
    from regulars.app.jobs import queue  # noqa: PLC0415

    while True:
        time.sleep(queue.LEASE.total_seconds() / 3)
        queue.renew(job_id, worker)


def _end_with_the_server() -> None:
    if sys.stdin is not None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
