"""`regulars sources`: which exports are known by name, what they hold, and what they are recognised by."""

import typer
from rich.table import Table

from regulars.cli import _options as options
from regulars.cli._rooms import records, reports
from regulars.cli._screen import answers


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sources)


def sources(lang: options.LangOption = options.Lang.en) -> None:
    """List the exports of shops, tills, help desks and surveys that are read as they are."""
    known = records.exports().values()
    if not answers.is_terminal:
        for export in known:
            row = (export.name, export.title, ", ".join(export.kinds), _recognised_by(export))
            typer.echo("\t".join(row))
        return
    voice = reports.Voice(language=lang.value)
    table = Table(box=None, pad_edge=False)
    heads = (voice.t("Name"), voice.t("File"), voice.t("Kind"), voice.t("Column"))
    for place, head in enumerate(heads):
        table.add_column(head, no_wrap=place == 0, overflow="fold")
    for export in known:
        table.add_row(export.name, export.title, ", ".join(export.kinds), _recognised_by(export))
    answers.print(table, markup=False)


def _recognised_by(export: "records.Export") -> str:
    return " | ".join(" + ".join(headers) for headers in export.recognised_by)
