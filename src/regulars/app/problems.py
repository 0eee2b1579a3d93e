"""What went wrong, as a page says it: without options of the command line, with codes in words, and what to do here."""

from collections.abc import Mapping
from typing import Any

from regulars.core import RegularsError
from regulars.reports import N_, Voice, word

_BROKEN_ZIP = N_("{file} is a ZIP archive that cannot be read. Pack it again, or upload the files inside it.")
_GONE = N_("An uploaded file is no longer there. Upload it again.")
_UNFIT_CHOICE = N_("{file}: the columns chosen do not fit what it is said to hold. Choose again below.")
_NO_COLUMN = N_("{file}: no column is surely the {column}. Choose it below.")
_BROKEN_BATCH = N_("The import {batch} cannot be read. Take it back and import its files again.")
_FULL_DISK = N_("The shop's folder cannot be written. Check the room on its disk, and who may write there.")
_NOTHING = N_("There is nothing to analyse yet. Import a file of orders, usage or subscriptions.")
_REFUSED = N_(
    "{file}: {quarantined} of {read} rows could not be read, most of them for this reason: {reason} (first: {where})."
    " {cure}"
)
_CHOOSE = N_("Check below which column is which, and how its days and numbers are written.")

ON_PAGES: Mapping[str, str] = {
    "all_later": N_(
        "{file}: every row ({read}) is dated after today, {today} (first: {where}), so none of them counts yet. If the"
        " days are right, upload the file again once they have come. {cure}"
    ),
    "all_refused": _REFUSED,
    "archive_broken": _BROKEN_ZIP,
    "archive_empty": N_("{file} is a ZIP archive without a file in it. Pack it again, or leave it out."),
    "archive_locked": N_("{file} asks for a password. Unpack it with its password and upload the files inside it."),
    "archive_nested": N_("{file} is an archive inside an archive. Unpack the outer one and upload the inner one."),
    "archive_suspicious": N_(
        "{file} would unpack to far more than any export does; it was not opened. If you trust it, unpack it and"
        " upload the files inside it."
    ),
    "batch_unknown": N_("This import is no longer there. It was taken back already."),
    "batch_too_new": N_("The import {batch} was made by a later version of this program. Install that one again."),
    "batch_unreadable": _BROKEN_BATCH,
    "column_ambiguous": N_("{file}: several columns could be the {column}. Choose one below."),
    "column_missing": _NO_COLUMN,
    "column_missing_entirely": _NO_COLUMN,
    "column_unusable": N_("{file}: the column “{column}” cannot be what it is taken for. Choose another below."),
    "columns_mismatch": _UNFIT_CHOICE,
    "currencies_of_batches": N_(
        "{file} brings the amounts in {currencies} together, and what another currency is worth is used while a file is"
        " imported. State it in the settings, take back the imports in other currencies, and upload their files again."
    ),
    "currency_mixed": N_(
        "{file} brings the amounts in {currencies} together. State your own currency in the settings, and what the"
        " others are worth in it."
    ),
    "currency_of_batch": N_(
        "{file} holds amounts in {currencies}, but your currency is {stated}. Correct it in the settings; or say there"
        " what the other is worth, take the import of this file back, and upload it again."
    ),
    "currency_unexpected": N_(
        "{file} holds amounts in {currencies}, but your currency is {stated}. Correct it in the settings, or say there"
        " what the other is worth."
    ),
    "date_ambiguous": N_(
        "{file}, line {line}: “{value}” in the column “{column}” can be read in two ways. Say below whether the day or"
        " the month comes first."
    ),
    "date_order_mixed": N_(
        "{file}: the column “{column}” writes days in two orders: “{value}” (line {line}) has only one reading,"
        " “{other}” (line {other_line}) only another. Say below whether the day or the month comes first; rows in"
        " another order are set aside then."
    ),
    "date_serial": N_(
        "{file}, line {line}: the column “{column}” holds days as numbers, as Excel counts them. Say below from when:"
        " 1900 nearly always, 1904 for a file from an old Mac."
    ),
    "encoding_invalid": N_("{file} cannot be read in the encoding chosen. Choose another below."),
    "encoding_unfit": N_("{file} cannot be read in the encoding chosen. Choose another below."),
    "encoding_unknown": N_(
        "{file}: it is not certain how its letters are written (line {line}). Choose the encoding below; files of"
        " Chinese Excel are mostly GB18030."
    ),
    "encoding_wrong": N_("{file} is not in the encoding that it says it is in. Save it as UTF-8 and upload it again."),
    "export_unfit": N_("{file} lacks columns that every table of “{title}” needs. Choose below what it holds."),
    "file_is_device": _GONE,
    "file_is_folder": _GONE,
    "file_missing": _GONE,
    "file_unreadable": _GONE,
    "format_unknown": N_(
        "{file} is of a kind that cannot be read. Upload CSV, Excel (.xlsx, .xls), Parquet, or a ZIP of these."
    ),
    "header_line_missing": N_("{file} has no line of column names. Put one above its first row and upload it again."),
    "header_missing": N_("{file} has no column “{header}”. Choose another below."),
    "header_twice": N_("{file} has {times} columns named “{header}”. Rename all but one and upload it again."),
    "kind_ambiguous": N_("{file} could hold several kinds of records. Choose below which it holds."),
    "kind_incomplete": N_("{file} seems to hold {kind}, but no column is surely the {column}. Choose it below."),
    "kind_incomplete_entirely": N_(
        "{file} seems to hold {kind}, but no column is surely the {column}. Choose it below."
    ),
    "kind_invalid": _UNFIT_CHOICE,
    "kind_unknown": N_("{file}: its column names do not say what it holds. Say it below, and which column is which."),
    "mapping_foreign": _UNFIT_CHOICE,
    "mapping_invalid": _UNFIT_CHOICE,
    "mapping_misspelt": _UNFIT_CHOICE,
    "mapping_unconfirmed": N_("{file}: nobody has confirmed yet what its columns mean. Upload it and look at it here."),
    "mappings_unreadable": N_(
        "What was remembered of confirmed columns is damaged. Delete the file mappings.json in the folder workspace of"
        " the shop; what it kept is asked again."
    ),
    "no_customers": N_("Nobody has a record by {as_of}. Import newer or further records."),
    "no_records": N_(
        "No row could be used ({read} read, {refused} set aside). Import a file of orders, usage or subscriptions."
    ),
    "no_rows": N_("{file} has no rows below its column names. Export it again and upload that."),
    "nothing_to_read": _NOTHING,
    "parquet_broken": N_("{file} is a Parquet file that cannot be read. Export it again."),
    "source_broken": N_("{file} could not be read to its end. Export it again."),
    "too_many_refused": _REFUSED,
    "workbook_broken": N_("{file} is an Excel workbook that cannot be read. Open it in Excel and save it again."),
    "workspace_busy": N_("The records are being changed by something else just now. Try again in a minute."),
    "workspace_changed": N_("An import was taken back while the records were being read. Try again."),
    "workspace_empty": _NOTHING,
    "workspace_unreadable": N_("What was remembered of who is who cannot be read. Bring back a backup of the shop."),
    "workspace_foreign": N_("What was remembered of who is who cannot be read. Bring back a backup of the shop."),
    "workspace_unwritable": _FULL_DISK,
    "zone_changed": N_(
        "The import {batch} was made in the time zone {imported}; by {stated}, which the settings now state, some of"
        " its rows fall on other days. Set the time zone back, or take the import back and import its files again."
    ),
}
"""The errors whose own words speak of the command line, by code; all others are said as they are."""

_COLUMN_CODES = {"column_ambiguous", "column_missing", "column_missing_entirely", "kind_incomplete",
                 "kind_incomplete_entirely"}  # fmt: skip
"""Errors whose `column` is a code; that of others is a header."""

_TEXTS = {"cure", "reason", "where"}
"""Parameters that are texts themselves; a cure may name options of the command line, which no page has."""


def problem_text(code: str, template: str, params: Mapping[str, Any], *, voice: Voice) -> str:
    """Return an error that was kept as data, as a sentence for a page."""
    said = dict(params)
    if "kind" in said:
        said["kind"] = word("kind", str(said["kind"]), voice=voice)
    for name in _TEXTS & said.keys():
        said[name] = _CHOOSE if "--" in said[name] or "[" in said[name] else said[name]
        said[name] = voice.t(said[name]).format(**params)
    if code in _COLUMN_CODES:
        said["column"] = word("column", str(said["column"]), voice=voice)
    return voice.t(ON_PAGES.get(code, template)).format(**said)


def error_on_page(error: RegularsError, *, voice: Voice) -> str:
    """Return an error as a sentence for a page."""
    return problem_text(error.code, error.template, error.params, voice=voice)
