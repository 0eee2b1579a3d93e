"""Amounts that nobody knows to the cent: forecasts, gains, and the ranges of both."""

from regulars.reports._voice import Voice

# From here on a voice leaves out cents itself, and shortens what is longer still.
_SHORT_FROM = 100_000


def amount(value: float, *, voice: Voice) -> str:
    """Return an amount without cents: nobody knows them beforehand."""
    return voice.rounded_money(value) if abs(value) < _SHORT_FROM else voice.money(value)


def amounts_between(low: float | None, high: float | None, *, voice: Voice) -> str:
    """Return a range of amounts, or that there is none."""
    if low is None or high is None:
        return voice.t("not known")
    return voice.t("{low} to {high}", low=amount(low, voice=voice), high=amount(high, voice=voice))
