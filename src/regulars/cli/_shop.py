"""`regulars demo` and `regulars simulate`: a shop to try things on, whose truth is known."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import _options as options
from regulars.cli._analyze import say_what_came_out
from regulars.cli._rooms import analysis, records, reports, simulation
from regulars.cli._screen import answers, progress_bar
from regulars.core import Settings

_LAST_DAY = date(2026, 6, 30)
_CURRENCY = {"en": "USD", "zh": "CNY"}


class FileFormat(StrEnum):
    """What an owner's export may be."""

    csv = "csv"
    parquet = "parquet"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(demo)
    app.command()(simulate)


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put the shop and its result.")] = Path("my-shop"),
    customers: Annotated[int, typer.Option(min=1, help="How many customers.")] = 400,
    seed: Annotated[int, typer.Option(help="Of the shop.")] = 7,
    lang: options.LangOption = options.Lang.en,
) -> None:
    """Simulate a small shop, analyse it, and say where the report is."""
    voice = reports.Voice(language=lang.value)
    with progress_bar(voice) as bar:
        bar("simulate", 0.0)
        shop = simulation.simulate_shop(
            folder / "records", customers=customers, seed=seed, last_day=_LAST_DAY, language=lang.value
        )
        result = analysis.analyze(
            files=[records.Source(data=path) for path in shop.paths],
            settings=Settings.model_validate(
                {"business": {"name": voice.t("Simulated tea shop"), "currency": _CURRENCY[lang.value]}}
            ),
            out=folder / "result",
            workspace=folder / "workspace",
            language=lang.value,
            progress=bar,
        )
    say_what_came_out(result, language=lang.value)


def simulate(  # noqa: PLR0913  (every option is a parameter: typer reads them here)
    folder: Annotated[Path, typer.Argument(help="Where to put the files.")],
    customers: Annotated[int, typer.Option(min=1, help="How many customers.")] = 400,
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 0,
    days: Annotated[int, typer.Option(help="How many days of records, 60 to 3650.")] = 730,
    last_day: Annotated[str, typer.Option(help="Their last day.")] = _LAST_DAY.isoformat(),
    lang: options.LangOption = options.Lang.en,
    format: Annotated[FileFormat, typer.Option(help="Of the files.")] = FileFormat.csv,  # noqa: A002  (the option's name)
) -> None:
    """Write the files that the owner of a simulated shop would export, and the truth beside them."""
    voice = reports.Voice(language=lang.value)
    with progress_bar(voice) as bar:
        bar("simulate", 0.0)
        shop = simulation.simulate_shop(
            folder,
            customers=customers,
            seed=seed,
            last_day=options.day("--last-day", last_day) or _LAST_DAY,
            days=days,
            language=lang.value,
            format=format.value,
        )
    for path in shop.paths:
        answers.print(str(path), markup=False)
    answers.print(voice.t("The truth: {path}", path=shop.truth_files["customers"].parent), markup=False)
