"""Referrals: how many others a customer brought. One with no day is taken as known all along."""

REFERRAL = """
SELECT referrer_id AS customer_id, count(*) AS referral_count
FROM (
    SELECT DISTINCT referrer_id, referred_id
    FROM {referrals}
    WHERE referrer_id <> referred_id AND (referred_day <= $as_of OR referred_day IS NULL) AND $with_referral
)
GROUP BY referrer_id
"""
