"""Feedback: how much, how content (0-100), how lately, and how well it was served."""

# The recent mean counts the last 365 days twice. Of several ratings on the last day the lowest is `last`.
# A reply or a resolution counts once it had happened: not before the minutes it took could have passed.
FEEDBACK = """
WITH counted AS (
    SELECT
        customer_id,
        count(*) AS feedback_count,
        avg(rating) AS rating_mean,
        (sum(rating) + coalesce(sum(rating) FILTER (WHERE local_day >= $from_365), 0))
            / nullif(count(rating) + count(rating) FILTER (WHERE local_day >= $from_365), 0) AS rating_recent_mean,
        arg_max(rating, date_diff('day', DATE '1970-01-01', local_day) * 1000 - rating)
            FILTER (WHERE rating IS NOT NULL) AS rating_last,
        max(local_day) AS last_feedback_day,
        avg(first_reply_minutes)
            FILTER (WHERE first_reply_minutes <= 1440 * (date_diff('day', local_day, $as_of) + 1))
            AS first_reply_minutes_mean,
        avg(resolution_minutes) FILTER (WHERE resolved_day <= $as_of) AS resolution_minutes_mean
    FROM {feedback}
    WHERE local_day <= $as_of AND $with_feedback
    GROUP BY customer_id
)
SELECT
    customer_id,
    feedback_count,
    rating_mean,
    rating_recent_mean,
    rating_last,
    date_diff('day', last_feedback_day, $as_of) AS days_since_feedback,
    first_reply_minutes_mean,
    resolution_minutes_mean
FROM counted
"""
