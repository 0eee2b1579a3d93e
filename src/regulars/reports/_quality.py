"""What was read, what was left out and by which rule: the part a careful reader turns to first."""

from dataclasses import dataclass

from regulars.reports._folder import ResultFolder, Row
from regulars.reports._table import Cell, Table, cells, columns
from regulars.reports._voice import Voice
from regulars.reports._words import WORDS, word

ISSUES_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The section's tables."""

    files: Table
    set_aside: Table | None
    issues: Table | None


def quality(folder: ResultFolder, *, voice: Voice) -> Quality:
    """Return everything the section on data quality shows."""
    return Quality(
        files=_files(folder, voice=voice),
        set_aside=_set_aside(folder, voice=voice),
        issues=_issues(folder, voice=voice),
    )


def _files(folder: ResultFolder, *, voice: Voice) -> Table:
    table = Table(
        caption=voice.t("Files read"),
        columns=columns(
            voice.t("File"),
            voice.t("Kind"),
            "#" + voice.t("Rows read"),
            "#" + voice.t("Rows accepted"),
            "#" + voice.t("Rows set aside"),
            "#" + voice.t("Duplicates removed"),
            "#" + voice.t("Identical rows kept"),
            voice.t("Customers known by"),
        ),
    )
    for report in folder.manifest.get("inputs", []):
        unused = report.get("unused_columns") or []
        notes = (voice.t("columns not used: {columns}", columns=voice.list(list(unused))),) if unused else ()
        numbers = [
            report.get(name) or 0 for name in ("read", "accepted", "quarantined_total", "duplicates", "repeated")
        ]
        table.rows.append(
            [
                Cell(text=report["file"], notes=notes),
                Cell(text=word("kind", report["kind"], voice=voice)),
                *(Cell(text=voice.count(number)) for number in numbers),
                Cell(text=word("key_role", report.get("key_role"), voice=voice)),
            ]
        )
    return table


def _set_aside(folder: ResultFolder, *, voice: Voice) -> Table | None:
    table = Table(
        caption=voice.t("Rows that could not be read, and why"),
        columns=columns(voice.t("File"), voice.t("Why"), "#" + voice.t("Rows")),
    )
    for report in folder.manifest.get("inputs", []):
        for reason, count in sorted((report.get("quarantined") or {}).items()):
            why = word("quarantine", reason, voice=voice)
            table.rows.append(cells(report["file"], why, voice.count(count)))
    return table if table.rows else None


def _issues(folder: ResultFolder, *, voice: Voice) -> Table | None:
    rows = [row for row in folder.rows("quality.parquet") if row["row_count"] and row["rule"] != "quarantine"]
    table = Table(
        caption=voice.t("Gaps and marks in the accepted rows (marked, never deleted)"),
        columns=columns(
            voice.t("File or kind"),
            voice.t("Column"),
            voice.t("What"),
            voice.t("Rule"),
            "#" + voice.t("Rows"),
            "#" + voice.t("Share"),
        ),
    )
    for row in rows[:ISSUES_SHOWN]:
        table.rows.append(_issue(row, voice=voice))
    return table if table.rows else None


def _issue(row: Row, *, voice: Voice) -> list[Cell]:
    return cells(
        row["file"] or word("kind", row["kind"], voice=voice),
        word("column", row["column_name"], voice=voice),
        issue_words(row["issue"], voice=voice),
        rule_words(row["rule"], voice=voice),
        voice.count(row["row_count"]),
        voice.share(row["share"]) if row["share"] is not None else "–",
    )


def issue_words(issue: str, *, voice: Voice) -> str:
    """Return what is the matter; a row that was set aside is told by its reason."""
    return word("quarantine" if issue in WORDS["quarantine"] else "issue", issue, voice=voice)


def rule_words(rule: str | None, *, voice: Voice) -> str:
    """Return the rule that marked a row, its parameters in place.

    >>> rule_words("amount_above:812.50", voice=Voice(language="en"))
    'amount above 812.50'
    """
    if not rule:
        return ""
    code, _, params = rule.partition(":")
    return word("rule", code, voice=voice).replace("{value}", voice.money(float(params)) if params else "")
