"""Why this chance to buy: what it begins with and what each figure adds, in percentage points that add up."""

from collections.abc import Iterable
from dataclasses import dataclass

from regulars import prediction
from regulars.reports._folder import Row
from regulars.reports._reasons import reason_text
from regulars.reports._voice import N_, Voice

_SHOWN = 5
_TENTHS = 1000
"""Of a percentage point, in a probability of 1."""

_AVERAGE = N_("Begins at {chance}, that of an average customer")
_NEW = N_("Begins at {chance}, that of a customer who has just bought for the first time")


@dataclass(frozen=True, slots=True)
class ChanceParts:
    """Where the reckoning begins, the largest parts first, all others as one, and what they come to."""

    begins: str
    parts: list[dict[str, str]]
    comes_to: str


def chance_parts(model: Row | None, customer: Row, *, voice: Voice) -> ChanceParts | None:
    """Return why the model in use tells a customer this chance; None for who has none."""
    told = [] if model is None else prediction.in_points(model, customer)
    if model is None or not told:
        return None
    start, *parts = told
    parts.sort(key=lambda part: (-abs(part.contribution), part.code))
    shown, others = parts[:_SHOWN], parts[_SHOWN:]
    said = [reason_text(part.code, part.value, language=voice.language, currency=voice.currency) for part in shown]
    shares = [part.contribution for part in shown]
    if others:
        said.append(voice.nt("{n} other figure", "{n} other figures", len(others)))
        shares.append(sum(part.contribution for part in others))
    begins, *tenths = _adding_up([start.contribution, *shares])
    return ChanceParts(
        begins=voice.t(_NEW if model["in_use"] == "bg_nbd" else _AVERAGE, chance=_percent(begins, voice=voice)),
        parts=[
            {"reason": reason, "points": voice.t("{points} percentage points", points=_signed(tenth, voice=voice))}
            for reason, tenth in zip(said, tenths, strict=True)
        ],
        comes_to=voice.t("Comes to {chance}", chance=_percent(begins + sum(tenths), voice=voice)),
    )


def _adding_up(shares: Iterable[float]) -> list[int]:
    """Return each share in tenths of a percentage point, so rounded that the rounded ones add up to the rounded sum.

    >>> _adding_up([0.30004, 0.00004, 0.00004])
    [300, 0, 0]
    >>> _adding_up([0.3004, 0.0004, 0.0004])
    [300, 1, 0]
    """
    found, reached, whole = [], 0.0, 0
    for share in shares:
        reached += share
        found.append(round(_TENTHS * reached) - whole)
        whole += found[-1]
    return found


def _percent(tenths: int, *, voice: Voice) -> str:
    return voice.precise(tenths / 10, digits=1) + "%"


def _signed(tenths: int, *, voice: Voice) -> str:
    return ("+" if tenths > 0 else "") + voice.precise(tenths / 10, digits=1)
