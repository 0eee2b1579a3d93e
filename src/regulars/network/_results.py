"""What is said of the referrals of a whole business, and of the people who bring the most."""

from collections.abc import Mapping
from dataclasses import dataclass

from regulars.core import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSummary:
    """The referrals known on a day: how many there are, how many count, and why the others do not.

    `referral_count` rows = those behind the `brought` customers + all that were `left_out`, by reason:
    `self_referral` (nobody brings himself), `unknown_person` (one of the two is not known on that day), `repeated`
    (the same two again), `other_referrer` (somebody else had brought this customer before), `cycle` (the latest of
    referrals that lead back to where they began). `deepest_chain` counts referrals, not people. `brought` is the
    share of all customers whom another brought, with Wilson's 95 % interval.
    """

    referral_count: int
    left_out: Mapping[str, int]
    brought: Figure
    deepest_chain: int
    advocate_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Advocate:
    """One who brought customers that went on to order. Values in money, expected and not yet earned."""

    customer_id: str
    referred_directly: int
    referred_in_all: int
    referral_value: float
    total_value: float
