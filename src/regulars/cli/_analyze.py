"""`regulars analyze`: files in, a result folder out."""

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import _options as options
from regulars.cli import _preview
from regulars.cli._confirming import with_confirmation
from regulars.cli._rooms import analysis, records, reports
from regulars.cli._screen import answers, progress_bar
from regulars.cli._told import export_titles, files_line, why_lines

_IN_THE_REPORT_ONLY = {"behaviour_dropped"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(analyze)


def analyze(  # noqa: PLR0913  (every option is a parameter: typer reads them here)
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV, Excel, Parquet or ZIP files, of exports of the same orders the newest last; or one workspace"
            " with imported records.",
            metavar="FILES... | WORKSPACE",
            readable=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder for the result.")] = options.DEFAULT_RESULT,
    as_of: Annotated[
        str | None, typer.Option(help="Last day that counts (2024-12-31); default: the last order's.")
    ] = None,
    today: Annotated[str | None, typer.Option(help="Rows dated later are set aside; default: today.")] = None,
    kind: options.KindOption = None,
    mapping: options.MapOption = None,
    columns: options.ColumnsOption = None,
    accept_mapping: options.AcceptOption = False,
    dry_run: options.DryRunOption = False,
    date_order: options.DateOrderOption = None,
    encoding: options.EncodingOption = None,
    delimiter: options.DelimiterOption = None,
    settings: options.SettingsOption = None,
    workspace: Annotated[
        Path | None, typer.Option(help="Folder of the key that hides identities, and of the way back to names.")
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(min=1, help="Days ahead that purchases are asked for; default: the business's own.")
    ] = None,
    previous: Annotated[Path | None, typer.Option(help="An earlier result, so that scores compare with it.")] = None,
    seed: Annotated[int, typer.Option(help="Of every random draw.")] = 0,
    lang: options.LangOption = options.Lang.en,
    format: Annotated[  # noqa: A002  (the option's name)
        options.Form, typer.Option(help="xlsx writes the tables as a workbook too.")
    ] = options.Form.html,
    engine: Annotated[
        options.EngineName, typer.Option(help="spark: Apache Spark, for what one machine cannot hold.")
    ] = options.EngineName.duckdb,
    memory_limit: options.MemoryOption = None,
) -> None:
    """Turn records into a customer table, a report and a list of whom to contact."""
    chosen = options.settings_of(settings, date_order)
    if horizon is not None:
        prediction = chosen.prediction.model_copy(update={"horizon_days": horizon})
        chosen = chosen.model_copy(update={"prediction": prediction})
    voice = reports.Voice(language=lang.value)
    given = options.sources(
        files, kinds=kind or (), mappings=mapping or (), columns=columns, encoding=encoding, delimiter=delimiter
    )
    kept = options.workspace_among(given, workspace)
    until = options.day("--today", today)
    if dry_run and kept is not None:
        problem = reports.N_(
            "the records of a workspace were read when they were imported, so there is nothing to try. What they are"
            " says: regulars records list --workspace {value}. To try files of its inbox, name them"
        )
        raise options.OptionInvalid(option="--dry-run", value=kept, problem=problem)
    if dry_run:
        seen = analysis.preview(
            given, settings=chosen, today=until, workspace=workspace, accept=accept_mapping, memory_limit=memory_limit
        )
        raise typer.Exit(_preview.show(seen, voice=voice))

    def work(confirmed: list["records.Source"]) -> "analysis.Result":
        with progress_bar(voice) as bar:
            return analysis.analyze(
                files=confirmed if kept is None else (),
                as_of=options.day("--as-of", as_of),
                today=until,
                settings=chosen,
                out=out,
                workspace=workspace if kept is None else kept,
                previous=previous,
                seed=seed,
                language=lang.value,
                workbook=format is options.Form.xlsx,
                engine=engine.value,
                memory_limit=memory_limit,
                progress=bar,
            )

    result = with_confirmation(given, work, accept=accept_mapping, voice=voice)
    say_what_came_out(result, language=lang.value, workbook=format is options.Form.xlsx)


def say_what_came_out(result: "analysis.Result", *, language: "reports.Language", workbook: bool = False) -> None:
    """Say in a few lines what was read, what was found, and where to look."""
    manifest, plan = result.manifest, result.rates["plan"]
    voice = reports.Voice(language=language, currency=manifest["business"]["currency"])
    inputs = manifest["inputs"]
    counted = voice.nt(
        "{n} customer as of {as_of}", "{n} customers as of {as_of}", manifest["counts"]["customers"],
        as_of=manifest["as_of"],
    )  # fmt: skip
    lines = [
        voice.t("{rows}; {customers}.", rows=files_line(inputs, voice=voice), customers=counted),
        *(
            f"  {file}: {voice.t('read as {export}', export=title)}"
            for file, title in export_titles(inputs, voice=voice)
        ),
        *(f"  {file['file']}: {line}" for file in inputs for line in why_lines(file, voice=voice)),
        voice.t(
            "{contacts} to contact, expected gain {gain} (an assumption until measured).",
            contacts=voice.count(plan["contacts"]),
            gain=voice.money(plan["expected_gain"]),
        ),
        *(
            reports.note_text(note["code"], note["params"], language=voice.language)
            for note in manifest["notes"]
            if note["code"] not in _IN_THE_REPORT_ONLY
        ),
        voice.t("Report: {path}", path=result.folder / "report.html"),
        voice.t("List:   {path}", path=result.folder / "actions.csv"),
    ]
    if workbook:
        lines.append(voice.t("Tables: {path}", path=result.folder / "tables.xlsx"))
    for line in lines:
        answers.print(line, markup=False)
