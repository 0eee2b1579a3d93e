"""The options that several commands share, and how their words become arguments of the library."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli._rooms import records, reports
from regulars.core import RegularsError, Settings, load_settings


class Lang(StrEnum):
    """The languages of reports and messages."""

    en = "en"
    zh = "zh"


class OptionInvalid(RegularsError):
    """An option whose words mean nothing."""

    code = "option_invalid"
    template = "{option} {value}: {problem}."
    texts = frozenset({"problem"})


class DateOrder(StrEnum):
    """The orders a date may be written in."""

    dmy = "dmy"
    mdy = "mdy"
    ymd = "ymd"


class Form(StrEnum):
    """What a report can be written as."""

    html = "html"
    xlsx = "xlsx"


class EngineName(StrEnum):
    """Where an analysis may run."""

    duckdb = "duckdb"
    spark = "spark"


LangOption = Annotated[Lang, typer.Option("--lang", help="Language of the report and of messages.")]
ResultOption = Annotated[Path, typer.Option("--result", help="The folder that `analyze --out` wrote.")]
DEFAULT_RESULT = Path("regulars-result")

KindOption = Annotated[
    list[str] | None, typer.Option("--as", help="Kind of the files (orders, usage, ...), once or once a file.")
]
MapOption = Annotated[
    list[str] | None, typer.Option("--map", help="column=header, or FILE:column=header; repeatable, or with commas.")
]
ColumnsOption = Annotated[
    str | None, typer.Option(help="For files without a header: customer_id,ordered_at,amount (blank = skip).")
]
AcceptOption = Annotated[
    bool, typer.Option("--accept-mapping", help="Read files as guessed where their headers are not known.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be read, accepted and set aside; write nothing.")
]
DateOrderOption = Annotated[DateOrder | None, typer.Option(help="What 1/2/2024 means, in all files. Never guessed.")]
EncodingOption = Annotated[str | None, typer.Option(help="Such as gb18030; default: recognised.")]
DelimiterOption = Annotated[str | None, typer.Option(help="One character, 'tab' or 'blanks'; default: recognised.")]
SettingsOption = Annotated[Path | None, typer.Option(help="A settings file (docs/settings.md).", readable=False)]
MemoryOption = Annotated[str | None, typer.Option(help="Such as 4GB; default: half of the machine's.")]


def settings_of(path: Path | None, date_order: DateOrder | None) -> Settings:
    """Return the settings of a file, with what the command line says of dates."""
    chosen = load_settings(path)
    if date_order is None:
        return chosen
    records = chosen.records.model_copy(update={"date_order": date_order.value})
    return chosen.model_copy(update={"records": records})


def day(option: str, text: str | None) -> date | None:
    """Return the day an option names, as YYYY-MM-DD."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no zone)
    except ValueError as error:
        raise OptionInvalid(option=option, value=text, problem=reports.N_("write a day as 2024-12-31")) from error


def sources(
    files: Sequence[Path],
    *,
    kinds: Sequence[str],
    mappings: Sequence[str],
    columns: str | None,
    encoding: str | None,
    delimiter: str | None,
) -> list["records.Source"]:
    """Return one source a file.

    One `--as` holds for every file; several must be as many as the files. A mapping `FILE:name=header` holds for
    that file only.
    """
    if len(kinds) > 1 and len(kinds) != len(files):
        problem = reports.N_("give one kind for all files, or one for each ({files} files, {kinds} kinds)")
        counts = {"files": len(files), "kinds": len(kinds)}
        raise OptionInvalid(option="--as", value=" ".join(kinds), problem=problem, **counts)
    every = [*kinds] if len(kinds) > 1 else [*kinds] * len(files) if kinds else [None] * len(files)
    return [
        records.Source(
            data=file,
            kind=kind,
            mapping=_mapping(mappings, file),
            columns=() if columns is None else tuple(name.strip() for name in columns.split(",")),
            encoding=encoding,
            delimiter=delimiter,
        )
        for file, kind in zip(files, every, strict=True)
    ]


def workspace_among(given: Sequence["records.Source"], named: Path | None) -> Path | None:
    """Return the workspace that is named in the place of files, if one is.

    Raises:
        OptionInvalid: it is named beside files, beside another workspace, or with options of files.
    """
    folders = [source for source in given if isinstance(source.data, Path) and _is_workspace(source.data)]
    if not folders:
        return None
    (source, *_), folder = folders, Path(str(folders[0].data))
    if len(given) > 1:
        problem = reports.N_(
            "name files, or one workspace; to keep files in it: regulars import FILES --workspace {value}"
        )
        raise OptionInvalid(option="WORKSPACE", value=folder, problem=problem)
    if named is not None and named.resolve() != folder.resolve():
        problem = reports.N_("the records are those of {folder}")
        raise OptionInvalid(option="--workspace", value=named, problem=problem, folder=folder)
    if source != records.Source(data=folder):
        problem = reports.N_(
            "the records in it were read when they were imported: give --as, --map, --columns and such there"
        )
        raise OptionInvalid(option="WORKSPACE", value=folder, problem=problem)
    return folder


def _is_workspace(path: Path) -> bool:
    return path.is_dir() and ((path / "key").is_file() or any((path / name).is_dir() for name in ("batches", "inbox")))


def _mapping(mappings: Sequence[str], file: Path) -> dict[str, str]:
    """Return {column: header} of the pairs that hold for a file; pairs may be given one by one or with commas."""
    pairs: dict[str, str] = {}
    for pair in (part.strip() for text in mappings for part in text.split(",")):
        place, separator, rest = pair.partition(":")
        of_one_file = bool(separator) and "=" not in place
        if of_one_file and place not in {file.name, str(file)}:
            continue
        name, equals, header = (rest if of_one_file else pair).partition("=")
        if not equals or not name.strip() or not header.strip():
            problem = reports.N_("write it as column=header, e.g. amount=total_amount")
            raise OptionInvalid(option="--map", value=pair, problem=problem)
        pairs[name.strip()] = header.strip()
    return pairs
