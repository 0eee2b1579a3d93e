"""`regulars sources`: which exports are known by name, what they hold, and what they are recognised by."""

import typer
from rich.table import Table

from regulars.cli import _options as options
from regulars.cli._rooms import records, reports
from regulars.cli._screen import answers, remarks


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sources)


def sources(lang: options.LangOption = options.Lang.en) -> None:
    """List the exports of shops, tills, help desks and surveys that are read as they are."""
    voice = reports.Voice(language=lang.value)
    rows = [
        (export.name, export.title_in(lang.value), _kinds(export, voice=voice), _recognised_by(export))
        for export in records.exports().values()
    ]
    if answers.is_terminal:
        table = Table(box=None, pad_edge=False)
        heads = (voice.t("Name"), voice.t("File"), voice.t("Kind"), voice.t("Column"))
        for place, head in enumerate(heads):
            table.add_column(head, no_wrap=place == 0, overflow="fold")
        for row in rows:
            table.add_row(*row)
        answers.print(table, markup=False)
    else:
        for row in rows:
            typer.echo("\t".join(row))
    remarks.print(
        voice.t("Yours is not among them? docs/adding-an-export.md shows how one small file adds it."), markup=False
    )


def _kinds(export: "records.Export", *, voice: "reports.Voice") -> str:
    """Return the kinds of records it holds: the codes that --as takes for a program, words for a person."""
    if not answers.is_terminal and voice.language == "en":
        return ", ".join(export.kinds)
    return voice.list([reports.word("kind", kind, voice=voice) for kind in export.kinds])


def _recognised_by(export: "records.Export") -> str:
    return " | ".join(" + ".join(headers) for headers in export.recognised_by)
