"""The language in which pages answer whoever has chosen none: the shop's, where one is set."""

from regulars.app.models import Kept
from regulars.app.remembered import remembered
from regulars.reports import Language

_NAME = "language"


def shop_language() -> Language | None:
    """Return the shop's language; None where the browser's is to be followed."""
    kept = remembered("language", Kept.objects.filter(name=_NAME).first)
    if kept is None:
        return None
    return "zh" if kept.value == "zh" else "en"


def set_language(language: str) -> None:
    """Keep the shop's language; an empty one follows the browser again."""
    if language:
        Kept.objects.update_or_create(name=_NAME, defaults={"value": language})
    else:
        Kept.objects.filter(name=_NAME).delete()
