"""The words of forecasts: who may make them, what they look at, and what they learned."""

from collections.abc import Mapping

from regulars.reports._voice import N_

CANDIDATES: Mapping[str, str] = {
    "logistic": N_("Many figures together (logistic regression)"),
    "bg_nbd": N_("Purchase model (BG/NBD)"),
    "mbg_nbd": N_("Purchase model (MBG/NBD)"),
    "bg_cnbd_k": N_("Model of regular buyers (BG/CNBD-k)"),
    "mbg_cnbd_k": N_("Model of regular buyers (MBG/CNBD-k)"),
    "pareto_nbd": N_("Purchase model (Pareto/NBD)"),
    "bg_bb": N_("Purchase model by opportunity (BG/BB)"),
    "sbg": N_("Subscription model (sBG)"),
    "gamma_gamma": N_("Margin model (gamma-gamma)"),
    "recency": N_("Who bought last buys next"),
    "rfm": N_("Ranks of recency, frequency and spend"),
    "hiatus": N_("Silence against the usual gap"),
    "plain": N_("Next year as the last one"),
}

FORECAST_RULES: Mapping[str, str] = {
    "bg_nbd": N_("the purchase model (BG/NBD) and the margin model (gamma-gamma)"),
    "mbg_nbd": N_("the purchase model (MBG/NBD) and the margin model (gamma-gamma)"),
    "pareto_nbd": N_("the purchase model (Pareto/NBD) and the margin model (gamma-gamma)"),
    "bg_cnbd_k": N_("the model of regular buyers (BG/CNBD-k) and the margin model (gamma-gamma)"),
    "plain": N_("the plain rule: what they brought in the last 365 days goes on"),
}

LEVERS: Mapping[str, str] = {
    "purchase_rate": N_("Buy more often"),
    "margin": N_("More margin on a purchase"),
    "dropout": N_("Fewer leave"),
    "duration": N_("Stay longer"),
    "cost_to_serve": N_("Cheaper to serve"),
    "discount_rate": N_("Lower discount rate"),
}

NO_RESIDUAL: Mapping[str, str] = {
    "mixed_periods": N_("renewed after different times: see each plan"),
    "no_prices": N_("no prices were recorded"),
    "none_running": N_("none is running"),
    "no_discount": N_("the discount rate is not above 0"),
    "too_few_customers": N_("too few to learn from"),
    "parameter_at_boundary": N_("the model does not fit"),
    "not_identified": N_("the model does not fit"),
    "not_converged": N_("the model does not fit"),
}

PAID_AT: Mapping[str, str] = {"month_end": N_("the end of each month"), "month_start": N_("the start of each month")}

# The letters under which the models were published; they are the same in every language.
PARAMETERS: Mapping[str, str] = {
    "alpha": "\N{GREEK SMALL LETTER ALPHA}",
    "beta": "\N{GREEK SMALL LETTER BETA}",
    "gamma": "\N{GREEK SMALL LETTER GAMMA}",
    "delta": "\N{GREEK SMALL LETTER DELTA}",
} | {letter: letter for letter in "rabspqvk"}

TRAITS: Mapping[str, str] = {
    "bought_lately": N_("bought lately"),
    "long_silent": N_("long silent"),
    "comes_less_often": N_("come less often"),
    "comes_more_often": N_("come more often"),
    "smaller_orders": N_("smaller orders"),
    "larger_orders": N_("larger orders"),
    "new": N_("new"),
    "known_long": N_("known for long"),
    "uses_less": N_("use less"),
    "uses_more": N_("use more"),
}

REFERRAL_FAULTS: Mapping[str, str] = {
    "self_referral": N_("named themselves"),
    "unknown_person": N_("one of the two is not known"),
    "repeated": N_("the same two again"),
    "other_referrer": N_("somebody else had brought them before"),
    "cycle": N_("led back to where they began"),
}

FEATURES: Mapping[str, str] = {
    "order_count": N_("Orders"),
    "order_day_count": N_("Days with an order"),
    "repeat_count": N_("Days with an order after the first"),
    "days_since_last": N_("Days since the last order"),
    "age_at_last_days": N_("Days from the first to the last order"),
    "tenure_days": N_("Days known"),
    "spend_total": N_("Net spend"),
    "spend_mean": N_("Mean order"),
    "spend_sd": N_("Spread of the orders' amounts"),
    "margin_total": N_("Margin"),
    "discount_total": N_("Discounts given"),
    "refund_count": N_("Refunds"),
    "refund_total": N_("Money refunded"),
    "gap_mean_days": N_("Days between orders"),
    "gap_sd_days": N_("Spread of the days between orders"),
    "category_count": N_("Categories bought"),
    "category_entropy": N_("Variety of what is bought"),
    "channel_count": N_("Channels used"),
    "main_channel_share": N_("Share of the main channel"),
    "spend_30d": N_("Spend of the last 30 days"),
    "spend_90d": N_("Spend of the last 90 days"),
    "spend_365d": N_("Spend of the last 365 days"),
    "orders_30d": N_("Orders of the last 30 days"),
    "orders_90d": N_("Orders of the last 90 days"),
    "orders_365d": N_("Orders of the last 365 days"),
    "margin_365d": N_("Margin of the last 365 days"),
    "spend_last_period": N_("Spend of the last period"),
    "spend_prior_period": N_("Spend of the period before"),
    "orders_last_period": N_("Orders of the last period"),
    "orders_prior_period": N_("Orders of the period before"),
    "spend_trend": N_("Trend of the spend"),
    "usage_count": N_("Uses"),
    "usage_frequency": N_("Uses a year"),
    "usage_minutes": N_("Minutes of use"),
    "days_since_usage": N_("Days since the last use"),
    "usage_last_period": N_("Uses of the last period"),
    "feedback_count": N_("Feedbacks"),
    "rating_mean": N_("Mean rating"),
    "rating_recent_mean": N_("Mean rating, the last year counted twice"),
    "rating_last": N_("Last rating"),
    "days_since_feedback": N_("Days since the last feedback"),
    "first_reply_minutes_mean": N_("Minutes to the first reply"),
    "resolution_minutes_mean": N_("Minutes to a solution"),
    "touch_count": N_("Contacts"),
    "contact_minutes": N_("Minutes of contact"),
    "contact_cost": N_("Cost of contacts"),
    "acquisition_cost": N_("Cost of winning the customer"),
    "cost_to_serve": N_("Cost to serve"),
    "subscription_count": N_("Subscriptions started"),
    "is_subscribed": N_("Subscription running"),
    "subscription_tenure_days": N_("Days subscribed"),
    "monthly_price": N_("Subscription price a month"),
    "referral_count": N_("People brought"),
}
