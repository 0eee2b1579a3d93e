"""What every page asks of the app's database, asked once and asked anew as soon as anybody has written anything there.

SQLite tells at once whether the file is as it was: another connection's writes change its data version, one's own are
counted. So nothing remembered outlives a restriction, an erasure or a dismissal, whichever process wrote it down.
"""

import sqlite3
import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.db import connection

_Answer = TypeVar("_Answer")
_MANY = 1_000


class _Memory(threading.local):
    """What one thread remembers, of one connection in one state."""

    def __init__(self) -> None:
        self.state: tuple[sqlite3.Connection, int, int] | None = None
        self.answers: dict[Hashable, Any] = {}


_memory = _Memory()


def remembered(what: Hashable, ask: Callable[[], _Answer]) -> _Answer:
    """Return the answer to a question to the default database that nothing but its contents decides.

    Whoever is given it must not change it. Within a transaction, which may be taken back, it is asked each time.
    """
    if connection.in_atomic_block:
        return ask()
    connection.ensure_connection()
    base: sqlite3.Connection = connection.connection
    (version,) = base.execute("PRAGMA data_version").fetchone()
    state = (base, version, base.total_changes)
    if _memory.state != state or len(_memory.answers) >= _MANY:
        _memory.state, _memory.answers = state, {}
    if what not in _memory.answers:
        _memory.answers[what] = ask()
    answer: _Answer = _memory.answers[what]
    return answer
