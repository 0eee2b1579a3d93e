"""`regulars import` and `regulars records`: what a workspace keeps, how it came in, and how it goes again."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import _options as options
from regulars.cli._confirming import with_confirmation
from regulars.cli._preview import show as preview_shown
from regulars.cli._rooms import analysis, records, reports
from regulars.cli._screen import answers, reading_bar
from regulars.cli._told import (
    Told,
    column_line,
    export_title,
    export_titles,
    files_line,
    listed,
    people_lines,
    rows_line,
    why_lines,
)

WorkspaceOption = Annotated[Path, typer.Option("--workspace", help="The folder that keeps the records.")]
BatchArgument = Annotated[str, typer.Argument(help="Its id, or the beginning of it.", metavar="BATCH")]

_records = typer.Typer(help="What a workspace keeps: list, show and undo imports.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import")(import_files)
    for name, command in (("list", list_batches), ("show", show), ("undo", undo)):
        _records.command(name)(command)
    app.add_typer(_records, name="records")


def import_files(  # noqa: PLR0913  (every option is a parameter: typer reads them here)
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV, Excel, Parquet or ZIP files, of exports of the same orders the newest last.",
            metavar="FILES...",
            readable=False,
        ),
    ],
    workspace: WorkspaceOption,
    today: Annotated[str | None, typer.Option(help="Which rows lie in the future; default: today.")] = None,
    kind: options.KindOption = None,
    mapping: options.MapOption = None,
    columns: options.ColumnsOption = None,
    accept_mapping: options.AcceptOption = False,
    dry_run: options.DryRunOption = False,
    date_order: options.DateOrderOption = None,
    encoding: options.EncodingOption = None,
    delimiter: options.DelimiterOption = None,
    settings: options.SettingsOption = None,
    lang: options.LangOption = options.Lang.en,
    memory_limit: options.MemoryOption = None,
) -> None:
    """Keep records in a workspace, as one batch that can be undone."""
    voice = reports.Voice(language=lang.value)
    chosen, until = options.settings_of(settings, date_order), options.day("--today", today)
    given = options.sources(
        files, kinds=kind or (), mappings=mapping or (), columns=columns, encoding=encoding, delimiter=delimiter
    )
    if dry_run:
        look = partial(analysis.preview, settings=chosen, today=until, accept=accept_mapping, memory_limit=memory_limit)
        raise typer.Exit(_tried(given, workspace, look, voice=voice))

    def work(confirmed: list["records.Source"]) -> "analysis.Imported":
        with reading_bar(voice) as bar:
            return analysis.import_records(
                workspace, files=confirmed, settings=chosen, today=until, memory_limit=memory_limit, progress=bar
            )

    done = with_confirmation(given, work, accept=accept_mapping, voice=voice)
    for line in _what_was_done(done, workspace, voice):
        answers.print(line, markup=False)
    if done.known_otherwise:
        raise typer.Exit(2)


def list_batches(workspace: WorkspaceOption, lang: options.LangOption = options.Lang.en) -> None:
    """List the imports, the first one first."""
    voice = reports.Voice(language=lang.value)
    batches = records.Batches(workspace).live()
    for batch in batches:
        names = voice.list([origin.name for origin in batch.origins])
        answers.print(f"{batch.id}  {files_line(_told(batch), voice=voice)}  {names}", markup=False)
    if not batches:
        answers.print(voice.t("{folder} keeps no records.", folder=workspace), markup=False)


def show(batch: BatchArgument, workspace: WorkspaceOption, lang: options.LangOption = options.Lang.en) -> None:
    """Say what an import read, how it was understood, and what was set aside or left out."""
    voice = reports.Voice(language=lang.value)
    found = records.Batches(workspace).find(batch)
    lines = [
        voice.t("Batch {batch}, imported {day}", batch=found.id, day=voice.day(found.imported_at.date())),
        *(f"{origin.name}  SHA-256 {origin.sha256}" for origin in found.origins if origin.sha256),
    ]
    for file in found.on_its_day:
        lines += ["", f"{file.file}  {reports.word('kind', file.kind, voice=voice)}"]
        lines += ["  " + line for line in _understood(file, voice)]
        lines += ["  " + line for line in why_lines(asdict(file), voice=voice)]
    for line in lines:
        answers.print(line, markup=False)


def undo(batch: BatchArgument, workspace: WorkspaceOption, lang: options.LangOption = options.Lang.en) -> None:
    """Take an import back as if it had never been: rows, identities, mappings confirmed for it. No copy is kept."""
    gone = records.Batches(workspace).undo(batch)
    voice = reports.Voice(language=lang.value)
    answers.print(voice.t("Batch {batch} is undone.", batch=gone), markup=False)


def _understood(file: "records.FileReport", voice: "reports.Voice") -> Iterator[str]:
    """Yield what a file was taken for: the export, the encoding, which header is which column."""
    if file.export is not None:
        yield voice.t("read as {export}", export=export_title(file.export, voice=voice))
    if file.told_by == "confirmed":
        yield voice.t("with the columns that were confirmed before")
    yield rows_line([asdict(file)], voice=voice)
    if file.encoding is not None:
        yield voice.t("encoding: {encoding}", encoding=file.encoding)
    for name, header in file.mapping.items():
        yield column_line(name, header, voice=voice)
    if file.unused_columns:
        yield voice.t("columns not used: {columns}", columns=voice.list(list(file.unused_columns)))
    yield from people_lines(asdict(file), voice=voice)


def _tried(
    given: list["records.Source"], workspace: Path, look: Callable[..., "analysis.Preview"], *, voice: "reports.Voice"
) -> int:
    """Say what an import would do, and return the exit code of that."""
    fresh, known = records.Batches(workspace).sort_out(given)
    for each in known:
        answers.print(_known(each, workspace, voice=voice, is_otherwise=False), markup=False)
    return 0 if known and not fresh else preview_shown(look(fresh, workspace=workspace), voice=voice)


def _what_was_done(done: "analysis.Imported", workspace: Path, voice: "reports.Voice") -> Iterator[str]:
    for file, batch in done.known:
        yield _known((file, batch), workspace, voice=voice, is_otherwise=file in done.known_otherwise)
    if done.batch is not None:
        yield from _what_came_in(done.batch, workspace, voice)
    for file in done.mappings_changed:
        yield voice.t("{file}: these columns hold from now on for files with these headers.", file=file)


def _known(known: tuple[str, str], workspace: Path, *, voice: "reports.Voice", is_otherwise: bool) -> str:
    file, batch = known
    if not is_otherwise:
        return voice.t("{file} is already imported, as {batch}.", file=file, batch=batch)
    return voice.t(
        "{file} is already imported, as {batch}, read in another way, and stays so. To have it read as said now, first:"
        " {command}",
        file=file,
        batch=batch,
        command=f"regulars records undo {batch} --workspace {workspace}",
    )


def _what_came_in(batch: "records.Batch", workspace: Path, voice: "reports.Voice") -> list[str]:
    files = _told(batch)
    lines = [voice.t("Batch {batch}: {rows}.", batch=batch.id, rows=files_line(files, voice=voice))]
    lines += [
        f"  {file}: {voice.t('read as {export}', export=title)}" for file, title in export_titles(files, voice=voice)
    ]
    for file in files:
        told = [*why_lines(file, voice=voice)]
        if file["told_by"] == "confirmed":
            told.append(voice.t("with the columns that were confirmed before"))
        if file["unused_columns"]:
            told.append(voice.t("columns not used: {columns}", columns=listed(file["unused_columns"], voice=voice)))
        told += people_lines(file, voice=voice)
        lines += [f"  {file['file']}: {line}" for line in told]
    if batch.later:
        lines.append(
            voice.nt(
                "{n} row is dated in the future; it counts once its day has come.",
                "{n} rows are dated in the future; they count once their day has come.",
                batch.later,
            )
        )
    undone = f"regulars records undo {batch.id} --workspace {workspace}"
    return [*lines, voice.t("To take it back: {command}", command=undone)]


def _told(batch: "records.Batch") -> list[Told]:
    return [asdict(file) for file in batch.on_its_day]
