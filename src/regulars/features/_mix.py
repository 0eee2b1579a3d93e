"""Where a customer buys and what: channels by their orders, categories by the money spent on them.

A tie goes to the name that sorts first. Most businesses have a handful of channels and categories: then each is a
column of one pass over the rows, which costs half of grouping by customer and name, and the answer is the same.
"""

from collections.abc import Mapping, Sequence

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

_BOTH = """
WITH channels AS ({channels}), categories AS ({categories})
SELECT
    coalesce(channels.customer_id, categories.customer_id) AS customer_id,
    channel_count, main_channel, main_channel_share, category_count, top_category, category_entropy
FROM channels
FULL JOIN categories ON categories.customer_id = channels.customer_id
"""


def mix(engine: Engine, tables: Mapping[str, str], *, is_asked: bool) -> tuple[str, dict[str, object]]:
    """Return the SELECT of where and what each customer buys, and the values bound to it.

    Its columns: customer_id, channel_count, main_channel, main_channel_share, category_count, top_category and
    category_entropy. Where names are few and no order has several lines, one pass over the orders tells all.
    """
    has_lines = is_asked and engine.fetch(_HAS_ORDER_LINES.format(**tables)).column("yes")[0].as_py()
    # Of two tables together DuckDB does not know how large an amount can be, and adds up twice as slowly.
    lines = " UNION ALL ".join((_OF_ORDERS, _OF_LINES) if has_lines else (_OF_ORDERS,)).format(**tables)
    channels = _names(engine, _CHANNEL_NAMES.format(**tables)) if is_asked else []
    categories = _names(engine, _CATEGORY_NAMES.format(lines=lines)) if is_asked else []
    few_channels, few_categories = (0 < len(names) <= FEW_NAMES for names in (channels, categories))
    bound: dict[str, object] = {}
    bound |= _bound("channel", channels) if few_channels else {"with_channels": bool(channels)}
    bound |= _bound("category", categories) if few_categories else {"with_categories": bool(categories)}
    if few_channels and few_categories and not has_lines:
        return _in_one_pass(len(channels), len(categories)).format(**tables), bound
    used = _channels_side_by_side(len(channels)) if few_channels else _CHANNELS_BY_GROUP
    bought = _categories_side_by_side(len(categories)) if few_categories else _CATEGORIES_BY_GROUP
    return _BOTH.format(channels=used.format(**tables), categories=bought.format(lines=lines)), bound


def _names(engine: Engine, query: str) -> list[str]:
    return [str(name) for name in engine.fetch(query, most=FEW_NAMES + 1)["name"].to_pylist()]


def _bound(what: str, names: Sequence[str]) -> dict[str, object]:
    return {f"{what}_{place}": name for place, name in enumerate(names)}


def _in_one_pass(channels: int, categories: int) -> str:
    return f"""
WITH counted AS (
    SELECT customer_id, {_counts(channels)}, {_sums(categories)}
    FROM {{orders}}
    WHERE NOT is_refund AND known_day <= $as_of
    GROUP BY customer_id
),
summed AS (SELECT *, {_spend(categories)} FROM counted)
SELECT customer_id, {_of_channels(channels)}, {_of_categories(categories)} FROM summed
"""


def _channels_side_by_side(names: int) -> str:
    return f"""
WITH used AS (SELECT customer_id, {_counts(names)} {_ORDERS_WITH_CHANNEL} GROUP BY customer_id)
SELECT customer_id, {_of_channels(names)} FROM used
"""


def _categories_side_by_side(names: int) -> str:
    return f"""
WITH bought AS (SELECT customer_id, {_sums(names)} {_LINES_WITH_CATEGORY} GROUP BY customer_id),
summed AS (SELECT *, {_spend(names)} FROM bought)
SELECT customer_id, {_of_categories(names)} FROM summed
"""


def _counts(names: int) -> str:
    return ", ".join(f"count(*) FILTER (WHERE channel = $channel_{i}) AS n{i}" for i in range(names))


def _of_channels(names: int) -> str:
    places = range(names)
    most = f"nullif(greatest({', '.join(f'n{i}' for i in places)}, 0), 0)"
    return f"""
    CAST({" + ".join(f"CASE WHEN n{i} > 0 THEN 1 ELSE 0 END" for i in places)} AS BIGINT) AS channel_count,
    CASE {most} {" ".join(f"WHEN n{i} THEN $channel_{i}" for i in places)} END AS main_channel,
    CAST({most} AS DOUBLE) / nullif({" + ".join(f"n{i}" for i in places)}, 0) AS main_channel_share"""


def _sums(names: int) -> str:
    return ", ".join(
        f"CAST(sum(amount) FILTER (WHERE category = $category_{i}) AS DECIMAL(18, 4)) AS s{i}" for i in range(names)
    )


def _spend(names: int) -> str:
    own = [f"CAST(greatest(coalesce(s{i}, 0), 0) AS DOUBLE)" for i in range(names)]
    return f"""
    {" + ".join(own)} AS spend,
    CAST({_largest(names)} AS DOUBLE) AS largest,
    {" + ".join(f"coalesce({s} * ln(nullif({s}, 0)), 0)" for s in own)} AS spend_ln_spend"""


def _of_categories(names: int) -> str:
    places = range(names)
    return f"""
    CAST({" + ".join(f"CASE WHEN s{i} IS NULL THEN 0 ELSE 1 END" for i in places)} AS BIGINT) AS category_count,
    CASE {_largest(names)} {" ".join(f"WHEN s{i} THEN $category_{i}" for i in places)} END AS top_category,
    {_ENTROPY} AS category_entropy"""


def _largest(names: int) -> str:
    return f"greatest({', '.join(f's{i}' for i in range(names))}, s0)"
