"""One row a person: when first met, what the profile says, and what this person allows.

Consents are read to their newest row, whatever day is analysed; of two rows of one moment the stricter wins.
Each account of a person has its own newest row, and the strictest of them holds for the person.
A withdrawal is never lost: one dated in the future counts at once, and a yes to marketing in general does not undo
the no to a channel.
"""

from datetime import date

from regulars.core import Settings
from regulars.customers._known_rows import known_rows
from regulars.engines import Engine

# Of a customer's orders only the first can be the earliest; a refund counts to its order's day or to its own.
_MET = """
SELECT customer_id, min(local_day) AS first_day FROM (
    SELECT customer_id, local_day FROM orders WHERE order_number = 1 OR is_refund
    UNION ALL SELECT customer_id, min(local_day) FROM usage GROUP BY customer_id
    UNION ALL SELECT customer_id, local_day FROM feedback
    UNION ALL SELECT customer_id, local_day FROM touches
    UNION ALL SELECT customer_id, started_day FROM subscriptions
    UNION ALL SELECT customer_id, assigned_day FROM assignments
    UNION ALL SELECT referrer_id, referred_day FROM referrals
    UNION ALL SELECT referred_id, referred_day FROM referrals
    UNION ALL SELECT customer_id, acquired_day FROM profile_rows
) AS met
GROUP BY customer_id
"""

# A later row (by file, then line) speaks over an earlier one; an empty cell says nothing.
_PROFILES = """
SELECT
    customer_id, min(acquired_day) AS acquired_day,
    arg_max(acquisition_channel, place) FILTER (WHERE acquisition_channel IS NOT NULL) AS acquisition_channel,
    arg_max(acquisition_cost, place) FILTER (WHERE acquisition_cost IS NOT NULL) AS acquisition_cost,
    arg_max(region, place) FILTER (WHERE region IS NOT NULL) AS region,
    arg_max(birth_year, place) FILTER (WHERE birth_year IS NOT NULL) AS birth_year
FROM (SELECT *, file_id * 1000000000000 + line AS place FROM profile_rows) AS placed
GROUP BY customer_id
"""

_CONSENTS = """
WITH known AS ({known})
SELECT
    customer_id, own_id, purpose,
    coalesce(granted, FALSE) AS granted, recorded_at, local_day
FROM known
"""

# `marketing` speaks for every channel; its yes stands behind whatever was said of the channel itself.
_NEWEST_CONSENT = """
WITH newest_words AS (
    SELECT customer_id, own_id, purpose, granted, recorded_at FROM consent_rows WHERE local_day <= $today OR NOT granted
    QUALIFY row_number() OVER (PARTITION BY customer_id, own_id, purpose ORDER BY recorded_at DESC, granted) = 1
), channels AS (
    SELECT 'marketing_email' AS channel UNION ALL SELECT 'marketing_message' UNION ALL SELECT 'marketing_phone'
), spoken AS (
    SELECT customer_id, own_id, purpose, granted, recorded_at, 0 AS stands_behind
    FROM newest_words WHERE purpose <> 'marketing'
    UNION ALL
    SELECT n.customer_id, n.own_id, c.channel, n.granted, n.recorded_at, CASE WHEN n.granted THEN 1 ELSE 0 END
    FROM newest_words AS n CROSS JOIN channels AS c WHERE n.purpose = 'marketing'
), newest AS (
    SELECT customer_id, own_id, purpose, granted FROM spoken
    QUALIFY row_number() OVER (
        PARTITION BY customer_id, own_id, purpose ORDER BY stands_behind, recorded_at DESC, granted
    ) = 1
)
SELECT
    customer_id,
    min(CASE WHEN granted THEN 1 ELSE 0 END) FILTER (WHERE purpose = 'profiling') AS profiling,
    min(CASE WHEN granted THEN 1 ELSE 0 END) FILTER (WHERE purpose = 'marketing_email') AS email,
    min(CASE WHEN granted THEN 1 ELSE 0 END) FILTER (WHERE purpose = 'marketing_message') AS message,
    min(CASE WHEN granted THEN 1 ELSE 0 END) FILTER (WHERE purpose = 'marketing_phone') AS phone,
    min(CASE WHEN granted THEN 1 ELSE 0 END) FILTER (WHERE purpose = 'sharing') AS sharing
FROM newest GROUP BY customer_id
"""

_CUSTOMERS = """
SELECT
    m.customer_id, coalesce(m.first_day, $undated) AS first_day, p.acquired_day, p.acquisition_channel,
    p.acquisition_cost, p.region, p.birth_year,
    coalesce(c.profiling = 1, $profiling) AS may_profile,
    coalesce(c.email = 1, $marketing) AS may_email,
    coalesce(c.message = 1, $marketing) AS may_message,
    coalesce(c.phone = 1, $marketing) AS may_phone,
    coalesce(c.sharing = 1, $sharing) AS may_share
FROM met AS m
LEFT JOIN profiles AS p ON p.customer_id = m.customer_id
LEFT JOIN newest_consents AS c ON c.customer_id = m.customer_id
"""


_OF_NOBODY = """
SELECT CAST(count(DISTINCT c.customer_id) AS BIGINT) AS n
FROM consent_rows AS c ANTI JOIN met AS m ON m.customer_id = c.customer_id
"""


def clean_people(engine: Engine, *, settings: Settings, today: date) -> int:
    """Write `customers`; return how many people only the consents name, who are nobody's customers.

    Who is known only from a record without a date counts from the first day of all records.
    """
    engine.run(known_rows("profiles"), into="profile_rows")
    engine.run(_PROFILES, into="profiles")
    engine.run(_CONSENTS.format(known=known_rows("consents")), into="consent_rows")
    engine.run(_NEWEST_CONSENT, into="newest_consents", today=today)
    engine.run(_MET, into="met")
    first = engine.fetch("SELECT min(first_day) AS day FROM met").column("day")[0].as_py()
    consent = settings.consent
    engine.run(
        _CUSTOMERS,
        into="customers",
        undated=first or today,
        profiling=consent.profiling,
        marketing=consent.marketing,
        sharing=consent.sharing,
    )
    of_nobody: int = engine.fetch(_OF_NOBODY).column("n")[0].as_py()
    engine.drop("profile_rows", "profiles", "consent_rows", "newest_consents", "met")
    return of_nobody
