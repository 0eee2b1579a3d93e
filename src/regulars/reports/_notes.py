"""What a reader should know about a result, and what went wrong, in sentences."""

from collections.abc import Mapping

from regulars.core import RegularsError
from regulars.reports._sentences import FIGURES
from regulars.reports._voice import N_, NN_, Language, Voice
from regulars.reports._words import WORDS, readable

NOTES: Mapping[str, str] = {
    "behaviour_dropped": N_("{figure}: nothing is recorded for “{behaviour}”, so its weight went to the other parts."),
    "key_of_this_run": N_(
        "Customer numbers were made from names, e-mails or phones with a key that lived for this run only;"
        " they will differ next time. Name a folder with --workspace to keep the key."
    ),
    "no_marketing_consent_recorded": N_(
        "Nobody's consent to being contacted is recorded, so nobody is listed for e-mail, message or phone."
        " Give a file of consents, or set marketing = true under [consent] if you may contact all {customers}."
    ),
    "no_marketing_consent_given": N_(
        "No consent that is recorded is a customer's yes to being contacted: they refused or took it back, or it is for"
        " something else. So nobody is listed for e-mail, message or phone."
    ),
    "value_without_refusers": N_(
        "The value of all customers, the value at risk and the revenue forecast leave out customers with"
        " orders who withdrew consent to being profiled ({customers}): nobody is valued against their will."
    ),
    "order_in_two_files": N_(
        "{file}: orders of an earlier file stand here with other content and count twice ({orders}, {amount} here;"
        " the first: {example}, line {line}). If they are the same orders, leave out the older file."
    ),
    "order_number_shared": N_(
        "{file}: several customers have the same order number, and it counts for each of them ({orders}, {amount};"
        " the first: {example}, line {line}). Check whose order it is."
    ),
    "overruled_by_older": N_(
        "{file}: of some of its orders ({orders}, {amount}; the first: {example}, line {line}) another export was read"
        " later and holds, whose newest order is older than this one's. If it is the older one, name it first."
    ),
    "key_of_several_names": N_(
        "In some rows ({rows}) a phone or e-mail address says whose they are, and it stands beside several names:"
        " each is one customer all the same. Name a column of customer numbers if they are several people."
    ),
    "key_of_many_names": N_(
        "In some rows ({rows}) a phone or e-mail address says whose they are, and it stands beside so many names that"
        " each name is taken for a customer of its own. Name a column of customer numbers to be sure."
    ),
    "people_by_name": N_("{file} tells buyers apart by name only: two people of one name are taken for one."),
    "payments_beside_orders": N_(
        "{payments} and {orders} seem to tell the same sales, which then count twice: {alike} of {sales} have the same"
        " amount on the same day or of the same person. If so, give one or the other: the orders, or their payments."
    ),
    "currency_not_stated": N_("No currency is stated: amounts are in whatever the records are in."),
    "mapping_confirmed_before": N_(
        "{file} was read with the columns that were confirmed before; regulars mappings list shows them."
    ),
    "bounds_of_previous": N_("Scores use the scale of the result of {as_of}, so that the two compare."),
    "inbox_file_known": N_("{file} from the inbox was imported before, as batch {batch}."),
    "inbox_file_failed": N_("{file} stays in the inbox, for it could not be imported: {problem}"),
}

# Of one thing and of many, and the parameter that counts them.
NOTES_THAT_COUNT: Mapping[str, tuple[tuple[str, str], str]] = {
    "consents_of_nobody": (
        NN_(
            "{n} person in the consents is nobody in the other records, so this word changes nothing."
            " Use the same customer number in both.",
            "{n} people in the consents are nobody in the other records, so their word changes nothing."
            " Use the same customer number in both.",
        ),
        "people",
    ),
    "inbox_file_imported": (
        NN_(
            "{file} from the inbox: {n} row imported as batch {batch}.",
            "{file} from the inbox: {n} rows imported as batch {batch}.",
        ),
        "rows",
    ),
}

# Parameters that are codes themselves.
_CODED = {"behaviour": "part", "kind": "kind", "channel": "channel", "group": "group", "stage": "stage"}


def note_text(code: str, params: Mapping[str, object], *, language: Language) -> str:
    """Return a note as a sentence; one without words as its code and parameters, readable."""
    voice = Voice(language=language)
    said = {name: _param(name, value, voice=voice) for name, value in params.items()}
    if code in NOTES_THAT_COUNT:
        (one, many), counted = NOTES_THAT_COUNT[code]
        return voice.nt(one, many, int(str(params[counted])), **said)
    if code in NOTES:
        return voice.t(NOTES[code], **said)
    return readable(code) + "".join(f"; {readable(name).lower()}: {value}" for name, value in said.items())


def error_text(error: RegularsError, *, language: Language) -> str:
    """Return an error in a language; its English template is the key of the translation.

    >>> from regulars.core import SettingsError
    >>> error_text(SettingsError(file="shop.toml", place="windows", problem="no number"), language="en")
    'shop.toml: windows: no number. Every setting and its default is listed in docs/settings.md.'
    """
    voice = Voice(language=language)
    # A kind stands in a sentence by its own name, which is English.
    return error.said(lambda text: voice.t(text if language == "en" else WORDS["kind"].get(text, text)))


def _param(name: str, value: object, *, voice: Voice) -> str:
    if name == "figure" and value in FIGURES:
        return voice.t(FIGURES[str(value)])
    vocabulary = _CODED.get(name)
    if vocabulary is not None:
        code = str(value).removesuffix("_behaviour")
        return voice.t(WORDS[vocabulary].get(code, readable(code)))  # type: ignore[index]
    if isinstance(value, int) and not isinstance(value, bool):
        return voice.count(value)
    return str(value)
