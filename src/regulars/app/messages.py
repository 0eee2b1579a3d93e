"""What is written to people: a text for each play and language, with places that are filled in and nothing else.

A text is never a program: `{name}` is put in where it stands, and whatever else stands in braces is refused.
"""

import re
from collections.abc import Mapping

from regulars.app.models import Kept
from regulars.reports import N_, Language, Voice

PLACES: Mapping[str, str] = {
    "name": N_("what the person is called"),
    "shop": N_("the name of your business"),
    "days": N_("days since the last order"),
    "offer": N_("what the offer is worth"),
    "until": N_("the day to do it by"),
}
"""What may stand in braces, and what comes there."""

LONGEST = 2_000
_KEPT = "messages"
_PLACE = re.compile(r"\{([^{}]*)\}")

_USUAL: Mapping[str, str] = {
    "win_back": N_("Dear {name}, it has been a while. There is something new at {shop} we would like to show you."),
    "rescue_call": N_("Dear {name}, we miss you at {shop}. Did something go wrong? We would like to put it right."),
    "reminder": N_("Dear {name}, your last order was {days} days ago. Is it time again? {shop}"),
    "second_order": N_("Dear {name}, how did you like your first order? We gladly suggest what goes with it. {shop}"),
    "make_good": N_("Dear {name}, we are sorry that something was not right. We would like to make it good. {shop}"),
    "thank_champions": N_("Dear {name}, thank you for your trust in {shop}. You are the first to see what is new."),
    "ask_referral": N_("Dear {name}, do you know somebody who would like {shop}? We would be glad if you told them."),
    "cross_sell": N_("Dear {name}, others who buy what you buy also like this. Have a look at {shop}."),
}  # fmt: skip


Texts = Mapping[str, Mapping[str, str]]
"""Texts by play and language."""


def text_of(play: str, language: Language, own: Texts | None = None) -> str:
    """Return the text for a play: the shop's own, else the usual one; empty for a play that has neither.

    `own` are the shop's own texts, where they are at hand.
    """
    said = (own_texts() if own is None else own).get(play, {}).get(language)
    if said is not None:
        return said
    usual = _USUAL.get(play)
    return Voice(language=language).t(usual) if usual else ""


def own_texts() -> Texts:
    """Return the shop's own texts, by play and language."""
    kept = Kept.objects.filter(name=_KEPT).first()
    own: dict[str, dict[str, str]] = kept.value if kept else {}
    return own


def keep(play: str, texts: Mapping[str, str]) -> None:
    """Keep the shop's own texts for a play; one that is the usual one is not kept, so that it follows the program."""
    usual = _USUAL.get(play, "")
    own = {
        language: text
        for language, text in texts.items()
        if text != (Voice(language="zh" if language == "zh" else "en").t(usual) if usual else "")
    }
    held = {name: each for name, each in own_texts().items() if name != play} | ({play: own} if own else {})
    Kept.objects.update_or_create(name=_KEPT, defaults={"value": held})


def foreign_places(text: str) -> list[str]:
    """Return what stands in braces and is no place.

    >>> foreign_places("Dear {name}, {0.__class__} {x}")
    ['0.__class__', 'x']
    """
    return [place for place in _PLACE.findall(text) if place not in PLACES]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its places filled; of a value that is not known, nothing.

    >>> filled("Dear {name}, {shop} {0}", {"name": "{shop}", "shop": "Tea"})
    'Dear {shop}, Tea {0}'
    """
    return _PLACE.sub(lambda found: values.get(found[1], "") if found[1] in PLACES else found[0], text)
