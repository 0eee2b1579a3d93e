"""Reads ahead in a thread, so that one core parses while another stores."""

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")

_DEPTH = 4
_PATIENCE_SECONDS = 0.1


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items in their order, made by a thread that is at most a few items ahead.

    An error of the maker is raised here, after the items before it. A reader that stops early stops the maker.
    """
    made: Queue[Item | BaseException | None] = Queue(maxsize=_DEPTH)
    stopped = Event()
    maker = Thread(target=_make, args=(items, made, stopped), daemon=True)
    maker.start()
    try:
        while (item := made.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        while maker.is_alive():
            with suppress(Empty):
                made.get(timeout=_PATIENCE_SECONDS)
        maker.join()


def _make(items: Iterator[Item], made: "Queue[Item | BaseException | None]", stopped: Event) -> None:
    try:
        for item in items:
            made.put(item)
            if stopped.is_set():
                return
    except BaseException as error:
        made.put(error)
    made.put(None)
