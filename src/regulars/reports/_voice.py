"""How a number, a day or a sentence is said in a language: gettext for words, Babel for the rest.

English is the language of the code: a message is its own key. `N_` (of one and of many: `NN_`) marks a message
that is kept in a table and said later, so that the catalogue's extractor finds it.
"""

import gettext
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_compact_currency, format_compact_decimal, format_currency, format_decimal

Language = Literal["en", "zh"]
LOCALE_FOLDER = Path(__file__).parent / "locale"
DOMAIN = "regulars"

# From here on a number is shortened (12.3M; 123 with the sign for ten thousand), so that it fits a card.
_SHORTEN_FROM = {"en": 10_000_000, "zh": 1_000_000}


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
        return str(format_decimal(round(value), locale=self.locale))

    def number(self, value: float, *, digits: int = 1) -> str:
        """Return a number with at most so many decimals."""
        text = format_decimal(round(value, digits) + 0.0, format="#,##0." + "#" * digits, locale=self.locale)
        return str(text)

    def precise(self, value: float, *, digits: int) -> str:
        """Return a number with just so many decimals, for columns that are compared digit by digit."""
        return str(format_decimal(round(value, digits) + 0.0, format="#,##0." + "0" * digits, locale=self.locale))

    def score(self, value: float) -> str:
        """Return points of a score, with one decimal."""
        return str(format_decimal(round(value, 1) + 0.0, format="#,##0.0", locale=self.locale))

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
        return str(format_date(value, "long", locale=self.locale))

    def short_day(self, value: date) -> str:
        """Return a day with a short month."""
        return str(format_skeleton("yMMMd", value, locale=self.locale))

    def month(self, value: date) -> str:
        """Return a month and its year."""
        return str(format_skeleton("yMMM", value, locale=self.locale))

    def days_between(self, first: date, last: date) -> str:
        """Return a span of days, both ends included."""
        return str(format_interval(first, last, "yMMMd", locale=self.locale))

    def _money(self, value: float, *, digits: int) -> str:
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        value = round(value, digits) + 0.0
        if not self.currency:
            return str(format_decimal(value, format=pattern, locale=self.locale))
        # Two currency signs would print the code; one prints the symbol the language uses.
        signed = f"¤{pattern};-¤{pattern}"
        return str(format_currency(value, self.currency, format=signed, locale=self.locale, currency_digits=False))

    def _short_money(self, value: float) -> str:
        if not self.currency:
            return str(format_compact_decimal(value, locale=self.locale, fraction_digits=2))
        return str(format_compact_currency(value, self.currency, locale=self.locale, fraction_digits=2))


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, localedir=LOCALE_FOLDER, languages=[language])
