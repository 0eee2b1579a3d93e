"""`regulars mappings`: what a workspace keeps of the columns somebody confirmed, and how to take it back."""

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import _options as options
from regulars.cli._rooms import records, reports
from regulars.cli._screen import answers

_SHOWN = 8
"""Letters of a fingerprint that are shown, and are enough to name it."""

WorkspaceOption = Annotated[Path, typer.Option("--workspace", help="The workspace that keeps them.")]

_commands = typer.Typer(help="Mappings of columns that were confirmed: list them, forget one.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_commands, name="mappings")


@_commands.command("list")
def list_mappings(workspace: WorkspaceOption, lang: options.LangOption = options.Lang.en) -> None:
    """List the confirmed mappings: for which file, of which kind, which column is which."""
    voice = reports.Voice(language=lang.value)
    kept = records.Mappings(folder=workspace).kept()
    for name, held in sorted(kept.items(), key=lambda pair: (pair[1].file, pair[0])):
        pairs = [f"{column}='{header}'" for column, header in held.mapping.items()]
        kind = reports.word("kind", held.kind, voice=voice)
        day = "" if held.day is None else held.day.isoformat()
        answers.print(f"{name[:_SHOWN]}  {held.file}  {kind}  {day}  {', '.join(pairs)}", markup=False)
    if not kept:
        answers.print(voice.t("No mapping is kept in {folder}.", folder=workspace), markup=False)


@_commands.command("forget")
def forget_mapping(
    name: Annotated[str, typer.Argument(help="The letters `list` shows first, or the name of the file.")],
    workspace: WorkspaceOption,
    lang: options.LangOption = options.Lang.en,
) -> None:
    """Forget a mapping: the next file of that form is asked about again."""
    voice = reports.Voice(language=lang.value)
    for known, held in records.Mappings(folder=workspace).forget(name).items():
        answers.print(voice.t("Forgotten: {name} ({file})", name=known[:_SHOWN], file=held.file), markup=False)
