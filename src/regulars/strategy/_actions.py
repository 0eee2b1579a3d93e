"""The list: in which order, how far the budget reaches, and who is held out.

Ranks go by expected gain in cents, then customer_id: a first cut, simple to check by eye. The list ends where
the money does: each who is contacted pays for himself and stands behind the cost of those contacted before him,
and the first who does not fit ends the list, so a larger budget only ever adds people. It is not the best use of
a tight budget (ten e-mails may bring more than the one call they stand behind).

Those held out keep their rank and take no money. For them `within_budget` says whether they would have been
contacted in their place: only these are the fair comparison for those who were.
"""

ACTIONS = """
WITH chosen AS (
    SELECT
        choices.customer_id,
        choices.gain_cents,
        options.cost,
        substr(md5($draw_key || choices.customer_id), 1, 8) < $held_out_below AS held_out
    FROM plan_choices AS choices
    JOIN plan_options AS options ON choices.option_number = options.option_number
    WHERE choices.is_worth_it
), counted AS (
    SELECT
        customer_id,
        cost,
        held_out,
        row_number() OVER (ORDER BY gain_cents DESC, customer_id) AS rank,
        sum(CASE WHEN held_out THEN 0 ELSE cost END) OVER (
            ORDER BY gain_cents DESC, customer_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS spent,
        sum(CASE WHEN held_out THEN 0 ELSE 1 END) OVER (
            ORDER BY gain_cents DESC, customer_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS contacted
    FROM chosen
), ranked AS (
    -- No budget, no limit: the comparison with NULL is unknown, and everybody is within it.
    SELECT
        customer_id,
        rank,
        held_out,
        coalesce(spent + CASE WHEN held_out THEN cost ELSE 0 END <= CAST($budget AS DECIMAL(18, 4)), TRUE)
        AND coalesce(contacted + CASE WHEN held_out THEN 1 ELSE 0 END <= CAST($max_contacts AS BIGINT), TRUE)
            AS within_budget
    FROM counted
), met AS (
    -- Whoever is left alone has no rank, and then no option either.
    SELECT
        choices.customer_id,
        choices.why_not,
        choices.order_value,
        ranked.rank,
        ranked.held_out,
        ranked.within_budget,
        CASE WHEN choices.is_worth_it THEN choices.option_number END AS option_number
    FROM plan_choices AS choices
    LEFT JOIN ranked ON choices.customer_id = ranked.customer_id
)
SELECT
    met.rank,
    met.customer_id,
    coalesce(options.action, 'leave_alone') AS action,
    CASE WHEN met.rank IS NOT NULL THEN $campaign_id END AS campaign_id,
    options.channel,
    CAST(coalesce(options.offer_cost, 0) AS DECIMAL(18, 4)) AS offer_cost,
    CAST(coalesce(options.cost, 0) AS DECIMAL(18, 4)) AS cost,
    coalesce(options.effect * met.order_value - CAST(options.cost AS DOUBLE), 0) AS expected_gain,
    coalesce(options.effect_low * met.order_value - CAST(options.cost AS DOUBLE), 0) AS expected_gain_low,
    coalesce(options.effect_high * met.order_value - CAST(options.cost AS DOUBLE), 0) AS expected_gain_high,
    options.do_by,
    coalesce(met.held_out, FALSE) AS held_out,
    coalesce(met.within_budget, FALSE) AS within_budget,
    coalesce(met.why_not, options.reasons) AS reasons
FROM met
LEFT JOIN plan_options AS options ON met.option_number = options.option_number
"""
