"""The entry point: the commands put together, and errors a person can mend turned into one line."""

import sys
from itertools import pairwise
from typing import cast

import typer

from regulars.cli import _analyze, _ask, _keys, _mappings, _merges, _records, _serve, _shop, _sources
from regulars.cli._rooms import reports
from regulars.cli._screen import fail
from regulars.core import RegularsError

app = typer.Typer(
    name="regulars",
    help="Who are your regulars, what are they worth, and whom should you write to today?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for register in (
    _analyze.register,
    _records.register,
    _serve.register,
    _keys.register,
    _shop.register,
    _sources.register,
    _mappings.register,
    _merges.register,
    _ask.register,
):
    register(app)


_Complaint = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""What Typer raises for every command line that it does not understand; it gives that no name of its own."""


class UsageInvalid(RegularsError):
    """A command line that is not one: an unknown command or option, or a value that is missing or of no meaning."""

    code = "usage_invalid"
    template = "{problem} See: {command} --help"


def main() -> None:
    """Run the command line; exit with 2 and one line for what a person can mend. A traceback is a bug."""
    try:
        sys.exit(_asked())
    except RegularsError as error:
        fail(error, language=_language_asked())
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)
    except typer.Abort:  # a question was not answered
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _asked() -> int:
    """Run what the command line asks for; return the status to exit with.

    Raises:
        UsageInvalid: it asks for nothing there is. Typer itself would frame that in a box of five lines.
    """
    try:
        status = app(standalone_mode=False)
    except _Complaint as error:
        said = cast("typer.BadParameter", error)
        if type(said).__name__ == "NoArgsIsHelpError":
            said.show()
            return said.exit_code
        problem = said.format_message()
        ended = problem if problem.endswith((".", "?")) else f"{problem}."
        raise UsageInvalid(problem=ended, command=said.ctx.command_path if said.ctx else "regulars") from error
    return status if isinstance(status, int) else 0


def _language_asked() -> "reports.Language":
    """Return the language of the command line that failed, which no command can hand over any more."""
    arguments = sys.argv[1:]
    return "zh" if ("--lang", "zh") in pairwise(arguments) or "--lang=zh" in arguments else "en"
