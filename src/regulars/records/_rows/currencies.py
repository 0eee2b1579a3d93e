"""One analysis has one currency. What the records name must agree with itself and with the settings."""

from regulars.core import RegularsError
from regulars.records._words import words


class CurrencyMixed(RegularsError):
    """Records that name several currencies."""

    code = "currency_mixed"
    template = (
        "{file} brings the amounts in {currencies} together. One analysis has one currency: "
        "analyse each by itself, or state the business's own as business.currency in the settings, "
        "and what the others are worth in it as business.rates."
    )


class CurrencyUnexpected(RegularsError):
    """Records in another currency than the settings state."""

    code = "currency_unexpected"
    template = (
        "{file} holds amounts in {currencies}, but business.currency in the settings is {stated}. "
        "Correct the setting, or say in business.rates what the other is worth, such as rates = {{ EUR = 1.08 }}."
    )


class Currencies:
    """The currencies that the amounts met so far can be in."""

    def __init__(self, stated: str) -> None:
        self._stated = stated
        self._met: set[str] = set()
        self._possible: frozenset[str] | None = None

    @property
    def only(self) -> str:
        """The one currency, if the settings or the records leave no other; else nothing."""
        if self._stated:
            return self._stated
        return next(iter(self._possible)) if self._possible and len(self._possible) == 1 else ""

    def meet(self, signs: set[str], *, file: str) -> None:
        """Take note of the signs and codes of a file.

        Raises:
            CurrencyMixed, CurrencyUnexpected: they contradict what was met or stated before.
        """
        for sign in sorted(signs - self._met):
            self._met.add(sign)
            codes = words().currencies.get(sign, frozenset({sign}))
            if self._stated and self._stated not in codes:
                raise CurrencyUnexpected(file=file, currencies=sign, stated=self._stated)
            self._possible = codes if self._possible is None else self._possible & codes
            if not self._possible:
                raise CurrencyMixed(file=file, currencies=", ".join(sorted(self._met)))
