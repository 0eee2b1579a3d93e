"""`regulars serve`: the app, on this machine; `regulars password`: a way back in."""

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import _options as options
from regulars.cli._rooms import app as app_room
from regulars.cli._rooms import reports
from regulars.cli._screen import answers


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(password)


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


def password(
    folder: Annotated[Path, typer.Argument(help="Folder of the shop.", exists=True, file_okay=False)],
    name: Annotated[str, typer.Argument(help="Name under which somebody logs in.")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on which the app runs.")] = 8320,
    lang: options.LangOption = options.Lang.en,
) -> None:
    """Let somebody who forgot their password choose another one: print a link that holds once, for a week."""
    voice = reports.Voice(language=lang.value)
    link = app_room.password_link(folder, name=name, port=port)
    said = voice.t("While the app runs, {name} can choose a new password at {address}", name=name, address=link)
    answers.print(said, markup=False, soft_wrap=True)
