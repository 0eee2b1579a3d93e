"""Reads ahead in a thread, so that one core parses while another stores."""

from collections.abc import Generator
from contextlib import closing, suppress
from queue import Empty, Queue
from threading import Event, Thread, current_thread
from typing import TypeVar

Item = TypeVar("Item")

_DEPTH = 4


def read_ahead(items: Generator[Item, None, None]) -> Generator[Item, None, None]:
    """Yield the items in their order, made by a thread that is at most a few items ahead.

    An error of the maker is raised here, after the items before it. A reader that stops early stops the maker,
    which then closes its items; so does an error of either.
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
        # Once told to stop, the maker puts at most an error and the end: room enough is left, so it never waits.
        with suppress(Empty):
            while True:
                made.get_nowait()
        # The collector of garbage may close a forgotten reader in any thread, even in the maker's.
        if maker is not current_thread():
            maker.join()


def _make(items: Generator[Item, None, None], made: "Queue[Item | BaseException | None]", stopped: Event) -> None:
    try:
        with closing(items):
            for item in items:
                made.put(item)
                if stopped.is_set():
                    return
    except BaseException as error:
        made.put(error)
    made.put(None)
