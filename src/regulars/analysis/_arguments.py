"""What a program may hand over wrongly and a command line cannot: found before any work, and said by name."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import get_args

from regulars.core import RegularsError
from regulars.reports import Language


class ArgumentInvalid(RegularsError):
    """An argument of the wrong kind or out of its range."""

    code = "argument_invalid"
    template = "{name} is {value}, but must be {rule}."


class AsOfInFuture(RegularsError):
    """An analysis of a day that has not come."""

    code = "as_of_in_future"
    template = (
        "The analysis is asked for as of {as_of}, which is after today ({today}): its records are not all there yet."
        " Choose today or an earlier day with --as-of, or say what today is with --today."
    )


def check_days(days: Mapping[str, date | None]) -> None:
    """Refuse what is no plain day.

    Raises:
        ArgumentInvalid: a text, or a moment, whose day depends on the time zone.
    """
    for name, day in days.items():
        if day is not None and (isinstance(day, datetime) or not isinstance(day, date)):
            raise ArgumentInvalid(name=name, value=repr(day), rule="a day such as date(2024, 2, 1)")


def check_language(language: object) -> None:
    """Refuse a language that no report is written in.

    Raises:
        ArgumentInvalid: it is another.
    """
    if language not in get_args(Language):
        raise ArgumentInvalid(name="language", value=repr(language), rule="'en' or 'zh'")


def check_number(name: str, number: object, *, least: int) -> None:
    """Refuse what is no whole number of at least `least`.

    Raises:
        ArgumentInvalid: it is less, or something else.
    """
    if not isinstance(number, int) or number < least:
        raise ArgumentInvalid(name=name, value=repr(number), rule=f"a whole number, {least} or more")
