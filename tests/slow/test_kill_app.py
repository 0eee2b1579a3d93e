"""A killed server, web process or job loses nothing that was acknowledged: five rounds of bench/kill_app.py."""

import pytest

from rigs import said_by

pytestmark = pytest.mark.slow


def test_what_the_app_acknowledged_is_there_whatever_is_killed() -> None:
    assert " 0 notes" not in said_by("kill_app.py", rounds=5)
