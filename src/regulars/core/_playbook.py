"""What a business can do for a customer, as settings: the plays, when they apply, what they cost and bring.

The effects shipped here are assumptions, marked so wherever they are shown, until a hold-out has measured them.
"""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Channel = Literal["email", "message", "phone", "in_parcel"]

Stage = Literal["prospect", "acquisition", "growth", "retention", "at_risk", "lapsed"]

Group = Literal[
    "champions",
    "loyal",
    "potential_loyalists",
    "new",
    "promising",
    "need_attention",
    "about_to_sleep",
    "at_risk",
    "cant_lose",
    "hibernating",
]


class Trigger(BaseModel):
    """Who a play is for: every condition that is given must hold; an empty list means no condition.

    A condition on satisfaction holds only for a customer whose satisfaction is known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    stages: tuple[Stage, ...] = ()
    groups: tuple[Group, ...] = ()
    min_orders: int = Field(default=1, ge=1)
    max_orders: int | None = Field(default=None, ge=1)
    min_days_since_last: int = Field(default=0, ge=0)
    max_days_since_last: int | None = Field(default=None, ge=0)
    max_satisfaction: float | None = Field(default=None, ge=0, le=100)
    min_satisfaction: float | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _somebody_can_meet_it(self) -> "Trigger":
        for what in ("orders", "days_since_last", "satisfaction"):
            low, high = getattr(self, f"min_{what}"), getattr(self, f"max_{what}")
            if low is not None and high is not None and low > high:
                raise ValueError(f"min_{what} {low} is above max_{what} {high}: nobody can meet both")
        return self


class Play(BaseModel):
    """One action, its trigger, its channels in order of preference, and the effect it is assumed to have.

    `effect` is the probability of one more order within `within_days` that would not have come by itself;
    `effect_low` and `effect_high` are its range. `offer_cost` is what the offer costs for everyone it is made to.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    trigger: Trigger
    channels: tuple[Channel, ...] = Field(min_length=1)
    offer_cost: Decimal = Field(default=Decimal(0), ge=0, max_digits=14, decimal_places=4)
    effect: float = Field(ge=0, le=1)
    effect_low: float = Field(ge=0, le=1)
    effect_high: float = Field(ge=0, le=1)
    effect_basis: Literal["assumed", "measured"] = "assumed"
    within_days: int = Field(default=14, ge=1, le=366)
    title: str | None = None

    @field_validator("code")
    @classmethod
    def _code_is_free(cls, value: str) -> str:
        if value == "leave_alone":
            raise ValueError("leave_alone is what is said where no play pays; give the play another code")
        return value

    @field_validator("channels")
    @classmethod
    def _each_channel_once(cls, value: tuple[Channel, ...]) -> tuple[Channel, ...]:
        if len(set(value)) != len(value):
            raise ValueError("name each channel once, the preferred one first")
        return value

    @model_validator(mode="after")
    def _range_holds_the_effect(self) -> "Play":
        if not self.effect_low <= self.effect <= self.effect_high:
            raise ValueError(f"play {self.code}: effect {self.effect} lies outside effect_low..effect_high")
        return self


DEFAULT_PLAYS: tuple[Play, ...] = (
    Play(
        code="win_back",
        trigger=Trigger(stages=("lapsed",), max_days_since_last=1095),
        channels=("email", "message"),
        effect=0.02,
        effect_low=0.0,
        effect_high=0.05,
        within_days=30,
    ),
    Play(
        code="rescue_call",
        trigger=Trigger(stages=("at_risk",), groups=("cant_lose", "at_risk"), min_orders=3),
        channels=("phone", "message", "email"),
        effect=0.08,
        effect_low=0.02,
        effect_high=0.15,
        within_days=7,
    ),
    Play(
        code="reminder",
        trigger=Trigger(stages=("at_risk",)),
        channels=("email", "message"),
        effect=0.04,
        effect_low=0.0,
        effect_high=0.08,
        within_days=14,
    ),
    Play(
        code="second_order",
        trigger=Trigger(stages=("acquisition",), max_orders=1),
        channels=("email", "message"),
        effect=0.05,
        effect_low=0.01,
        effect_high=0.10,
        within_days=14,
    ),
    Play(
        code="make_good",
        trigger=Trigger(max_satisfaction=40),
        channels=("message", "email", "phone"),
        effect=0.06,
        effect_low=0.0,
        effect_high=0.12,
        within_days=3,
    ),
    Play(
        code="thank_champions",
        trigger=Trigger(groups=("champions", "loyal"), min_orders=3),
        channels=("message", "email", "in_parcel"),
        effect=0.03,
        effect_low=0.0,
        effect_high=0.06,
        within_days=30,
    ),
    Play(
        code="ask_referral",
        trigger=Trigger(groups=("champions", "loyal"), min_satisfaction=80),
        channels=("message", "email"),
        effect=0.04,
        effect_low=0.0,
        effect_high=0.08,
        within_days=30,
    ),
    Play(
        code="cross_sell",
        trigger=Trigger(stages=("acquisition", "growth", "retention"), min_orders=2),
        channels=("email", "message"),
        effect=0.02,
        effect_low=0.0,
        effect_high=0.05,
        within_days=30,
    ),
)
