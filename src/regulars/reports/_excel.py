"""The tables of a result as an Excel workbook: words and numbers in the reader's language, never a formula."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from regulars.reports._clusters import traits_text
from regulars.reports._columns import CUSTOMER_COLUMNS, heading, setting_of
from regulars.reports._contacts import action_words, titles, why
from regulars.reports._folder import ResultFolder, Row, figure, is_contact
from regulars.reports._groups import segment_rows
from regulars.reports._quality import issue_words, rule_words
from regulars.reports._referrals import own_values
from regulars.reports._sentences import name_of, why_missing
from regulars.reports._target import writable
from regulars.reports._voice import Language, Voice
from regulars.reports._words import Vocabulary, word

EXCEL_ROWS = 1_048_576

_FORMATS = {
    "count": {"num_format": "#,##0"},
    "money": {"num_format": "#,##0.00"},
    "number": {"num_format": "#,##0.0"},
    "days": {"num_format": "#,##0.0"},
    "score": {"num_format": "0.0"},
    "share": {"num_format": "0.0%"},
    "day": {"num_format": "yyyy-mm-dd"},
    "head": {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1},
}
_WORDED: dict[str, Vocabulary] = {
    "dimension": "dimension",
    "rfm_group": "group",
    "lifecycle_stage": "stage",
    "loyalty_grade": "grade",
    "channel": "channel",
    "column_name": "column",
    "kind": "kind",
    "segmentation": "segmentation",
    "feedback_language": "language",
}
_SEGMENT_WORDS: dict[str, Vocabulary] = {"lifecycle_stage": "stage"}
_EIGHT = ("figure", "value", "low", "high", "base", "previous", "year_before", "why_missing")
_ACTIONS = (
    "rank", "customer_id", "reasons", "action", "channel", "cost", "expected_gain", "expected_gain_low",
    "expected_gain_high", "do_by",
)  # fmt: skip
_SEGMENTS = (
    "segmentation", "segment", "recency_score", "frequency_score", "customers", "share_of_customers", "spend_total",
    "share_of_spend", "lifetime_value", "order_count_mean", "days_since_last_mean",
)  # fmt: skip
_CLUSTERS = (
    "cluster", "traits", "customers", "share_of_customers", "spend_total", "share_of_spend", "lifetime_value",
    "order_day_count", "spend_mean", "days_since_last", "tenure_days", "usage_count",
)  # fmt: skip
_ADVOCATES = (
    "customer_id", "referred_directly", "referred_in_all", "referral_value", "lifetime_value", "total_value",
)  # fmt: skip
_COHORTS = (
    "cohort", "month_number", "cohort_size", "active_customers", "retention", "retention_low", "retention_high",
    "revenue", "revenue_per_customer", "is_partial",
)  # fmt: skip
_QUALITY = (
    "file", "kind", "column_name", "issue", "dimension", "rule", "row_count", "share", "first_line", "masked_value",
    "amount", "amount_unknown",
)  # fmt: skip


def write_xlsx(folder: Path, *, path: Path, language: Language = "en", max_rows: int = EXCEL_ROWS) -> Path:
    """Write the eight numbers, actions, customers, groups, cohorts and quality as sheets; return the path.

    Groups found in the records and advocates have a sheet of their own where there are any.

    A sheet holds at most `max_rows` rows; where there are more, the last one says how many do not fit. Every text
    is written as text: one that begins with = is no formula.

    Raises:
        ResultMissing: the folder holds no result.
        ReportUnwritable: the file cannot be written.
    """
    result = ResultFolder(path=Path(folder))
    voice = Voice(language=language, currency=result.currency)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(writable(Path(path))), options) as book:
        formats = {name: book.add_format(format_) for name, format_ in _FORMATS.items()}
        writer = _Writer(formats=formats, voice=voice, own_titles=titles(result), max_rows=max_rows)
        for name, columns, rows in _sheets(result, voice=voice):
            writer.write(book.add_worksheet(name), columns, rows)
    return Path(path)


def _sheets(result: ResultFolder, *, voice: Voice) -> Iterator[tuple[str, tuple[str, ...], Iterable[Row]]]:
    yield voice.t("Eight numbers"), _EIGHT, _eight(result, voice=voice)
    yield voice.t("Whom to contact"), _ACTIONS, _actions(result, voice=voice)
    known = result.columns("customers.parquet")
    customers = tuple(name for name in CUSTOMER_COLUMNS if name in known)
    yield voice.t("All customers"), customers, result.stream("customers.parquet", customers)
    yield voice.t("Groups"), _SEGMENTS, result.rows("segments.parquet")
    found = list(_clusters(result, voice=voice))
    if found:
        yield voice.t("Groups found in the records"), _CLUSTERS, found
    advocates: list[Row] = result.rates.get("advocates") or []
    if advocates:
        own = own_values(result, advocates)
        rows = ({**row, "lifetime_value": own.get(row["customer_id"])} for row in advocates)
        yield voice.t("Who brings whom"), _ADVOCATES, rows
    yield voice.t("By month of first order"), _COHORTS, result.rows("cohorts.parquet")
    yield voice.t("Quality of the records"), _QUALITY, result.rows("quality.parquet")


def _eight(result: ResultFolder, *, voice: Voice) -> Iterator[Row]:
    for entry in result.rates["eight"]:
        now, previous, year_before = (figure(entry.get(when)) for when in ("now", "previous", "year_before"))
        if now is None:
            continue
        yield {
            "figure": name_of(now, voice=voice),
            "value": now.value,
            "low": now.interval.low if now.interval else None,
            "high": now.interval.high if now.interval else None,
            "base": now.base,
            "previous": previous.value if previous else None,
            "year_before": year_before.value if year_before else None,
            "why_missing": why_missing(now, voice=voice) if now.value is None else None,
            "unit": now.unit,
        }


def _clusters(result: ResultFolder, *, voice: Voice) -> Iterator[Row]:
    """Yield the groups found in the records, each with what sets it apart and its means."""
    worth = {row["segment"]: row["lifetime_value"] for row in segment_rows(result, "cluster", [])}
    for group in (result.manifest.get("clusters") or {}).get("clusters", []):
        yield {
            **dict.fromkeys(_CLUSTERS),
            **{name: value for name, value in group.items() if name in _CLUSTERS},
            **group["means"],
            "cluster": group["number"],
            "traits": traits_text(group, voice=voice),
            "lifetime_value": worth.get(str(group["number"])),
        }


def _actions(result: ResultFolder, *, voice: Voice) -> Iterator[Row]:
    """Yield everybody to contact; who is held out or left alone stays out, as in actions.csv."""
    for row in result.stream("actions.parquet"):
        if is_contact(row):
            yield {**row, "reasons": voice.t("; ").join(why(row, {}, voice=voice))}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes rows into a sheet, each cell by the kind of its column."""

    formats: dict[str, Any]
    voice: Voice
    own_titles: dict[str, str]
    max_rows: int

    def write(self, sheet: Any, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
        """Write a heading, the rows that fit, and a line on those that do not."""
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 18)
        for place, name in enumerate(columns):
            sheet.write_string(0, place, heading(name, voice=self.voice), self.formats["head"])
        last, left_out = 0, 0
        # The heading takes one row, the line on what is left out another.
        for row in rows:
            if last == self.max_rows - 2:
                left_out += 1
                continue
            last += 1
            for place, name in enumerate(columns):
                self._cell(sheet, last, place, name, row)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        if left_out:
            text = self.voice.nt("{n} more row does not fit.", "{n} more rows do not fit.", left_out)
            sheet.write_string(last + 1, 0, text)

    def _cell(self, sheet: Any, line: int, place: int, name: str, row: Row) -> None:
        value = row[name]
        if value is None:
            return
        setting = setting_of(name)
        if setting == "text":
            sheet.write_string(line, place, self._text(name, value, row))
        elif isinstance(value, date):
            sheet.write_datetime(line, place, value, self.formats["day"])
        else:
            sheet.write_number(line, place, float(value), self.formats[row["unit"] if setting == "unit" else setting])

    def _text(self, name: str, value: Any, row: Row) -> str:
        voice = self.voice
        if name in _WORDED:
            return word(_WORDED[name], value, voice=voice)
        if isinstance(value, bool):
            return voice.t("yes") if value else voice.t("no")
        said: dict[str, Callable[[], str]] = {
            "action": lambda: action_words(value, self.own_titles, voice=voice),
            "next_action": lambda: action_words(value, self.own_titles, voice=voice),
            "issue": lambda: issue_words(value, voice=voice),
            "rule": lambda: rule_words(value, voice=voice),
            "segment": lambda: self._segment(value, row["segmentation"]),
        }
        return said[name]() if name in said else str(value)

    def _segment(self, segment: str, segmentation: str) -> str:
        if segmentation == "cluster":
            return self.voice.t("Group {number}", number=segment)
        return word(_SEGMENT_WORDS.get(segmentation, "group"), segment, voice=self.voice)
