"""What was read, how good it is, what was left out by which rule, and what that costs: to be looked at first."""

from dataclasses import dataclass

from regulars.core import date
from regulars.records import exports
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._quality_words import (
    AMOUNT_COSTS,
    EMPTY_COSTS,
    EMPTY_COSTS_LITTLE,
    ISSUE_COSTS,
    SET_ASIDE_COSTS,
)
from regulars.reports._table import Cell, Table, columns
from regulars.reports._voice import Voice
from regulars.reports._words import WORDS, Vocabulary, word

ISSUES_SHOWN = 40
_REASONS: tuple[Vocabulary, ...] = ("quarantine", "left_out")
_TOLD_ELSEWHERE = {"quarantine", "left_out"}
_COUNTED = ("read", "accepted", "quarantined_total", "left_out_total", "duplicates", "repeated")
_SHARES = ("completeness", "validity", "uniqueness", "consistency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The section's tables."""

    files: Table
    unused: Table | None
    soundness: Table | None
    set_aside: Table | None
    issues: Table | None


def quality(folder: ResultFolder, *, voice: Voice) -> Quality:
    """Return everything the section on data quality shows."""
    return Quality(
        files=_files(folder, voice=voice),
        unused=_unused(folder, voice=voice),
        soundness=_soundness(folder, voice=voice),
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
            "#" + voice.t("Accepted"),
            "#" + voice.t("Set aside"),
            "#" + voice.t("Left out"),
            "#" + voice.t("Duplicates"),
            "#" + voice.t("Identical rows kept"),
            voice.t("Customers known by"),
        ),
    )
    for report in folder.manifest.get("inputs", []):
        numbers = {name: report.get(name) or 0 for name in _COUNTED}
        cells = [Cell(text=voice.count(number)) for number in numbers.values()]
        cells[_COUNTED.index("left_out_total")] = Cell(
            text=voice.count(numbers["left_out_total"]),
            notes=tuple(
                f"{word('left_out', code, voice=voice)}: {voice.count(rows)}"
                for code, rows in (report.get("left_out") or {}).items()
            ),
        )
        table.rows.append(
            [
                Cell(text=report["file"], notes=_not_read(report, voice=voice)),
                Cell(text=word("kind", report["kind"], voice=voice), notes=_export(report, voice=voice)),
                *cells,
                Cell(text=word("key_role", report.get("key_role"), voice=voice)),
            ]
        )
    return table


def _not_read(report: Row, *, voice: Voice) -> tuple[str, ...]:
    """Return what of a file was not read: how many columns, and other tables beside this one, with why."""
    unused = len(report.get("unused_columns") or [])
    notes = [voice.nt("{n} column not used", "{n} columns not used", unused)] if unused else []
    notes += [
        voice.t("not read: {table} ({why})", table=table, why=word("tables_left_out", why, voice=voice))
        for table, why in (report.get("tables_left_out") or {}).items()
    ]
    return tuple(notes)


def _export(report: Row, *, voice: Voice) -> tuple[str, ...]:
    """Return the named export that a file was recognised as."""
    known = exports().get(report.get("export") or "")
    return () if known is None else (known.title_in(voice.language),)


def _unused(folder: ResultFolder, *, voice: Voice) -> Table | None:
    """Return the columns of every file that nothing was read from."""
    table = Table(caption=voice.t("Columns not used"), columns=columns(voice.t("File"), voice.t("Columns")))
    for report in folder.manifest.get("inputs", []):
        if unused := report.get("unused_columns"):
            table.rows.append([Cell(text=report["file"]), Cell(text=voice.list(list(unused)))])
    return table if table.rows else None


def _soundness(folder: ResultFolder, *, voice: Voice) -> Table | None:
    """Return five measures of every source; None of a result that has none."""
    table = Table(
        caption=voice.t("How good the records are, by source"),
        columns=columns(
            voice.t("File"),
            voice.t("Kind"),
            *("#" + word("dimension", name, voice=voice) for name in _SHARES),
            "#" + voice.t("Newest record"),
        ),
    )
    for report in folder.manifest.get("inputs", []):
        measured = report.get("soundness")
        if measured is None:
            continue
        shares = [Cell(text=_share(measured[name], voice=voice)) for name in _SHARES]
        kind = Cell(text=word("kind", report["kind"], voice=voice))
        table.rows.append([Cell(text=report["file"]), kind, *shares, _newest(measured, folder, voice=voice)])
    return table if table.rows else None


def _newest(measured: Row, folder: ResultFolder, *, voice: Voice) -> Cell:
    """Return the last day a source speaks of, and how long before the last day of the analysis that is."""
    if measured["last_day"] is None:
        return Cell(text="–")
    day = date.fromisoformat(measured["last_day"])
    behind = (folder.as_of - day).days
    if behind <= 0:
        return Cell(text=voice.short_day(day))
    note = voice.nt("{n} day before the last day", "{n} days before the last day", behind)
    return Cell(text=voice.short_day(day), notes=(note,))


def _set_aside(folder: ResultFolder, *, voice: Voice) -> Table | None:
    table = Table(
        caption=voice.t("Rows that could not be read, why, and what that costs"),
        columns=columns(
            voice.t("File"),
            voice.t("Why"),
            "#" + voice.t("Rows"),
            "#" + voice.t("Share"),
            voice.t("The first of them"),
            voice.t("What it costs"),
        ),
    )
    found = [row for row in folder.rows("quality.parquet") if row["row_count"] and row["rule"] == "quarantine"]
    for row in sorted(found, key=lambda row: (-row["row_count"], row["file"], row["issue"])):
        table.rows.append(
            [
                Cell(text=row["file"]),
                Cell(text=word("quarantine", row["issue"], voice=voice), notes=_lacking(row, voice=voice)),
                Cell(text=voice.count(row["row_count"])),
                Cell(text=_share(row["share"], voice=voice)),
                _first(row, voice=voice),
                _cost(row, voice=voice),
            ]
        )
    return table if table.rows else None


def _first(row: Row, *, voice: Voice) -> Cell:
    """Return where the first row of an issue stands, and what its value looked like."""
    if not row.get("first_line"):
        return Cell(text="–")
    line = voice.t("line {line}", line=row["first_line"])
    where = voice.t("{line}, column {column}", line=line, column=row["column_name"]) if row["column_name"] else line
    value = row.get("masked_value")
    return Cell(text=where, notes=(voice.t("like {examples}", examples=value),) if value else ())


def _issues(folder: ResultFolder, *, voice: Voice) -> Table | None:
    found = folder.rows("quality.parquet")
    rows = [row for row in found if row["row_count"] and row["rule"] not in _TOLD_ELSEWHERE]
    table = Table(
        caption=voice.t("Gaps and marks in the accepted rows (marked, never deleted)"),
        columns=columns(
            voice.t("File or kind"),
            voice.t("Column"),
            voice.t("What"),
            voice.t("Rule"),
            "#" + voice.t("Rows"),
            "#" + voice.t("Share"),
            voice.t("What it costs"),
        ),
    )
    for row in rows[:ISSUES_SHOWN]:
        table.rows.append(_issue(row, voice=voice))
    return table if table.rows else None


def _issue(row: Row, *, voice: Voice) -> list[Cell]:
    return [
        Cell(text=row["file"] or word("kind", row["kind"], voice=voice)),
        Cell(text=word("column", row["column_name"], voice=voice)),
        Cell(text=issue_words(row["issue"], voice=voice), notes=_lacking(row, voice=voice)),
        Cell(text=rule_words(row["rule"], voice=voice)),
        Cell(text=voice.count(row["row_count"])),
        Cell(text=_share(row["share"], voice=voice)),
        _cost(row, voice=voice),
    ]


def _lacking(row: Row, *, voice: Voice) -> tuple[str, ...]:
    dimension = row.get("dimension")
    return (word("dimension", dimension, voice=voice),) if dimension else ()


def _cost(row: Row, *, voice: Voice) -> Cell:
    """Return what an issue costs the result: in money where it is known, and in what cannot be said for want of it."""
    issue, is_aside = row["issue"], row["rule"] == "quarantine"
    if is_aside:
        costs = voice.t(SET_ASIDE_COSTS[row["kind"]])
    elif issue == "missing":
        costs = voice.t(EMPTY_COSTS.get(row["column_name"], EMPTY_COSTS_LITTLE))
    else:
        costs = voice.t(ISSUE_COSTS.get(issue, ""))
    amount, unknown = row.get("amount"), row.get("amount_unknown")
    notes = []
    if amount:
        notes.append(voice.t(AMOUNT_COSTS["set_aside" if is_aside else issue], amount=voice.money(float(amount))))
    if unknown:
        notes.append(
            voice.nt("the amount of {n} order is not known", "the amounts of {n} orders are not known", unknown)
        )
    return Cell(text=costs, notes=tuple(notes))


def _share(share: float | None, *, voice: Voice) -> str:
    return "–" if share is None else voice.share(share)


def issue_words(issue: str, *, voice: Voice) -> str:
    """Return what is the matter; a row that was set aside or left out is told by its reason."""
    vocabulary: Vocabulary = "issue"
    for other in _REASONS:
        if issue in WORDS[other]:
            vocabulary = other
    return word(vocabulary, issue, voice=voice)


def rule_words(rule: str | None, *, voice: Voice) -> str:
    """Return the rule that marked a row, its parameters in place.

    >>> rule_words("amount_above:812.50", voice=Voice(language="en"))
    'amount above 812.50'
    """
    if not rule:
        return ""
    code, _, params = rule.partition(":")
    return word("rule", code, voice=voice).replace("{value}", voice.money(float(params)) if params else "")
