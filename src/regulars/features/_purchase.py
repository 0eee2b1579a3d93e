"""Orders: how many, when, how far apart, how much and how lately. One pass over all of them."""

# Refunds (amount below zero) reduce what was spent; they are no orders, and their days are no order days.
# A row counts once it was known, and it is never known before its own day. `previous_day` tells distinct days and
# gaps in the same pass: count(DISTINCT local_day) costs a third more, and gaps would need the rows in order.
# An order has an `order_day` and a refund has none, which spares most columns a filter on is_refund.
PURCHASE = """
WITH known AS (
    SELECT
        customer_id,
        local_day,
        amount,
        cost,
        discount,
        CASE WHEN NOT is_refund THEN local_day END AS order_day,
        CASE WHEN NOT is_refund THEN CAST(amount AS DOUBLE) END AS order_amount,
        nullif(date_diff('day', previous_day, local_day), 0) AS gap
    FROM {orders}
    WHERE known_day <= $as_of AND $with_purchase
),
counted AS (
    SELECT
        customer_id,
        count(order_day) AS order_count,
        min(order_day) AS first_order_day,
        max(order_day) AS last_order_day,
        count(gap) AS gap_count,
        -- whole numbers, exact in a DOUBLE up to 2^53
        sum(CAST(gap * gap AS DOUBLE)) AS gap_squares,
        -- of decimals, so that the order of the rows decides no last bit
        CAST(sum(CAST(ln(CAST(gap AS DOUBLE)) AS DECIMAL(18, 9))) AS DOUBLE) AS gap_log_sum,
        sum(amount) AS spend_total,
        stddev_samp(order_amount) AS spend_sd,
        sum(cost) AS cost_total,
        count(*) FILTER (WHERE cost IS NULL AND order_day IS NOT NULL) AS costless_count,
        sum(discount) FILTER (WHERE order_day IS NOT NULL) AS discount_total,
        count(*) FILTER (WHERE order_day IS NULL) AS refund_count,
        sum(amount) FILTER (WHERE order_day IS NULL) AS refund_total,
        count(*) FILTER (WHERE order_amount > $outlier_above) AS outlier_count,
        sum(amount) FILTER (WHERE local_day >= $from_30) AS spend_30d,
        sum(amount) FILTER (WHERE local_day >= $from_90) AS spend_90d,
        sum(amount) FILTER (WHERE local_day >= $from_90_before AND local_day < $from_90) AS spend_90d_before,
        sum(amount) FILTER (WHERE local_day >= $from_365) AS spend_365d,
        sum(cost) FILTER (WHERE local_day >= $from_365) AS cost_365d,
        count(*) FILTER (WHERE cost IS NULL AND order_day >= $from_365) AS costless_365d,
        count(*) FILTER (WHERE order_day >= $from_30) AS orders_30d,
        count(*) FILTER (WHERE order_day >= $from_90) AS orders_90d,
        count(*) FILTER (WHERE order_day >= $from_365) AS orders_365d,
        sum(amount) FILTER (WHERE local_day >= $from_last) AS spend_last_period,
        sum(amount) FILTER (WHERE local_day >= $from_prior AND local_day < $from_last) AS spend_prior_period,
        count(*) FILTER (WHERE order_day >= $from_last) AS orders_last_period,
        count(*) FILTER (WHERE order_day >= $from_prior AND order_day < $from_last) AS orders_prior_period
    FROM known
    GROUP BY customer_id
),
gaps AS (
    SELECT *,
        CAST(date_diff('day', first_order_day, last_order_day) AS DOUBLE) AS gap_days
    FROM counted
)
SELECT
    customer_id,
    order_count,
    first_order_day,
    last_order_day,
    CASE WHEN order_count > 0 THEN gap_count + 1 ELSE 0 END AS order_day_count,
    gap_days / nullif(gap_count, 0) AS gap_mean_days,
    -- the textbook formula, exact because everything under the root is a whole number
    CASE WHEN gap_count > 1 THEN
        sqrt((gap_count * gap_squares - gap_days * gap_days) / nullif(gap_count * (gap_count - 1), 0))
    END AS gap_sd_days,
    gap_log_sum,
    CAST(spend_total AS DECIMAL(18, 4)) AS spend_total,
    spend_sd,
    CAST(coalesce(cost_total, 0) AS DECIMAL(18, 4)) AS cost_total,
    costless_count,
    CAST(discount_total AS DECIMAL(18, 4)) AS discount_total,
    refund_count,
    CAST(-refund_total AS DECIMAL(18, 4)) AS refund_total,
    outlier_count,
    CAST(coalesce(spend_30d, 0) AS DECIMAL(18, 4)) AS spend_30d,
    CAST(coalesce(spend_90d, 0) AS DECIMAL(18, 4)) AS spend_90d,
    CAST(coalesce(spend_90d_before, 0) AS DECIMAL(18, 4)) AS spend_90d_before,
    CAST(coalesce(spend_365d, 0) AS DECIMAL(18, 4)) AS spend_365d,
    CAST(coalesce(cost_365d, 0) AS DECIMAL(18, 4)) AS cost_365d,
    costless_365d,
    orders_30d,
    orders_90d,
    orders_365d,
    CAST(coalesce(spend_last_period, 0) AS DECIMAL(18, 4)) AS spend_last_period,
    CAST(coalesce(spend_prior_period, 0) AS DECIMAL(18, 4)) AS spend_prior_period,
    orders_last_period,
    orders_prior_period
FROM gaps
"""
