"""Threads of the web server that see to jobs, each in a process of its own: one at a time, and looks beside them.

An analysis may take gigabytes and be killed for it; the pages stay up, and what it took is given back when it ends.
"""

import logging
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Collection

from django.db import connections

from regulars.app.jobs import daily, queue
from regulars.app.models import Job

_PAUSE = 1.0
_log = logging.getLogger(__name__)


class Keeper:
    """Sees to jobs of some kinds, one after the other, until it is told to stop."""

    def __init__(self, kinds: Collection[str]) -> None:
        self._kinds = frozenset(kinds)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._worker = f"{os.getpid()}-{secrets.token_hex(4)}"

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and with it the job under way, which the next server resumes."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_PAUSE):
            try:
                daily.ask_what_is_due()
                job = queue.lease_next(self._worker, self._kinds)
                if job is not None:
                    self._see_to(job)
            except Exception:
                _log.exception("the keeper of jobs goes on after an error")
            finally:
                connections.close_all()

    def _see_to(self, job: Job) -> None:
        connections.close_all()  # nothing is asked of the database until the job ends
        command = [sys.executable, "-m", "regulars.app.jobs.work", self._worker, str(job.id)]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            while process.poll() is None:
                if self._stopped.wait(_PAUSE / 4):
                    process.kill()
        queue.release(job.id, self._worker)
