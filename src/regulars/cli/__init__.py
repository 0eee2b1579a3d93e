"""The command line: how do I ask in a terminal?

It only translates: options into one call of the library, and the answer into lines on the screen.
"""

from regulars.cli._main import main

__all__ = ["main"]
