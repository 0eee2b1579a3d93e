"""How a number, a day or a sentence is said in a language: gettext for words, Babel for the rest.

English is the language of the code: a message is its own key. `N_` (of one and of many: `NN_`) marks a message
that is kept in a table and said later, so that the catalogue's extractor finds it.
"""

import gettext
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_compact_currency, format_compact_decimal, get_currency_symbol

Language = Literal["en", "zh"]
LOCALE_FOLDER = Path(__file__).parent / "locale"
DOMAIN = "regulars"

# From here on a number is shortened (12.3M; 123 with the sign for ten thousand), so that it fits a card.
_SHORTEN_FROM = {"en": 10_000_000, "zh": 1_000_000}

_EXACT = 1e15
"""Up to here a double has the digits that it is written with."""


def N_(message: str) -> str:  # noqa: N802  (gettext's own name for it)
    """Return the message; mark it for the catalogue."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802  (beside N_)
    """Return a message for one thing and for many; mark it for the catalogue."""
    return one, many


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One language and one currency.

    >>> voice = Voice(language="en", currency="EUR")
    >>> voice.money(1234.5), voice.share(0.0644), voice.day(date(2024, 6, 30))
    ('€1,234.50', '6%', 'June 30, 2024')
    """

    language: Language
    currency: str = ""

    @cached_property
    def locale(self) -> Locale:
        """Babel's name for the language."""
        return Locale(self.language)

    def t(self, message: str, **values: object) -> str:
        """Return the message in this language, its named places filled."""
        found = _catalogue(self.language).gettext(message) if message else ""
        return found.format(**values) if values else found

    def nt(self, one: str, many: str, n: int, **values: object) -> str:
        """Return the message for `n` things; `{n}` in it is the number, formatted."""
        return _catalogue(self.language).ngettext(one, many, n).format(n=self.count(n), **values)

    def list(self, items: list[str]) -> str:
        """Join what stands side by side."""
        return self.t(", ").join(items)

    def count(self, value: float) -> str:
        """Return a whole number with its separators."""
        return f"{round(value):,}"

    def number(self, value: float, *, digits: int = 1) -> str:
        """Return a number with at most so many decimals."""
        text = _grouped(value, digits=digits)
        return text.rstrip("0").removesuffix(".") if digits else text

    def precise(self, value: float, *, digits: int) -> str:
        """Return a number with just so many decimals, for columns that are compared digit by digit."""
        return _grouped(value, digits=digits)

    def score(self, value: float) -> str:
        """Return points of a score, with one decimal."""
        return _grouped(value, digits=1)

    def share(self, value: float) -> str:
        """Return a share as a percentage, whole but where that would say none or all of what is only nearly so."""
        percent = 100 * value
        nearly = 0 < abs(percent) < 1 or 99 < abs(percent) < 100
        return self.number(percent, digits=1 if nearly else 0) + "%"

    def money(self, value: float) -> str:
        """Return an amount: cents only below a hundred thousand, shortened where it would not fit a card."""
        if abs(value) >= _SHORTEN_FROM[self.language]:
            return self._short_money(value)
        digits = 2 if abs(value) < 100_000 and self.currency != "JPY" else 0
        return self._money(value, digits=digits)

    def rounded_money(self, value: float) -> str:
        """Return an amount without cents, for a table of many."""
        return self._money(value, digits=0)

    def short_count(self, value: float) -> str:
        """Return a number of people, shortened where it would not fit a card."""
        if abs(value) < _SHORTEN_FROM[self.language]:
            return self.count(value)
        return str(format_compact_decimal(value, locale=self.locale, fraction_digits=2))

    def day(self, value: date) -> str:
        """Return a day in full."""
        return _day(value, "long", self.language)

    def short_day(self, value: date) -> str:
        """Return a day with a short month."""
        return _day(value, "yMMMd", self.language)

    def month(self, value: date) -> str:
        """Return a month and its year."""
        return _day(value, "yMMM", self.language)

    def days_between(self, first: date, last: date) -> str:
        """Return a span of days, both ends included."""
        return str(format_interval(first, last, "yMMMd", locale=self.locale))

    def _money(self, value: float, *, digits: int) -> str:
        said = _grouped(value, digits=digits)
        symbol = _symbol(self.currency, self.language)
        return f"-{symbol}{said[1:]}" if said.startswith("-") else symbol + said

    def _short_money(self, value: float) -> str:
        if not self.currency:
            return str(format_compact_decimal(value, locale=self.locale, fraction_digits=2))
        return str(format_compact_currency(value, self.currency, locale=self.locale, fraction_digits=2))


def _grouped(value: float, *, digits: int) -> str:
    """Return a number with just so many decimals, in both languages alike: thousands by commas, the rest by a point.

    A page of a list says hundreds of numbers; Babel, which a test holds this against, reads its pattern anew for each.

    >>> _grouped(1234.5, digits=2), _grouped(-0.04, digits=1)
    ('1,234.50', '0.0')
    """
    rounded = round(value, digits) + 0.0
    if abs(rounded) < _EXACT:
        return f"{rounded:,.{digits}f}"
    return f"{Decimal(str(rounded)):,.{digits}f}"


@cache
def _symbol(currency: str, language: Language) -> str:
    """Return the sign of a currency as a language writes it; nothing where there is no currency."""
    return str(get_currency_symbol(currency, locale=Locale(language))) if currency else ""


@lru_cache(maxsize=4096)
def _day(value: date, form: str, language: Language) -> str:
    """Return a day in a form of Babel's; a page says the same few days many times."""
    locale = Locale(language)
    if form == "long":
        return str(format_date(value, form, locale=locale))
    return str(format_skeleton(form, value, locale=locale))


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, localedir=LOCALE_FOLDER, languages=[language])
