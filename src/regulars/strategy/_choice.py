"""Which play for whom: the one that is expected to bring most after its cost, or none.

    order_value   = margin_total / order_count where every order has a cost, else spend_mean * margin_share
    expected_gain = effect * order_value - (channel cost + offer cost)

`effect` is the probability of one more order (see `core.Play`); low and high come from its range. A gain that
rounds to no cent is no gain.
"""

_PEOPLE = """
people AS (
    SELECT
        features.customer_id,
        coalesce(features.may_profile, FALSE) AS may_profile,
        coalesce(features.may_email, FALSE) AS may_email,
        coalesce(features.may_message, FALSE) AS may_message,
        coalesce(features.may_phone, FALSE) AS may_phone,
        coalesce(segments.lifecycle_stage, '') AS stage,
        coalesce(segments.rfm_group, '') AS rfm_group,
        features.order_count,
        features.days_since_last,
        features.margin_total IS NOT NULL AS is_cost_known,
        coalesce(
            CAST(features.margin_total AS DOUBLE) / nullif(features.order_count, 0),
            features.spend_mean * $margin_share
        ) AS order_value
    FROM features
    LEFT JOIN segments ON features.customer_id = segments.customer_id
)
"""

SITUATIONS = """
SELECT DISTINCT
    coalesce(segments.lifecycle_stage, '') AS stage,
    coalesce(segments.rfm_group, '') AS rfm_group,
    coalesce(features.may_email, FALSE) AS may_email,
    coalesce(features.may_message, FALSE) AS may_message,
    coalesce(features.may_phone, FALSE) AS may_phone
FROM features
LEFT JOIN segments ON features.customer_id = segments.customer_id
WHERE features.may_profile
"""

# Everybody once: what to do, or why not. Kept narrow, for a million ids cost more to store than to join.
# A customer's best option is the best that is allowed and pays (verdict 2); where none does, the best that would
# pay were it allowed (1); else the one that comes closest (0). An option's number stands for its play and its
# situation, in the order of the playbook.
CHOICES = f"""
WITH {_PEOPLE}, judged AS (
    SELECT
        people.customer_id,
        options.option_number,
        options.is_allowed,
        options.effect * people.order_value - CAST(options.cost AS DOUBLE) AS expected_gain
    FROM people
    JOIN plan_options AS options
        ON people.stage = options.stage
        AND people.rfm_group = options.rfm_group
        AND people.may_email = options.may_email
        AND people.may_message = options.may_message
        AND people.may_phone = options.may_phone
    LEFT JOIN scores ON people.customer_id = scores.customer_id
    WHERE people.may_profile
        AND people.order_count >= options.min_orders
        AND people.order_count <= coalesce(options.max_orders, people.order_count)
        AND people.days_since_last >= options.min_days_since_last
        AND people.days_since_last <= coalesce(options.max_days_since_last, people.days_since_last)
        AND (options.min_satisfaction IS NULL OR scores.satisfaction_score >= options.min_satisfaction)
        AND (options.max_satisfaction IS NULL OR scores.satisfaction_score <= options.max_satisfaction)
), weighed AS (
    SELECT
        customer_id,
        option_number,
        CAST(round(100 * expected_gain) AS BIGINT) AS gain_cents,
        CASE WHEN round(100 * expected_gain) > 0 THEN CASE WHEN is_allowed THEN 2 ELSE 1 END ELSE 0 END AS verdict
    FROM judged
), best AS (
    SELECT customer_id, option_number, verdict, gain_cents
    FROM weighed
    QUALIFY row_number() OVER (
        PARTITION BY customer_id ORDER BY verdict DESC, gain_cents DESC, option_number
    ) = 1
)
SELECT
    people.customer_id,
    best.option_number,
    best.gain_cents,
    people.is_cost_known,
    people.order_value,
    coalesce(best.verdict = 2, FALSE) AS is_worth_it,
    CASE
        WHEN NOT people.may_profile THEN 'no_consent'
        WHEN people.order_count = 0 THEN 'no_orders'
        WHEN best.verdict IS NULL THEN 'no_trigger'
        WHEN best.verdict = 1 THEN 'no_marketing_consent'
        WHEN best.verdict = 0 THEN 'not_worth_it'
    END AS why_not
FROM people
LEFT JOIN best ON people.customer_id = best.customer_id
"""
