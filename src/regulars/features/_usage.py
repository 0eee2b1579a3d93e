"""Usage: how often, how long and how lately."""

# Frequency is uses a year since the first use; who began within a month is not stretched beyond a month.
USAGE = """
WITH counted AS (
    SELECT
        customer_id,
        count(*) AS usage_count,
        min(local_day) AS first_usage_day,
        max(local_day) AS last_usage_day,
        sum(duration_minutes) AS usage_minutes,
        count(*) FILTER (WHERE local_day >= $from_last) AS usage_last_period
    FROM {usage}
    WHERE local_day <= $as_of AND $with_usage
    GROUP BY customer_id
)
SELECT
    customer_id,
    usage_count,
    usage_count * CAST(365 AS DOUBLE) / greatest(date_diff('day', first_usage_day, $as_of), 30) AS usage_frequency,
    usage_minutes,
    date_diff('day', last_usage_day, $as_of) AS days_since_usage,
    usage_last_period
FROM counted
"""
