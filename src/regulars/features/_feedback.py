"""Feedback: how much, how content (0-100), how lately, in which language, and how well it was served."""

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
        count(*) FILTER (WHERE language = 'en') AS texts_en,
        count(*) FILTER (WHERE language = 'other') AS texts_other,
        count(*) FILTER (WHERE language = 'zh') AS texts_zh,
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
    -- of a tie, the name that sorts first, as everywhere; texts without a letter have no say
    CASE
        WHEN texts_en + texts_other + texts_zh = 0 THEN NULL
        WHEN texts_en >= greatest(texts_other, texts_zh) THEN 'en'
        WHEN texts_other >= texts_zh THEN 'other'
        ELSE 'zh'
    END AS feedback_language,
    first_reply_minutes_mean,
    resolution_minutes_mean
FROM counted
"""
