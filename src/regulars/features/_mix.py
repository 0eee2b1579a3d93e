"""Where a customer buys and what: channels by their orders, categories by the money spent on them.

A tie goes to the name that sorts first. Most businesses have a handful of channels and categories: then each is a
column of one pass over the rows, which costs half of grouping by customer and name, and the answer is the same.
"""

from collections.abc import Mapping

from regulars.engines import Engine

FEW_NAMES = 12
"""Up to this many names are counted side by side; beyond it, by groups."""

_CHANNEL_NAMES = "SELECT DISTINCT channel AS name FROM {orders} WHERE channel IS NOT NULL ORDER BY name LIMIT $most"
_CATEGORY_NAMES = "SELECT DISTINCT category AS name FROM ({lines}) AS bought ORDER BY name LIMIT $most"

_ORDERS_WITH_CHANNEL = "FROM {orders} WHERE channel IS NOT NULL AND NOT is_refund AND known_day <= $as_of"

_HAS_ORDER_LINES = "SELECT count(*) > 0 AS yes FROM {order_lines}"
_OF_ORDERS = (
    "SELECT customer_id, category, amount, local_day FROM {orders} WHERE category IS NOT NULL AND NOT is_refund"
)
_OF_LINES = "SELECT customer_id, category, amount, local_day FROM {order_lines} WHERE category IS NOT NULL"
_LINES_WITH_CATEGORY = "FROM ({lines}) AS lines WHERE local_day <= $as_of"

# The key of arg_max holds the place of the name below the smallest step of what is counted: no two keys are equal.
_CHANNELS_BY_GROUP = f"""
WITH used AS (
    SELECT customer_id, channel, count(*) AS orders {_ORDERS_WITH_CHANNEL} AND $with_channels
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
# lines, so that an order written on more lines says the same. The logarithm must not meet a zero. Who buys of one
# category has 0 by definition: the difference of two logarithms would leave a speck, another one on each engine.
_ENTROPY = """CASE WHEN spend > 0 THEN
        CASE WHEN largest >= spend THEN 0 ELSE greatest(ln(spend) - spend_ln_spend / nullif(spend, 0), 0) END
    END"""

_CATEGORIES_BY_GROUP = f"""
WITH bought AS (
    SELECT customer_id, category, CAST(sum(amount) AS DECIMAL(18, 4)) AS spend
    {_LINES_WITH_CATEGORY} AND $with_categories
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
        CAST(sum(greatest(bought.spend, 0)) AS DOUBLE) AS spend,
        CAST(max(bought.spend) AS DOUBLE) AS largest,
        sum(CAST(bought.spend AS DOUBLE) * ln(nullif(CAST(greatest(bought.spend, 0) AS DOUBLE), 0))) AS spend_ln_spend
    FROM bought
    JOIN names ON names.category = bought.category
    GROUP BY bought.customer_id
)
SELECT
    customer_id,
    category_count,
    top_category,
    {_ENTROPY} AS category_entropy
FROM summed
"""


def channels(engine: Engine, tables: Mapping[str, str], *, is_asked: bool) -> tuple[str, dict[str, object]]:
    """Return the SELECT of channel_count, main_channel and main_channel_share, and the values bound to it."""
    names = _names(engine, _CHANNEL_NAMES.format(**tables)) if is_asked else []
    if not 0 < len(names) <= FEW_NAMES:
        return _CHANNELS_BY_GROUP.format(**tables), {"with_channels": bool(names)}
    return _channels_side_by_side(len(names)).format(**tables), {
        f"channel_{place}": name for place, name in enumerate(names)
    }


def categories(engine: Engine, tables: Mapping[str, str], *, is_asked: bool) -> tuple[str, dict[str, object]]:
    """Return the SELECT of category_count, top_category and category_entropy, and the values bound to it."""
    lines = _lines(engine, tables)
    names = _names(engine, _CATEGORY_NAMES.format(lines=lines)) if is_asked else []
    if not 0 < len(names) <= FEW_NAMES:
        return _CATEGORIES_BY_GROUP.format(lines=lines), {"with_categories": bool(names)}
    return _categories_side_by_side(len(names)).format(lines=lines), {
        f"category_{place}": name for place, name in enumerate(names)
    }


def _lines(engine: Engine, tables: Mapping[str, str]) -> str:
    """Return the SELECT of what was bought by category; where no order has several lines, of the orders alone.

    Of two tables together DuckDB does not know how large an amount can be, and adds up twice as slowly.
    """
    has_lines = engine.fetch(_HAS_ORDER_LINES.format(**tables)).column("yes")[0].as_py()
    return " UNION ALL ".join((_OF_ORDERS, _OF_LINES) if has_lines else (_OF_ORDERS,)).format(**tables)


def _names(engine: Engine, query: str) -> list[str]:
    return [str(name) for name in engine.fetch(query, most=FEW_NAMES + 1)["name"].to_pylist()]


def _channels_side_by_side(names: int) -> str:
    places = range(names)
    counts = ", ".join(f"count(*) FILTER (WHERE channel = $channel_{i}) AS n{i}" for i in places)
    most = f"greatest({', '.join(f'n{i}' for i in places)}, 0)"
    return f"""
WITH used AS (SELECT customer_id, {counts} {_ORDERS_WITH_CHANNEL} GROUP BY customer_id)
SELECT
    customer_id,
    CAST({" + ".join(f"CASE WHEN n{i} > 0 THEN 1 ELSE 0 END" for i in places)} AS BIGINT) AS channel_count,
    CASE {most} {" ".join(f"WHEN n{i} THEN $channel_{i}" for i in places)} END AS main_channel,
    CAST({most} AS DOUBLE) / nullif({" + ".join(f"n{i}" for i in places)}, 0) AS main_channel_share
FROM used
"""


def _categories_side_by_side(names: int) -> str:
    places = range(names)
    sums = ", ".join(
        f"CAST(sum(amount) FILTER (WHERE category = $category_{i}) AS DECIMAL(18, 4)) AS s{i}" for i in places
    )
    own = [f"CAST(greatest(coalesce(s{i}, 0), 0) AS DOUBLE)" for i in places]
    return f"""
WITH bought AS (SELECT customer_id, {sums} {_LINES_WITH_CATEGORY} GROUP BY customer_id),
summed AS (
    SELECT *,
        {" + ".join(own)} AS spend,
        CAST(greatest({", ".join(f"s{i}" for i in places)}, s0) AS DOUBLE) AS largest,
        {" + ".join(f"coalesce({s} * ln(nullif({s}, 0)), 0)" for s in own)} AS spend_ln_spend
    FROM bought
)
SELECT
    customer_id,
    CAST({" + ".join(f"CASE WHEN s{i} IS NULL THEN 0 ELSE 1 END" for i in places)} AS BIGINT) AS category_count,
    CASE greatest({", ".join(f"s{i}" for i in places)}, s0)
        {" ".join(f"WHEN s{i} THEN $category_{i}" for i in places)} END AS top_category,
    {_ENTROPY} AS category_entropy
FROM summed
"""
