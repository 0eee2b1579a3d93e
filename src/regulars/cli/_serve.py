"""`regulars serve`: the app, on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import _options as options
from regulars.cli._rooms import app as app_room
from regulars.cli._rooms import reports
from regulars.cli._screen import answers


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    folder: Annotated[Path, typer.Argument(help="Folder of the shop; a new one is made.")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of this machine.")] = 8320,
    public_url: Annotated[
        str, typer.Option(help="Address at which a web server of yours hands on to the app, for links to customers.")
    ] = "",
    lang: options.LangOption = options.Lang.en,
) -> None:
    """Open the app: pages for whom to write to today, customers and imports. Ctrl-C stops it."""
    voice = reports.Voice(language=lang.value)

    def tell(what: str, address: str) -> None:
        if what == "owner":
            answers.print(voice.t("Open this link once, to become the owner of the shop: {address}", address=address))
        else:
            answers.print(voice.t("The app runs at {address} (Ctrl-C stops it).", address=address))

    app_room.serve(folder, port=port, public_url=public_url, tell=tell)
