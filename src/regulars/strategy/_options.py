"""Which plays are open to whom, as far as stage, group and consent decide.

Customers share a few hundred situations; what a situation opens is worked out once, here, in plain Python, and
joined to a million customers in SQL.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import product

import pyarrow as pa

from regulars.core import MONEY, Channel, Play, Settings
from regulars.strategy._reasons import seen_by_trigger

STILL_BUYING = frozenset({"acquisition", "growth", "retention"})

_TEXT, _YES, _NUMBER, _COUNT = pa.string(), pa.bool_(), pa.float64(), pa.int64()

OPTIONS = pa.schema(
    [
        ("option_number", _COUNT),
        ("stage", _TEXT),
        ("rfm_group", _TEXT),
        ("may_email", _YES),
        ("may_message", _YES),
        ("may_phone", _YES),
        ("action", _TEXT),
        ("is_allowed", _YES),
        ("channel", _TEXT),
        ("channel_cost", MONEY),
        ("offer_cost", MONEY),
        ("cost", MONEY),
        ("effect", _NUMBER),
        ("effect_low", _NUMBER),
        ("effect_high", _NUMBER),
        ("do_by", pa.date32()),
        ("min_orders", _COUNT),
        ("max_orders", _COUNT),
        ("min_days_since_last", _COUNT),
        ("max_days_since_last", _COUNT),
        ("min_satisfaction", _NUMBER),
        ("max_satisfaction", _NUMBER),
        ("reasons", _TEXT),
    ]
)
"""A play in a situation that opens it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What decides, beside a customer's own numbers, which plays are open."""

    stage: str
    rfm_group: str
    may_email: bool
    may_message: bool
    may_phone: bool

    def allows(self, channel: Channel) -> bool:
        """Tell whether a channel may be used.

        A card in a parcel is no marketing message and needs no consent, but a parcel is sent only to somebody
        who is still buying.
        """
        return {
            "email": self.may_email,
            "message": self.may_message,
            "phone": self.may_phone,
            "in_parcel": self.stage in STILL_BUYING,
        }[channel]

    def meets(self, play: Play) -> bool:
        """Tell whether stage and group are those the play is for."""
        trigger = play.trigger
        return (not trigger.stages or self.stage in trigger.stages) and (
            not trigger.groups or self.rfm_group in trigger.groups
        )


def channel_for(play: Play, situation: Situation) -> tuple[Channel, bool] | None:
    """Return the channel of a play in a situation, and whether it is allowed.

    The first channel that is allowed; else the first that a consent would open, not allowed; else None.
    """
    for channel in play.channels:
        if situation.allows(channel):
            return channel, True
    return next(((channel, False) for channel in play.channels if channel != "in_parcel"), None)


def options(situations: Sequence[Situation], *, as_of: date, settings: Settings) -> pa.Table:
    """Return every play that a situation opens, allowed or not (`OPTIONS`).

    Numbers go by the order of the playbook: of two options of a customer, the smaller is the play named first.
    """
    rows: list[dict[str, object]] = []
    for number, (play, situation) in enumerate(product(settings.strategy.plays, situations)):
        found = channel_for(play, situation)
        if found is None or not situation.meets(play):
            continue
        channel, is_allowed = found
        channel_cost = settings.strategy.channel_costs[channel]
        rows.append(
            {
                **asdict(situation),
                **_terms(play, as_of=as_of),
                "option_number": number,
                "is_allowed": is_allowed,
                "channel": channel,
                "channel_cost": channel_cost,
                "cost": channel_cost + play.offer_cost,
                "reasons": ";".join(seen_by_trigger(play, stage=situation.stage, rfm_group=situation.rfm_group)),
            }
        )
    return pa.Table.from_pylist(rows, schema=OPTIONS)


def _terms(play: Play, *, as_of: date) -> dict[str, object]:
    """Return what is the same for a play in every situation."""
    return {
        "action": play.code,
        "offer_cost": play.offer_cost,
        "effect": play.effect,
        "effect_low": play.effect_low,
        "effect_high": play.effect_high,
        "do_by": as_of + timedelta(days=play.within_days),
        **play.trigger.model_dump(exclude={"stages", "groups"}),
    }
