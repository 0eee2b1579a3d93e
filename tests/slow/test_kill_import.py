"""A killed import or undo leaves the workspace as before or as after: five rounds of bench/kill_import.py."""

import pytest

from rigs import said_by

pytestmark = pytest.mark.slow


def test_an_import_that_is_killed_leaves_the_workspace_as_before_or_as_after() -> None:
    assert said_by("kill_import.py", rounds=5)
