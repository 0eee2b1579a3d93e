"""Why a row can be set aside, in words, and what a person can do about it; the errors of files that are too bad."""

from collections.abc import Mapping
from datetime import date

from regulars.core import RegularsError
from regulars.records._marks import N_

REASONS: Mapping[str, str] = {
    "customer_missing": N_("no customer is named"),
    "value_missing": N_("a required value is missing"),
    "money_unreadable": N_("the amount is no number"),
    "money_ambiguous": N_("the amount can be read in two ways"),
    "number_unreadable": N_("not a number"),
    "number_ambiguous": N_("the number can be read in two ways"),
    "out_of_range": N_("the number is too large or too small to be true"),
    "time_unreadable": N_("not a date"),
    "time_ambiguous": N_("the date can be read in two ways"),
    "after_today": N_("dated in the future"),
    "too_early": N_("dated too long ago"),
    "flag_unreadable": N_("neither yes nor no"),
    "word_unknown": N_("a word that is not known here"),
    "customer_masked": N_("the customer is masked with stars"),
    "digits_lost": N_("digits were lost when the file was saved"),
    "control_characters": N_("characters that cannot be printed"),
    "bytes_unreadable": N_("characters that cannot be decoded"),
    "row_too_short": N_("fewer cells than columns"),
    "row_too_long": N_("more cells than columns"),
    "quote_unclosed": N_("a quotation mark is not closed"),
    "quote_misplaced": N_("a quotation mark in the wrong place"),
    "formula_without_value": N_("a formula without a value, or with an error"),
    "time_serial": N_("a day as a number, as Excel counts them"),
    "currency_contradicted": N_("the amount names another currency than its row"),
}
"""Every reason for which a row can be set aside, in words."""

_MARK = N_('Say in the settings which mark is the decimal one: [records] decimal_mark = "." or decimal_mark = ",".')
_AMOUNT = N_(
    "Name the right column with --map {name}=HEADER, or see whether [records] decimal_mark in the settings is right."
)
_ORDER = N_(
    "Name the right column with --map {name}=HEADER, or say in which order days are written with --date-order dmy,"
    " mdy or ymd."
)
_FUTURE = N_(
    "Say in which order days are written with --date-order, or name the right column with --map {name}=HEADER;"
    " if the days are right, say with --today what day it is."
)
_WRONG_DAYS = N_(
    "If they are not, say in which order days are written with --date-order, or name the right column with"
    " --map {name}=HEADER."
)
_WRONG_ORDER = N_("If they are not, say in which order days are written with --date-order.")
_SERIAL = N_('Say from when Excel counted in the settings: [records] excel_dates = "1900" or excel_dates = "1904".')
_COLUMN = N_("Name the right column with --map {name}=HEADER.")
_ANSWER = N_("Name the right column with --map {name}=HEADER, or write yes or no in it.")
_MASKED = N_("Export the file with whole names and numbers, or name another column with --map {name}=HEADER.")
_DIGITS = N_(
    "Export the file anew and read it as it is: a spreadsheet program shortens long numbers when it saves them."
)
_LETTERS = N_("Say how the file is written with --encoding, such as --encoding gb18030.")
_CELLS = N_("Say what stands between two cells with --delimiter, or export the file anew.")
_FORMULA = N_("Open the file in a spreadsheet program and save it, so that its formulas have values.")
_EXPORT = N_("Say what the file holds with --as, and which header is which column with --map.")

CURES: Mapping[str, str] = {
    "customer_missing": _COLUMN,
    "value_missing": _COLUMN,
    "money_unreadable": _AMOUNT,
    "money_ambiguous": _MARK,
    "number_unreadable": _AMOUNT,
    "number_ambiguous": _MARK,
    "out_of_range": _COLUMN,
    "time_unreadable": _ORDER,
    "time_ambiguous": _ORDER,
    "after_today": _FUTURE,
    "too_early": _ORDER,
    "flag_unreadable": _ANSWER,
    "word_unknown": _COLUMN,
    "customer_masked": _MASKED,
    "digits_lost": _DIGITS,
    "control_characters": _LETTERS,
    "bytes_unreadable": _LETTERS,
    "row_too_short": _CELLS,
    "row_too_long": _CELLS,
    "quote_unclosed": _CELLS,
    "quote_misplaced": _CELLS,
    "formula_without_value": _FORMULA,
    "time_serial": _SERIAL,
    "currency_contradicted": _COLUMN,
}
"""What to do if most rows of a file are set aside for a reason; `{name}` is the column it was found in."""

_AT_LINE = N_("line {line}")
_IN_COLUMN = N_("line {line}, column '{column}'")
_WITH_VALUE = N_("line {line}, column '{column}', value like '{value}'")


class TooManyRefused(RegularsError):
    """A file of which so much could not be read that it was probably not understood."""

    code = "too_many_refused"
    template = (
        "{file}: {quarantined} of {read} rows could not be read, most of them for this reason: {reason}"
        " (first: {where}). {cure} If so many rows are truly of no use, raise [records] max_quarantined_share in the"
        " settings (now {share})."
    )
    texts = frozenset({"reason", "where", "cure"})


class AllRefused(TooManyRefused):
    """A file of which nothing could be read."""

    code = "all_refused"
    template = (
        "{file}: {quarantined} of {read} rows could not be read, most of them for this reason: {reason}"
        " (first: {where}). {cure}"
    )


class AllLater(TooManyRefused):
    """A file of which every row is dated after today: bookings, or days that were read in the wrong order."""

    code = "all_later"
    template = (
        "{file}: every row ({read}) is dated after today, {today} (first: {where}), so none of them counts yet. If the"
        " days are right, read the file again once they have come, or say with --today what day it is. {cure}"
    )


class DateSerial(RegularsError):
    """A column of days as Excel counts them, and nobody said from when."""

    code = "date_serial"
    template = (
        "{file}, line {line}: column '{column}' holds days as numbers ({rows} of {read} rows), as Excel counts them. "
        'Say from when in the settings: [records] excel_dates = "1900" (nearly always) or "1904" (from an old Mac).'
    )


def all_later(
    *, file: str, rows: int, today: date, first: tuple[int, str, str], mapping: Mapping[str, str]
) -> AllLater:
    """Return the error of a file of which every row is dated after today; `first` and `mapping` as for `too_many`."""
    line, column, value = first
    name = next((name for name, header in mapping.items() if header.strip() == column), "")
    return AllLater(
        file=file, read=rows, today=today, line=line, column=column, value=value, name=name,
        where=_WITH_VALUE if value else _IN_COLUMN, cure=_WRONG_DAYS if name else _WRONG_ORDER,
    )  # fmt: skip


def too_many(
    reason: str,
    *,
    file: str,
    counts: tuple[int, int, float],
    first: tuple[int, str, str],
    mapping: Mapping[str, str],
) -> TooManyRefused:
    """Return the error of a file of which too much was set aside.

    Args:
        reason: the one of most of the rows.
        file: its name.
        counts: the rows set aside, of how many, and the share that may be.
        first: line, header and masked value of the first of them; a row that could not be cut has no header.
        mapping: canonical name → header, to name the column by.
    """
    (quarantined, read, share), (line, column, value) = counts, first
    name = next((name for name, header in mapping.items() if header.strip() == column), "")
    cure = CURES[reason]
    kind = AllRefused if quarantined == read else TooManyRefused
    return kind(
        file=file, quarantined=quarantined, read=read, share=share, line=line, column=column, value=value, name=name,
        reason=REASONS[reason],
        where=_AT_LINE if not column else _WITH_VALUE if value else _IN_COLUMN,
        cure=cure if name or "{name}" not in cure else _EXPORT,
    )  # fmt: skip
