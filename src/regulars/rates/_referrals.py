"""How many customers bring others."""

from datetime import date

from regulars.core import Figure, Window, wilson
from regulars.engines import Engine
from regulars.rates._history import reach, unknown, whole_period

_REFERRERS = """
SELECT
    count(DISTINCT referrer_id) AS count,
    (SELECT count(*) FROM referrals WHERE referrer_id <> referred_id) AS recorded
FROM referrals
WHERE referrer_id <> referred_id AND (referred_day <= $as_of OR referred_day IS NULL)
    AND referrer_id IN (SELECT customer_id FROM customers WHERE first_day <= $as_of)
"""


def referral_rate(engine: Engine, *, as_of: date) -> Figure:
    """Return the share of all customers met by `as_of` who had referred at least one other by then.

    A share with Wilson's 95 % interval; a referral with no day is taken as known all along. Missing with the
    reason `no_referrals` where the business records none of one by another: that is not the same as nobody referring.
    """
    row = engine.fetch(_REFERRERS, as_of=as_of).to_pylist()[0]
    _, base = reach(engine, as_of=as_of)
    if not base or not row["recorded"]:
        reason = "no_referrals" if base else "no_customers"
        return unknown(engine, "referral_rate", "share", reason, window=Window(end=as_of, days=1))
    count = int(row["count"])
    return Figure(
        name="referral_rate",
        unit="share",
        value=count / base,
        base=base,
        count=count,
        interval=wilson(count, base),
        period=whole_period(engine, as_of=as_of),
    )
