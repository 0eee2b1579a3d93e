"""regulars 常客: who comes back, what they are worth, and whom to write to today."""

from regulars._version import __version__

__all__ = ["__version__"]
