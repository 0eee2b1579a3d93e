"""Contacts: how often we turned to a customer, and what it took."""

CONTACT = """
SELECT
    customer_id,
    count(*) AS touch_count,
    sum(minutes) AS contact_minutes,
    CAST(coalesce(sum(cost), 0) AS DECIMAL(18, 4)) AS contact_cost
FROM {touches}
WHERE local_day <= $as_of AND $with_contact
GROUP BY customer_id
"""
