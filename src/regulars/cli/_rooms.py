"""The rooms that a command asks, entered when it asks: what they stand on takes two seconds to load.

`regulars --help` and `regulars version` ask none. Import rooms from here; import-linter and mypy see the same doors.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars import analysis, app, customers, records, reports, simulation
else:

    class _Room:
        """A door that is opened by the first thing that is taken through it."""

        def __init__(self, name: str) -> None:
            self._place = f"regulars.{name}"

        def __getattr__(self, name: str) -> Any:
            return getattr(import_module(self._place), name)

    analysis, app, customers, records, reports, simulation = (
        _Room(name) for name in ("analysis", "app", "customers", "records", "reports", "simulation")
    )

__all__ = ["analysis", "app", "customers", "records", "reports", "simulation"]
