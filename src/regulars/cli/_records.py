"""`regulars import` and `regulars records`: what a workspace keeps, how it came in, and how it goes again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from regulars.cli import _options as options
from regulars.cli._confirming import with_confirmation
from regulars.cli._rooms import analysis, records, reports
from regulars.cli._screen import answers, reading_bar

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
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV or Parquet files, in any order.", metavar="FILES...")],
    workspace: WorkspaceOption,
    today: Annotated[str | None, typer.Option(help="Which rows lie in the future; default: today.")] = None,
    kind: options.KindOption = None,
    mapping: options.MapOption = None,
    columns: options.ColumnsOption = None,
    accept_mapping: options.AcceptOption = False,
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

    def work(confirmed: list["records.Source"]) -> "analysis.Imported":
        with reading_bar(voice) as bar:
            return analysis.import_records(
                workspace, files=confirmed, settings=chosen, today=until, memory_limit=memory_limit, progress=bar
            )

    done = with_confirmation(given, work, accept=accept_mapping, voice=voice)
    lines = [voice.t("{file} is already imported, as {batch}.", file=file, batch=batch) for file, batch in done.known]
    if done.batch is not None:
        lines += _what_came_in(done.batch, workspace, voice)
    for line in lines:
        answers.print(line, markup=False)


def list_batches(workspace: WorkspaceOption, lang: options.LangOption = options.Lang.en) -> None:
    """List the imports, the first one first."""
    voice = reports.Voice(language=lang.value)
    batches = records.Batches(workspace).live()
    for batch in batches:
        line = voice.t(
            "{batch}  {accepted} of {read} rows  {files}",
            batch=batch.id,
            accepted=voice.count(batch.accepted),
            read=voice.count(batch.read),
            files=voice.list([origin.name for origin in batch.origins]),
        )
        answers.print(line, markup=False)
    if not batches:
        answers.print(voice.t("{folder} keeps no records.", folder=workspace), markup=False)


def show(batch: BatchArgument, workspace: WorkspaceOption, lang: options.LangOption = options.Lang.en) -> None:
    """Say what an import read, how it was understood, and what was put aside."""
    voice = reports.Voice(language=lang.value)
    found = records.Batches(workspace).find(batch)
    lines = [
        voice.t("Batch {batch}, imported {day}", batch=found.id, day=voice.day(found.imported_at.date())),
        *(f"{origin.name}  SHA-256 {origin.sha256}" for origin in found.origins if origin.sha256),
    ]
    for file in found.files:
        lines += ["", f"{file.file}  {reports.word('kind', file.kind, voice=voice)}"]
        lines.append("  " + _counted(file.accepted, file.read, voice))
        if file.encoding is not None:
            lines.append("  " + voice.t("encoding: {encoding}", encoding=file.encoding))
        lines += [f"  {name} = {header}" for name, header in file.mapping.items()]
        if file.unused_columns:
            lines.append("  " + voice.t("columns not used: {columns}", columns=voice.list(list(file.unused_columns))))
        told = (*_reasons(file.quarantined, "quarantine", voice), *_reasons(file.left_out, "left_out", voice))
        lines += [f"  {reason}: {rows}" for reason, rows in told]
    for line in lines:
        answers.print(line, markup=False)


def undo(batch: BatchArgument, workspace: WorkspaceOption, lang: options.LangOption = options.Lang.en) -> None:
    """Take an import back: rows, refused rows and identities, as if it had never been. No copy is kept."""
    gone = records.Batches(workspace).undo(batch)
    voice = reports.Voice(language=lang.value)
    answers.print(voice.t("Batch {batch} is undone.", batch=gone), markup=False)


def _what_came_in(batch: "records.Batch", workspace: Path, voice: "reports.Voice") -> list[str]:
    lines = [voice.t("Batch {batch}:", batch=batch.id) + " " + _counted(batch.accepted, batch.read, voice)]
    for file in batch.files:
        told = {"file": file.file}
        for reason, rows in _reasons(file.quarantined, "quarantine", voice):
            lines.append(voice.t("  {file}: {rows} put aside: {reason}", rows=rows, reason=reason, **told))
        for reason, rows in _reasons(file.left_out, "left_out", voice):
            lines.append(voice.t("  {file}: {rows} left out: {reason}", rows=rows, reason=reason, **told))
    if batch.later:
        later = voice.t("{rows} rows are dated in the future; they count once their day has come.", rows=batch.later)
        lines.append(later)
    undone = f"regulars records undo {batch.id} --workspace {workspace}"
    return [*lines, voice.t("To take it back: {command}", command=undone)]


def _counted(accepted: int, read: int, voice: "reports.Voice") -> str:
    return voice.t("{accepted} of {read} rows accepted.", accepted=voice.count(accepted), read=voice.count(read))


def _reasons(
    counts: Mapping[str, int], vocabulary: Literal["quarantine", "left_out"], voice: "reports.Voice"
) -> Iterator[tuple[str, str]]:
    """Yield every reason in words, and how many rows it is of."""
    for reason, rows in counts.items():
        yield reports.word(vocabulary, reason, voice=voice), voice.count(rows)
