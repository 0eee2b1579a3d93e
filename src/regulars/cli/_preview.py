"""What `--dry-run` says: each file, what it is taken for, what would be kept and refused, in plain words."""

from collections.abc import Iterator
from dataclasses import asdict

from rich.cells import cell_len

from regulars.cli._rooms import analysis, records, reports
from regulars.cli._screen import answers
from regulars.cli._told import export_title, listed, people_lines, quoted_header, rows_line, why_lines
from regulars.core import RegularsError

_INDENT = "  "


def show(seen: "analysis.Preview", *, voice: "reports.Voice") -> int:
    """Say what would be read; return the exit code: 0 if everything could be, else 2."""
    for source in seen.sources:
        if not source.tables and source.problem is not None:
            _say(voice.t("{file}: cannot be read", file=source.file))
        for table in source.tables:
            for line in proposal_lines(table.proposal, voice=voice):
                _say(line)
            for line in _outcome_lines(table, voice=voice):
                _say(_INDENT + line)
        if source.problem is not None:
            _say(_INDENT + _to_do(source.problem, voice=voice))
    if seen.problem is not None:
        _say(_to_do(seen.problem, voice=voice))
    _say(_summary(seen, voice=voice))
    return 0 if seen.is_clean else 2


def proposal_lines(proposal: "records.Proposal", *, voice: "reports.Voice") -> Iterator[str]:
    """Yield what a table is taken for, and a line a column: its name, its header, how sure it is, what it holds."""
    kind = reports.word("kind", proposal.kind, voice=voice)
    sure = reports.word("confidence", proposal.kind_confidence, voice=voice)
    yield voice.t("{file}: {kind} ({confidence})", file=proposal.file, kind=kind, confidence=sure)
    rows = [
        (
            guess.column,
            quoted_header(guess.header, voice=voice),
            voice.t(
                "{confidence}: {why}",
                confidence=reports.word("confidence", guess.confidence, voice=voice),
                why=reports.word("why_mapped", guess.why, voice=voice),
            ),
            voice.t("like {examples}", examples="  ".join(guess.examples)) if guess.examples else "",
        )
        for guess in proposal.columns
    ]
    widths = [max(cell_len(row[place]) for row in rows) for place in range(3)]
    for row in rows:
        padded = [text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=False)]
        yield (_INDENT + _INDENT.join([*padded, row[3]])).rstrip()
    if proposal.unused:
        yield _INDENT + voice.t("columns not used: {columns}", columns=listed(proposal.unused, voice=voice))


def _outcome_lines(table: "analysis.TablePreview", *, voice: "reports.Voice") -> Iterator[str]:
    report = table.report
    if report is None:
        return
    if report.export is not None:
        yield voice.t("read as {export}", export=export_title(report.export, voice=voice))
    if report.told_by == "confirmed":
        yield voice.t("with the columns that were confirmed before")
    yield from people_lines(asdict(report), voice=voice)
    yield rows_line([asdict(report)], voice=voice)
    for line in why_lines(asdict(report), voice=voice):
        yield _INDENT + line


def _to_do(problem: RegularsError, *, voice: "reports.Voice") -> str:
    return voice.t("To do: {problem}", problem=reports.error_text(problem, language=voice.language))


def _summary(seen: "analysis.Preview", *, voice: "reports.Voice") -> str:
    if seen.is_clean:
        return voice.t("Everything can be read. Nothing was written.")
    return voice.t("Not everything can be read as it is. Nothing was written.")


def _say(line: str) -> None:
    answers.print(line, markup=False)
