"""Subscriptions: running or not, since when, at what price a month."""

# A subscription runs from its first day to the day before it ended. One that stopped keeps the tenure it had.
# A price without a period is taken as monthly.
SUBSCRIPTION = """
WITH known AS (
    SELECT *,
        ended_day IS NULL OR ended_day > $as_of AS is_running,
        CASE period WHEN 'day' THEN CAST(365.25 AS DOUBLE) / 12 WHEN 'week' THEN CAST(365.25 AS DOUBLE) / 84
            WHEN 'quarter' THEN CAST(1 AS DOUBLE) / 3 WHEN 'year' THEN CAST(1 AS DOUBLE) / 12 ELSE CAST(1 AS DOUBLE)
            END AS periods_a_month
    FROM {subscriptions}
    WHERE started_day <= $as_of AND $with_subscription
)
SELECT
    customer_id,
    count(*) AS subscription_count,
    count(*) FILTER (WHERE is_running) > 0 AS is_subscribed,
    date_diff('day', min(started_day), max(CASE WHEN is_running THEN $as_of ELSE ended_day END))
        AS subscription_tenure_days,
    sum(CAST(price AS DOUBLE) * periods_a_month) FILTER (WHERE is_running) AS monthly_price
FROM known
GROUP BY customer_id
"""
