"""`regulars keys`: the keys under which a shop of the app keeps who people are."""

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import _options as options
from regulars.cli._rooms import app as app_room
from regulars.cli._rooms import reports
from regulars.cli._screen import answers, progress_bar

_commands = typer.Typer(no_args_is_help=True, help="The keys under which a shop keeps who people are.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_commands, name="keys")


@_commands.callback()
def keys() -> None:
    """The keys under which a shop keeps who people are."""


@_commands.command("rotate")
def rotate(
    folder: Annotated[Path, typer.Argument(help="Folder of the shop.", exists=True, file_okay=False)],
    lang: options.LangOption = options.Lang.en,
) -> None:
    """Change the master key of a shop, and forget the old one. A backup needs the key of its day."""
    voice = reports.Voice(language=lang.value)
    with progress_bar(voice) as bar:
        bar("rotate", 0.0)
        people = app_room.rotate_keys(folder, progress=lambda done: bar("rotate", done))
    said = voice.t(
        "The keys of {people} people are under the new master key; the old one is gone from {file}.",
        people=voice.count(people), file=app_room.Shop.at(folder).key_file,
    )  # fmt: skip
    answers.print(said, markup=False)
