"""What happened to each customer, day by day: the page of a customer shows it, no figure is made of it.

Uses are counted by month, for there may be thousands; everything else is a row. Nobody's words are in it.
"""

EVENTS = """
WITH happened AS (
    SELECT
        customer_id, local_day AS day, CASE WHEN is_refund THEN 'refund' ELSE 'order' END AS kind,
        channel AS detail, CAST(amount AS DOUBLE) AS amount, CAST(order_number AS DOUBLE) AS number
    FROM orders
    UNION ALL
    SELECT
        customer_id, make_date(year(local_day), month(local_day), 1), 'usage', CAST(NULL AS VARCHAR),
        sum(duration_minutes), CAST(count(*) AS DOUBLE)
    FROM usage GROUP BY customer_id, make_date(year(local_day), month(local_day), 1)
    UNION ALL
    SELECT customer_id, local_day, 'feedback', kind, CAST(NULL AS DOUBLE), rating FROM feedback
    UNION ALL
    SELECT customer_id, local_day, 'touch', kind, CAST(cost AS DOUBLE), minutes FROM touches
    UNION ALL
    SELECT customer_id, started_day, 'subscribed', plan, CAST(price AS DOUBLE), CAST(NULL AS DOUBLE) FROM subscriptions
    UNION ALL
    SELECT customer_id, ended_day, 'unsubscribed', plan, CAST(price AS DOUBLE), CAST(NULL AS DOUBLE)
    FROM subscriptions WHERE ended_day IS NOT NULL
    UNION ALL
    SELECT referrer_id, referred_day, 'brought', referred_id, CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE) FROM referrals
)
SELECT h.customer_id, h.day, h.kind, h.detail, h.amount, h.number
FROM happened AS h JOIN features AS f ON f.customer_id = h.customer_id
WHERE h.day IS NULL OR h.day <= $as_of
ORDER BY h.customer_id, h.day, h.kind, h.detail, h.amount, h.number
"""
