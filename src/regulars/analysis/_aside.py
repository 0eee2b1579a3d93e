"""Work that nobody waits for yet: models learn in Python on one core, and queries may have the other meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from threadpoolctl import threadpool_limits

from regulars.engines import Engine

Found = TypeVar("Found")


class Aside:
    """Does one piece of work after another over a door of its own; without a thread, at once.

    What is done aside may read any table that is there when it begins, and write tables that nothing else does.
    """

    def __init__(self, engine: Engine, worker: ThreadPoolExecutor | None) -> None:
        self._engine = engine
        self._worker = worker

    def begin(self, work: Callable[[Engine], Found]) -> Callable[[], Found]:
        """Begin some work; what is returned waits for what it found, or raises what it raised."""
        if self._worker is None:
            found = work(self._engine)
            return lambda: found
        return self._worker.submit(work, self._engine).result


@contextmanager
def aside(engine: Engine) -> Iterator[Aside]:
    """Give a way to do work aside; at the end everything begun is done.

    BLAS has one thread meanwhile: who fits first may not give threads back to a fit that is still at work beside it,
    whose last bits would then depend on the moment.
    """
    with engine.aside() as other, threadpool_limits(limits=1, user_api="blas"):
        if other is None:
            yield Aside(engine, None)
            return
        with ThreadPoolExecutor(max_workers=1) as worker:
            yield Aside(other, worker)
