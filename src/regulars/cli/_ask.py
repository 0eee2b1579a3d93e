"""Questions put to a result: explain a customer, list whom to contact, say what a column means, render again."""

from pathlib import Path
from typing import Annotated

import typer
from rich.cells import cell_len
from rich.table import Table

from regulars._version import __version__
from regulars.cli import _options as options
from regulars.cli._rooms import analysis, customers, reports
from regulars.cli._screen import answers, remarks
from regulars.core import RegularsError

_NARROWEST = 12
"""Cells that a column of sentences keeps in a terminal that is too narrow for the table."""
_BETWEEN = 2
"""Blanks between two columns."""


class NamesNeedWorkspace(RegularsError):
    """Names are asked for without the folder that holds them."""

    code = "names_need_workspace"
    template = (
        "Names live only in the workspace of the analysis. Name it with --workspace;"
        " if the analysis had none, run it again with --workspace DIR."
    )


class ColumnUnknown(RegularsError):
    """A column that no file of a result has."""

    code = "column_unknown"
    template = "No file of a result has a column '{name}'. All of them: regulars columns"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (explain, actions, report, columns, version):
        app.command()(command)


def explain(
    customer_id: Annotated[str, typer.Argument(help="As in the first column of customers.parquet.")],
    result: options.ResultOption = options.DEFAULT_RESULT,
    lang: options.LangOption = options.Lang.en,
) -> None:
    """Say why a customer has these scores and this next action."""
    explanation = analysis.Result.open(result).explain(customer_id)
    for line in reports.explanation_lines(result, explanation.customer, explanation.reasons, language=lang.value):
        answers.print(line, markup=False)


def actions(
    result: options.ResultOption = options.DEFAULT_RESULT,
    with_names: Annotated[bool, typer.Option("--with-names", help="Join names, e-mails and phones.")] = False,
    workspace: Annotated[Path | None, typer.Option(help="The workspace of the analysis, for --with-names.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many lines.")] = 20,
    lang: options.LangOption = options.Lang.en,
) -> None:
    """List whom to contact, why, with what, and at what expected gain."""
    if with_names and workspace is None:
        raise NamesNeedWorkspace()
    opened = analysis.Result.open(result)
    names = _names(workspace) if with_names and workspace is not None else {}
    heads, rows = reports.action_rows(
        opened.folder, limit=limit, names=names if with_names else None, language=lang.value
    )
    if with_names and not any(row[1] in names for row in rows):
        unknown = reports.Voice(language=lang.value).t(
            "The workspace {folder} knows none of these customers: it is another analysis's, or no names were given.",
            folder=workspace,
        )
        remarks.print(unknown, markup=False)
    show_table(heads, rows, whole={0, 1, len(heads) - 2, len(heads) - 1} | ({2} if with_names else set()))


def report(
    result: Annotated[Path, typer.Argument(help="The folder that `analyze --out` wrote.")] = options.DEFAULT_RESULT,
    out: Annotated[Path | None, typer.Option(help="The file to write; default report.html in the folder.")] = None,
    lang: options.LangOption = options.Lang.en,
    format: Annotated[options.Form, typer.Option(help="Of the file.")] = options.Form.html,  # noqa: A002  (the option's name)
) -> None:
    """Write the report of a result again, in either language, or its tables as a workbook."""
    opened = analysis.Result.open(result)
    if format is options.Form.xlsx:
        path = reports.write_xlsx(result, path=out or result / "tables.xlsx", language=lang.value)
    else:
        path = opened.report(out or result / "report.html", language=lang.value)
    answers.print(str(path), markup=False)


def columns(
    name: Annotated[str | None, typer.Argument(help="A column; default all.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write docs/columns.md.")] = False,
) -> None:
    """Say what every column of every file means."""
    if markdown:
        typer.echo(analysis.dictionary_markdown(), nl=False)
        return
    found = [column for column in analysis.COLUMNS if name in {None, column.name}]
    if not found:
        raise ColumnUnknown(name=name)
    for column in found:
        answers.print(f"{column.file}  {column.name}  ({column.type})  {column.meaning}", markup=False)


def version() -> None:
    """Say which version this is."""
    answers.print(f"regulars {__version__}")


def show_table(heads: list[str], rows: list[list[str]], *, whole: set[int]) -> None:
    """Print a table whose columns `whole` are never broken; a file or a pipe gets every row on one line."""
    if answers.is_terminal:
        heads = [head.replace(" ", "\n") if place in whole else head for place, head in enumerate(heads)]
    lengths = [
        max(cell_len(line) for text in texts for line in text.split("\n")) for texts in zip(heads, *rows, strict=True)
    ]
    table = Table(box=None, pad_edge=False)
    for place, head in enumerate(heads):
        table.add_column(head, no_wrap=place in whole, overflow="fold")
    for row in rows:
        table.add_row(*row)
    if answers.is_terminal:
        lengths = [length if place in whole else min(length, _NARROWEST) for place, length in enumerate(lengths)]
    answers.width = max(answers.width, sum(lengths) + _BETWEEN * (len(heads) - 1))
    answers.print(table, markup=False)


def _names(workspace: Path) -> dict[str, str]:
    """Return what the workspace knows of each customer, a line each: one name, one e-mail, one phone."""
    known: dict[str, dict[str, str]] = {}
    for row in customers.read_facts_of_persons(workspace).to_pylist():
        known.setdefault(row["customer_id"], {}).setdefault(row["field"], row["value"])
    return {
        customer_id: "\n".join(
            value
            for value in (facts.get("name") or facts.get("nickname"), facts.get("email"), facts.get("phone"))
            if value
        )
        for customer_id, facts in known.items()
    }
