"""The words of what came in: kinds of records, their columns, and why a row was set aside or marked."""

from collections.abc import Mapping

from regulars.records import REASONS
from regulars.reports._voice import N_

KINDS: Mapping[str, str] = {
    "orders": N_("Orders"),
    "subscriptions": N_("Subscriptions"),
    "usage": N_("Usage"),
    "feedback": N_("Feedback"),
    "touches": N_("Contacts made"),
    "assignments": N_("Campaign assignments"),
    "referrals": N_("Referrals"),
    "profiles": N_("Profiles"),
    "consents": N_("Consents"),
}

RECORD_COLUMNS: Mapping[str, str] = {
    "customer_id": N_("customer number"),
    "open_id": N_("open id"),
    "email": N_("e-mail address"),
    "phone": N_("phone number"),
    "nickname": N_("nickname"),
    "name": N_("name"),
    "address": N_("address"),
    "referrer_id": N_("who referred"),
    "referred_id": N_("who was referred"),
    "ordered_at": N_("time of the order"),
    "order_id": N_("order number"),
    "amount": N_("amount"),
    "is_refund": N_("whether it is a refund"),
    "currency": N_("currency"),
    "discount": N_("discount"),
    "cost": N_("cost"),
    "channel": N_("channel"),
    "category": N_("category"),
    "line_id": N_("order line number"),
    "product_id": N_("product number"),
    "quantity": N_("quantity"),
    "region": N_("region"),
    "started_at": N_("start"),
    "ended_at": N_("end"),
    "plan": N_("plan"),
    "price": N_("price"),
    "period": N_("billing period"),
    "used_at": N_("time of use"),
    "event": N_("event"),
    "duration_minutes": N_("minutes of use"),
    "given_at": N_("time of the feedback"),
    "kind": N_("kind"),
    "score": N_("score given"),
    "scale_min": N_("lowest score possible"),
    "scale_max": N_("highest score possible"),
    "text": N_("text"),
    "aspect": N_("aspect"),
    "first_reply_minutes": N_("minutes to the first reply"),
    "resolved_at": N_("time it was solved"),
    "touched_at": N_("time of the contact"),
    "minutes": N_("minutes"),
    "campaign_id": N_("campaign"),
    "direction": N_("direction"),
    "arm": N_("arm of the trial"),
    "assigned_at": N_("time of the assignment"),
    "probability": N_("probability"),
    "referred_at": N_("time of the referral"),
    "acquired_at": N_("time of arrival"),
    "acquisition_channel": N_("channel of arrival"),
    "acquisition_cost": N_("cost of winning the customer"),
    "birth_year": N_("year of birth"),
    "birth_date": N_("date of birth"),
    "purpose": N_("purpose"),
    "granted": N_("whether it is granted"),
    "recorded_at": N_("time of the record"),
    "source": N_("source"),
}

QUARANTINE: Mapping[str, str] = REASONS

ISSUES: Mapping[str, str] = {
    "missing": N_("Empty"),
    "outlier": N_("Unusually large"),
    "duplicate": N_("Met again in another file (counted once)"),
    "repeated": N_("Identical rows in one file (all kept)"),
    "off_scale": N_("Score without a known scale, or outside it"),
    "order_in_two_files": N_("The same order in two files with other content (counted twice)"),
    "order_number_shared": N_("One order number, several customers (all counted)"),
    "granted_unclear_as_refusal": N_("Consent neither clearly given nor refused (taken as refused)"),
    "purpose_unknown_as_marketing": N_("Refusal without a known purpose (taken to refuse all marketing)"),
    "first_of_several_phones": N_("Several phones in one cell (whose row it is, the first says)"),
    "first_of_several_emails": N_("Several e-mail addresses in one cell (whose row it is, the first says)"),
    "key_shared": N_("Accounts whose e-mail, phone or id too many others have (not joined by it)"),
    "key_of_several_names": N_("One phone or e-mail with several names (counted as one customer)"),
    "key_of_many_names": N_("One phone or e-mail with many names (each name counted as a customer)"),
    "perhaps_one_person": N_("Pairs of accounts that may be one person's (regulars merges review)"),
    "answer_in_words": N_("Answer in words that are no step of a scale (left empty)"),
    "consent_undated": N_("Consent without a day (a refusal counts now, a yes as long given)"),
}

LEFT_OUT: Mapping[str, str] = {
    "title_row": N_("titles above the header"),
    "summary_row": N_("sums and totals"),
    "blank_row": N_("blank rows"),
    "header_row": N_("a second row of headers"),
    "not_paid": N_("not paid (yet)"),
    "cancelled": N_("cancelled"),
    "not_won": N_("deals not won"),
    "deleted": N_("deleted in the system they come from"),
    "merged": N_("merged into another row there"),
    "nobody_named": N_("they name nobody"),
    "nothing_said": N_("they say nothing"),
    "referrer_unknown": N_("they name a referrer who is not in the file"),
    "line_apart": N_("lines of an order that stand apart from it"),
    "refund_told_by_row": N_("their refund is a row of its own"),
    "told_order_by_order": N_("their orders are told by another file"),
    "stated_again": N_("a later export states these orders again"),
}

TABLES_LEFT_OUT: Mapping[str, str] = {
    "hidden_sheet": N_("hidden sheets"),
    "chart_sheet": N_("sheets of charts"),
    "empty_table": N_("nothing in them"),
    "no_records": N_("no records of any kind"),
    "format_unknown": N_("a format that is not read"),
    "mapping_unconfirmed": N_("columns that nobody confirmed"),
}

RULES: Mapping[str, str] = {
    "key_shared_by_too_many": N_("more accounts share it than one person has"),
    "one_account": N_("the phone or e-mail says whose row it is"),
    "told_apart_by_name": N_("more names than may share a phone or e-mail"),
    "on_review_list": N_("alike, but not surely"),
    "left_out": N_("no record of what happened"),
    "amount_above": N_("amount above {value}"),
    "duplicate": N_("same content in another file"),
    "repeated": N_("same content in the same file, without an order number"),
    "empty_cell": N_("nothing in the cell"),
    "scale_unknown_or_left": N_("lowest and highest score must be known"),
    "order_in_two_files": N_("same order number in another file, of the same customer or day"),
    "order_number_shared": N_("same order number, another customer"),
    "first_kept": N_("the first of several counts"),
    "refusal_kept": N_("what is unclear counts as a refusal"),
    "left_empty": N_("an answer that is no number is left empty"),
    "quarantine": N_("set aside"),
}

CONFIDENCE: Mapping[str, str] = {"high": N_("certain"), "medium": N_("likely"), "low": N_("a guess")}

WHY_MAPPED: Mapping[str, str] = {
    "said": N_("as you said"),
    "known_header": N_("the header is known"),
    "one_of_several": N_("one of several headers that may be it"),
    "general_header": N_("the header is known, but general"),
    "near_header": N_("near to a known header"),
    "values": N_("by its values"),
    "guess": N_("its values would fit"),
}
