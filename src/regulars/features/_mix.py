"""Where a customer buys and what: channels by their orders, categories by the money spent on them."""

# A tie goes to the name that sorts first. The key of arg_max holds the rank of the name below the smallest
# step of what is counted, so no two keys are equal and no ordering of rows is needed.
CHANNELS = """
WITH used AS (
    SELECT customer_id, channel, count(*) AS orders
    FROM orders
    WHERE channel IS NOT NULL AND NOT is_refund AND known_day <= $as_of AND $with_channels
    GROUP BY customer_id, channel
),
names AS (
    SELECT channel, row_number() OVER (ORDER BY channel) AS place, count(*) OVER () AS names
    FROM (SELECT DISTINCT channel FROM used)
)
SELECT
    used.customer_id,
    count(*) AS channel_count,
    arg_max(used.channel, used.orders * names.names - names.place) AS main_channel,
    CAST(max(used.orders) AS DOUBLE) / nullif(CAST(sum(used.orders) AS DOUBLE), 0) AS main_channel_share
FROM used
JOIN names ON names.channel = used.channel
GROUP BY used.customer_id
"""

# Entropy in nats: ln S - sum(s ln s) / S over the categories' shares s of the spend S. By money and not by
# lines, so that an order written on more lines says the same.
CATEGORIES = """
WITH bought AS (
    SELECT customer_id, category, CAST(sum(amount) AS DECIMAL(18, 4)) AS spend
    FROM order_lines
    WHERE category IS NOT NULL AND local_day <= $as_of AND $with_categories
    GROUP BY customer_id, category
),
names AS (
    SELECT category, row_number() OVER (ORDER BY category) AS place, count(*) OVER () AS names
    FROM (SELECT DISTINCT category FROM bought)
),
summed AS (
    SELECT
        bought.customer_id,
        count(*) AS category_count,
        arg_max(
            bought.category,
            bought.spend * CAST(names.names AS DECIMAL(9, 0)) - names.place * CAST(0.0001 AS DECIMAL(5, 4))
        ) AS top_category,
        CAST(sum(bought.spend) FILTER (WHERE bought.spend > 0) AS DOUBLE) AS spend,
        -- the logarithm is taken before the filter is, so it must not meet a zero
        sum(CAST(bought.spend AS DOUBLE) * ln(nullif(CAST(greatest(bought.spend, 0) AS DOUBLE), 0))) AS spend_ln_spend
    FROM bought
    JOIN names ON names.category = bought.category
    GROUP BY bought.customer_id
)
SELECT
    customer_id,
    category_count,
    top_category,
    CASE WHEN spend > 0 THEN greatest(ln(spend) - spend_ln_spend / nullif(spend, 0), 0) END AS category_entropy
FROM summed
"""
