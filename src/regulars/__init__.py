"""regulars 常客: who comes back, what they are worth, and whom to write to today.

>>> import regulars
>>> result = regulars.analyze(orders="orders.csv")  # doctest: +SKIP
>>> result.actions  # doctest: +SKIP
"""

from regulars._version import __version__
from regulars.analysis import Result, analyze, import_records
from regulars.core import RegularsError, Settings

__all__ = ["RegularsError", "Result", "Settings", "__version__", "analyze", "import_records"]
