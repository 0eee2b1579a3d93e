"""From what a caller hands over (paths, tables, one or several a kind) to what `records` reads."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from regulars.core import RegularsError
from regulars.records import ArrowStream, Mappings, Source

Data: TypeAlias = "str | PathLike[str] | object | list[str | PathLike[str] | object] | None"
"""A path, a table with the Arrow PyCapsule interface (pandas, Polars, Arrow, DuckDB), a list of them, or None."""


class NotATable(RegularsError):
    """An argument that is neither a path nor a table."""

    code = "not_a_table"
    template = (
        "{kind} is a {type}, which is neither a path nor a table."
        " Give a path, or a table with the Arrow interface (pandas, Polars, Arrow, DuckDB)."
    )


class NothingToRead(RegularsError):
    """An analysis of nothing."""

    code = "nothing_to_read"
    template = "There is nothing to read. Name at least one file or table of orders, usage or subscriptions."


class WorkspaceEmpty(RegularsError):
    """An analysis of a workspace in which nothing is kept."""

    code = "workspace_empty"
    template = (
        "The workspace {folder} holds no records yet."
        " Import some (regulars import FILES --workspace {folder}), or put files into {folder}/inbox."
    )


File: TypeAlias = "Source | str | PathLike[str]"
"""A source, or the path of a file whose kind is to be recognised."""


def gather(tables: Mapping[str, Data], files: Iterable[File]) -> list[Source]:
    """Return one source for each path or table.

    Raises:
        NotATable: an argument is neither a path nor a table.
    """
    sources = [each if isinstance(each, Source) else Source(data=_readable("files", each)) for each in files]
    for kind, data in tables.items():
        for one in data if isinstance(data, list) else [] if data is None else [data]:
            sources.append(Source(data=_readable(kind, one), kind=kind))
    return sources


def with_kept(sources: Iterable[Source], workspace: Path | None) -> list[Source]:
    """Return the sources with the mappings that a workspace keeps; what a source brings along goes before them.

    Raises:
        MappingsUnreadable: the workspace's file of mappings is something else.
    """
    kept = Mappings(folder=workspace).kept() if workspace is not None else {}
    return [replace(source, confirmed={**kept, **source.confirmed}) if kept else source for source in sources]


def _readable(kind: str, data: object) -> Path | ArrowStream:
    if isinstance(data, str | PathLike):
        return Path(data)
    if isinstance(data, ArrowStream):
        return data
    raise NotATable(kind=kind, type=type(data).__name__)
