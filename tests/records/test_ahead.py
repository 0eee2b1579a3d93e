"""Reading ahead changes nothing but the time it takes: order, errors and the end are those of the maker."""

import gc
import threading
from collections.abc import Generator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.records._ahead import read_ahead

WAIT_SECONDS = 10


class Maker:
    """Makes numbers, and knows how many it made, and whether it was closed."""

    def __init__(self, count: int, *, fails_at: int | None = None) -> None:
        self.count = count
        self.fails_at = fails_at
        self.made = 0
        self.closed = threading.Event()

    def items(self) -> Generator[int, None, None]:
        try:
            for number in range(self.count):
                if number == self.fails_at:
                    raise LookupError(number)
                self.made += 1
                yield number
        finally:
            self.closed.set()


def makers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "_make" in thread.name]


@given(count=st.integers(0, 30))
@settings(max_examples=20, deadline=None)
def test_every_item_comes_once_and_in_order(count: int) -> None:
    maker = Maker(count)
    assert list(read_ahead(maker.items())) == list(range(count))
    assert maker.closed.is_set()
    assert not makers()


@given(count=st.integers(1, 30), taken=st.integers(1, 30))
@settings(max_examples=20, deadline=None)
def test_a_reader_that_stops_early_stops_the_maker(count: int, taken: int) -> None:
    maker = Maker(count)
    reader = read_ahead(maker.items())
    for _ in range(min(count, taken)):
        next(reader)
    reader.close()
    assert maker.closed.is_set()
    assert not makers()


def test_the_maker_is_only_a_few_items_ahead() -> None:
    maker = Maker(1_000_000)
    reader = read_ahead(maker.items())
    next(reader)
    reader.close()
    assert maker.made < 20


@pytest.mark.parametrize("fails_at", [0, 1, 4, 20])
def test_an_error_of_the_maker_comes_after_the_items_before_it(fails_at: int) -> None:
    maker = Maker(30, fails_at=fails_at)
    reader = read_ahead(maker.items())
    assert [next(reader) for _ in range(fails_at)] == list(range(fails_at))
    with pytest.raises(LookupError):
        next(reader)
    assert not makers()


@pytest.mark.parametrize("fails_at", [1, 4, 5, 6])
def test_an_error_that_nobody_waits_for_stops_the_maker_too(fails_at: int) -> None:
    maker = Maker(30, fails_at=fails_at)
    reader = read_ahead(maker.items())
    next(reader)
    reader.close()
    assert maker.closed.is_set()
    assert not makers()


def test_an_error_of_the_reader_stops_the_maker() -> None:
    maker = Maker(1_000)
    reader = read_ahead(maker.items())
    next(reader)
    with pytest.raises(ZeroDivisionError):
        reader.throw(ZeroDivisionError())
    assert maker.closed.is_set()
    assert not makers()


def test_a_reader_that_never_starts_starts_no_maker() -> None:
    maker = Maker(5)
    reader = read_ahead(maker.items())
    assert not makers()
    reader.close()
    assert maker.made == 0


def test_a_forgotten_reader_may_be_collected_in_the_makers_own_thread() -> None:
    forgotten, collected = threading.Event(), threading.Event()

    def items() -> Generator[int, None, None]:
        yield 0
        forgotten.wait(WAIT_SECONDS)
        gc.collect()
        collected.set()
        yield 1

    reader = read_ahead(items())
    next(reader)
    (maker,) = makers()
    gc.disable()
    try:
        circle: list[object] = [reader]
        circle.append(circle)
        del reader, circle
        forgotten.set()
        assert collected.wait(WAIT_SECONDS), "the maker waits for itself"
    finally:
        gc.enable()
    maker.join(WAIT_SECONDS)
    assert not maker.is_alive()
