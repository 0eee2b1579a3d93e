"""regulars 常客: who comes back, what they are worth, and whom to write to today.

>>> import regulars
>>> result = regulars.analyze(orders="orders.csv")  # doctest: +SKIP
>>> result.actions  # doctest: +SKIP
"""

from typing import TYPE_CHECKING

from regulars._version import __version__
from regulars.core import RegularsError, Settings

if TYPE_CHECKING:
    from regulars.analysis import Result, analyze, import_records
else:

    def __getattr__(name: str) -> object:
        """Load the analysis when it is asked for: it stands on two seconds' worth of packages."""
        if name not in {"Result", "analyze", "import_records"}:
            raise AttributeError(f"module 'regulars' has no attribute {name!r}")
        from regulars import analysis  # noqa: PLC0415

        return getattr(analysis, name)


__all__ = ["RegularsError", "Result", "Settings", "__version__", "analyze", "import_records"]
