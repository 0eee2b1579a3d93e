"""A look at uploaded files before they are imported: what each would be read as, as codes that a page can say.

Nothing of a row is in it but masked values, so that it may lie in the table of jobs.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from regulars import analysis, records
from regulars.app._shop import Shop
from regulars.core import RegularsError, Settings

_MEMORY = "600MB"
_EXAMPLES = 3


def look(shop: Shop, payload: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return what reading the files of an upload would come to."""
    sources = [source_of(each) for each in payload["files"]]
    seen = analysis.preview(
        sources, settings=as_written(settings, payload), workspace=shop.workspace, memory_limit=_MEMORY, threads=1
    )
    return {
        "sources": [_told(source) for source in seen.sources],
        "problem": problem_of(seen.problem),
    }


def source_of(each: Mapping[str, Any]) -> records.Source:
    """Return a file of a payload as what is read."""
    confirmed = {
        headers: records.Confirmed(kind=told["kind"], mapping=told["mapping"], file=Path(each["path"]).name)
        for headers, told in each.get("confirmed", {}).items()
    }
    return records.Source(
        data=Path(each["path"]),
        kind=each.get("kind") or None,
        confirmed=confirmed,
        encoding=each.get("encoding") or None,
    )


def as_written(settings: Settings, payload: Mapping[str, Any]) -> Settings:
    """Return the settings with what was said of how days and numbers of an upload are written."""
    said = {name: value for name, value in payload.get("written", {}).items() if value}
    if not said:
        return settings
    return settings.model_copy(update={"records": settings.records.model_copy(update=said)})


def problem_of(error: RegularsError | None) -> dict[str, Any] | None:
    """Return an error as data: its code, its English words, what they are filled with, and the headers it is about."""
    if error is None:
        return None
    return {
        "code": error.code,
        "template": error.template,
        "params": {name: str(value) for name, value in error.params.items()},
        "headers": list(getattr(error, "headers", ())),
        "headers_id": getattr(error, "headers_id", ""),
    }


def _told(source: Any) -> dict[str, Any]:
    asks = isinstance(source.problem, records.MappingUnconfirmed)
    return {
        "file": source.file,
        "problem": None if asks else problem_of(source.problem),
        "tables": [_table(table.proposal, table.report) for table in source.tables],
    }


def _table(proposal: records.Proposal, report: records.FileReport | None) -> dict[str, Any]:
    return {
        "file": proposal.file,
        "headers_id": proposal.headers_id,
        "kind": proposal.kind,
        "confidence": proposal.kind_confidence,
        "is_certain": proposal.is_certain,
        "columns": [
            {"column": guess.column, "header": guess.header, "confidence": guess.confidence, "why": guess.why,
             "examples": list(guess.examples[:_EXAMPLES])}
            for guess in proposal.columns
        ],
        "unused": list(proposal.unused),
        "report": None if report is None else _report(report),
    }  # fmt: skip


def _report(report: records.FileReport) -> dict[str, Any]:
    refused = sorted(report.refused.items(), key=lambda pair: (-pair[1].rows, pair[0]))
    return {
        "export": report.export,
        "told_by": report.told_by,
        "read": report.read,
        "accepted": report.accepted,
        "set_aside": report.quarantined_total,
        "refused": [
            {"reason": reason, "rows": one.rows, "line": one.line, "column": one.column, "example": one.example}
            for reason, one in refused
        ],
        "left_out": report.left_out,
        "tables_left_out": report.tables_left_out,
        "taken_as": report.taken_as,
        "date_orders": {header: asdict(taken) for header, taken in report.date_orders.items()},
        "of_people": list(report.of_people),
        "name_beside": report.name_beside,
    }
