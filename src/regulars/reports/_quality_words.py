"""What a problem of the records costs the result, in words: of rows set aside by their kind, of others by the issue."""

from collections.abc import Mapping

from regulars.reports._voice import N_

DIMENSIONS: Mapping[str, str] = {
    "completeness": N_("Completeness"),
    "validity": N_("Validity"),
    "uniqueness": N_("Uniqueness"),
    "timeliness": N_("Timeliness"),
    "consistency": N_("Consistency"),
}

SET_ASIDE_COSTS: Mapping[str, str] = {
    "orders": N_("these orders do not count"),
    "subscriptions": N_("these subscriptions do not count"),
    "usage": N_("these uses do not count as activity"),
    "feedback": N_("these answers are not in the satisfaction"),
    "touches": N_("these contacts and their cost do not count"),
    "assignments": N_("these people are not in the measured effect"),
    "referrals": N_("nobody is credited with these"),
    "profiles": N_("what these rows say of a person is not known"),
    "consents": N_("a permission or refusal in them is not known"),
}

# Of accepted rows with an empty cell, by column; of any other column the cell is all that is lost.
EMPTY_COSTS: Mapping[str, str] = {
    "cost": N_("margins go by the share that is set for them"),
    "category": N_("what they like is not known of these"),
    "channel": N_("how they came is not known of these"),
    "score": N_("these answers have no rating"),
    "text": N_("these answers have no words"),
    "email": N_("no e-mail can be sent to these"),
    "phone": N_("no call or message can reach these"),
}
EMPTY_COSTS_LITTLE = N_("the rows count; only this is not known of them")

ISSUE_COSTS: Mapping[str, str] = {
    "duplicate": N_("counted once"),
    "repeated": N_("all are counted"),
    "order_in_two_files": N_("counted twice: revenue may be too high"),
    "order_number_shared": N_("counted for each of them"),
    "overruled_by_older": N_("perhaps out of date: read the newest export last"),
    "off_scale": N_("not in the satisfaction"),
    "outlier": N_("counted; means lean on them"),
    "granted_unclear_as_refusal": N_("fewer people may be contacted"),
    "purpose_unknown_as_marketing": N_("fewer people may be contacted"),
    "time_never": N_("counted; up to an hour off, and seldom a day"),
    "time_twice": N_("counted; up to an hour off, and seldom a day"),
    "first_of_several_phones": N_("one person may count as two"),
    "first_of_several_emails": N_("one person may count as two"),
    "email_unusable": N_("no e-mail can be sent to these"),
    "phone_unusable": N_("no call or message can reach these"),
    "birth_date_unusable": N_("one person may count as two"),
    "birth_year_unusable": N_("the rows count; only this is not known of them"),
    "key_shared": N_("one person may count as several"),
    "key_of_several_names": N_("several people may count as one"),
    "key_of_many_names": N_("one person with several names may count as several"),
    "perhaps_one_person": N_("one person may count as two"),
    "answer_in_words": N_("these answers have no rating"),
    "consent_undated": N_("a dated word of the same person goes before it"),
}

# The money in it: `{amount}` is what the orders concerned come to.
AMOUNT_COSTS: Mapping[str, str] = {
    "set_aside": N_("at most {amount} of revenue not counted"),
    "duplicate": N_("else {amount} would count twice"),
    "key_of_several_names": N_("{amount} may be of several people"),
    "key_of_many_names": N_("{amount} is shared out by name"),
    "repeated": N_("if they are one and the same, {amount} is too much"),
    "order_in_two_files": N_("if they are one and the same, {amount} is too much"),
    "order_number_shared": N_("if they are one and the same, {amount} is too much"),
    "overruled_by_older": N_("this export says they come to {amount}"),
}
