"""Every number a business may want to change, with its default, in one file of settings (TOML)."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from regulars.core._playbook import DEFAULT_PLAYS, Channel, Play
from regulars.core._settings_faults import SettingsError, SettingsMissing, fault_of

Rate = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=10)]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
ChannelCost = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Business(_Section):
    """Whose records these are. `rates` says what one unit of another currency is worth in the business's own."""

    name: str = ""
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    time_zone: str = "UTC"
    rates: dict[CurrencyCode, Rate] = {}
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no time zone; use a name such as Asia/Shanghai") from error
        return value

    @model_validator(mode="after")
    def _rates_lead_somewhere(self) -> "Business":
        if self.rates and not self.currency:
            raise ValueError("rates need business.currency, the currency that they lead to")
        if self.currency in self.rates:
            raise ValueError(f"{self.currency} is the business's own currency and has no rate")
        return self


class Records(_Section):
    """How files are read."""

    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    decimal_mark: Literal[".", ","] | None = None
    excel_dates: Literal["1900", "1904"] | None = None
    max_quarantined_share: float = Field(default=0.5, ge=0, le=1)


class Customers(_Section):
    """Cleaning: what counts as an outlier (marked, never deleted). Matching: whose records are one person's.

    `match_keys`: e-mails, phones and open ids that are the same; `match_likeness`: names, addresses and birth dates
    that are alike, merged and put on the review list by the probability that it is one person.
    """

    outlier_fence: float = Field(default=3.0, gt=0)
    match_keys: bool = True
    match_likeness: bool = True
    key_shared_by_more_than: int = Field(default=6, ge=1)
    match_merge_probability: float = Field(default=0.99, gt=0.5, le=1)
    match_review_probability: float = Field(default=0.9, gt=0, le=1)

    @model_validator(mode="after")
    def _review_below_merge(self) -> "Customers":
        if self.match_review_probability > self.match_merge_probability:
            raise ValueError("match_review_probability must not be above match_merge_probability")
        return self


class Consent(_Section):
    """What is allowed where no consent was recorded."""

    profiling: bool = True
    marketing: bool = False
    sharing: bool = False


class Windows(_Section):
    """Days that make a period."""

    period_days: int = Field(default=90, ge=1, le=3650)


class Scoring(_Section):
    """Weights and cut-offs of the value, satisfaction and loyalty scores."""

    weighting: Literal["manual", "equal", "entropy"] = "manual"
    normaliser: Literal["minmax", "percentile", "zscore"] = "minmax"
    winsor_share: float = Field(default=0.01, ge=0, lt=0.5)
    value_weights: dict[Literal["purchase", "referral", "feedback"], float] = {
        "purchase": 0.6,
        "referral": 0.2,
        "feedback": 0.2,
    }
    satisfaction_weights: dict[Literal["rating", "service"], float] = {"rating": 0.7, "service": 0.3}
    loyalty_weights: dict[Literal["purchase", "usage", "feedback"], float] = {
        "purchase": 0.4,
        "usage": 0.4,
        "feedback": 0.2,
    }
    grade_medium: float = Field(default=30.0, ge=0, le=100)
    grade_high: float = Field(default=60.0, ge=0, le=100)

    @field_validator("value_weights", "satisfaction_weights", "loyalty_weights")
    @classmethod
    def _weights_make_sense(cls, value: dict[str, float]) -> dict[str, float]:
        if any(weight < 0 for weight in value.values()) or sum(value.values()) <= 0:
            raise ValueError("weights must be zero or more and not all zero")
        return value

    @model_validator(mode="after")
    def _cut_offs_ascend(self) -> "Scoring":
        if self.grade_medium > self.grade_high:
            raise ValueError("grade_medium must not be above grade_high")
        return self


class Segments(_Section):
    """RFM cut points (empty: quintiles by mid-rank) and the lifecycle's two multiples of its window."""

    recency_cuts: tuple[float, ...] = ()
    frequency_cuts: tuple[float, ...] = ()
    monetary_cuts: tuple[float, ...] = ()
    at_risk_gaps: float = Field(default=2.0, gt=0)
    lapsed_windows: float = Field(default=4.0, gt=0)

    @field_validator("recency_cuts", "frequency_cuts", "monetary_cuts")
    @classmethod
    def _four_ascending(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if value and (len(value) != 4 or list(value) != sorted(set(value))):
            raise ValueError("give exactly four cut points, each above the one before")
        return value


class Lifetime(_Section):
    """Money later is worth less: the yearly discount rate, and how many months ahead are valued.

    `model` is by what customers are valued: "auto" tests all on the past; any other is used untested, if it can be
    fitted.
    """

    model: Literal["auto", "plain", "bg_nbd", "mbg_nbd", "pareto_nbd", "bg_cnbd_k"] = "auto"
    annual_discount_rate: float = Field(default=0.10, gt=-1)
    horizon_months: int = Field(default=12, ge=1, le=120)
    annualise_after_days: int = Field(default=90, ge=1)


class Network(_Section):
    """What part of a brought customer's value is credited to the one who brought him; again at each further step."""

    share: float = Field(default=0.5, ge=0, le=1)


class Prediction(_Section):
    """How far ahead purchases are asked for (not set: the business's own horizon), and how many are learned from."""

    horizon_days: int | None = Field(default=None, ge=1, le=3650)
    sample_customers: int = Field(default=25_000, ge=100)


class Strategy(_Section):
    """The playbook, what a contact costs, how much may be spent and how many are held out to measure by.

    `campaign` names what is measured as one: the same people stay held out until it is renamed. Empty means one
    campaign a calendar month. `margin_share` is how much of the spend of a customer is margin if any of the orders
    in question has no cost; lifetime values go by it too.
    """

    campaign: str = Field(default="", max_length=80, pattern=r"^(\S(.*\S)?)?$")
    holdout_share: float = Field(default=0.10, ge=0, lt=1)
    budget: Decimal | None = Field(default=None, ge=0)
    max_contacts: int | None = Field(default=None, ge=1)
    channel_costs: dict[Channel, ChannelCost] = {
        "email": Decimal("0.05"),
        "message": Decimal("0.10"),
        "phone": Decimal("5.00"),
        "in_parcel": Decimal("0.50"),
    }
    margin_share: float = Field(default=1.0, gt=0, le=1)
    plays: tuple[Play, ...] = DEFAULT_PLAYS

    @field_validator("plays")
    @classmethod
    def _codes_differ(cls, value: tuple[Play, ...]) -> tuple[Play, ...]:
        codes = [play.code for play in value]
        for code in codes:
            if codes.count(code) > 1:
                raise ValueError(f"two plays have the code {code}; give one of them another")
        return value

    @model_validator(mode="after")
    def _every_channel_has_a_cost(self) -> "Strategy":
        for play in self.plays:
            for channel in play.channels:
                if channel not in self.channel_costs:
                    raise ValueError(f"play {play.code} uses {channel}, which has no cost; add it to channel_costs")
        return self


class Settings(_Section):
    """All settings. The defaults are the ones the documentation and the tests speak of."""

    business: Business = Business()
    records: Records = Records()
    customers: Customers = Customers()
    consent: Consent = Consent()
    windows: Windows = Windows()
    scoring: Scoring = Scoring()
    segments: Segments = Segments()
    lifetime: Lifetime = Lifetime()
    network: Network = Network()
    prediction: Prediction = Prediction()
    strategy: Strategy = Strategy()


def load_settings(path: Path | None) -> Settings:
    """Return the settings of a TOML file, or the defaults for None.

    Raises:
        SettingsError: the file is missing, is no TOML, or holds an unknown or senseless value.
    """
    if path is None:
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError as error:
        raise SettingsMissing(file=path) from error
    except OSError as error:
        raise SettingsError(file=path, place="file", problem=error.strerror or "cannot be read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(file=path, place="TOML", problem=error) from error
    except ValidationError as error:
        raise fault_of(error, file=path, settings=Settings) from error
