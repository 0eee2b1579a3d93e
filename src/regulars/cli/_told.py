"""What is told of files that were read, in the same words by every command.

Rows read = accepted + set aside + left out + duplicates, of every file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from regulars.cli._rooms import records, reports

_HEADERS_SHOWN = 20
_ALWAYS = "= "
"""Before what stands in every row of a column that no header of an export gives."""

Told = Mapping[str, Any]
"""A file's report: a `FileReport` as a mapping, or an entry of `inputs` in a manifest, which knows the duplicates."""


def files_line(tables: Iterable[Told], *, voice: "reports.Voice") -> str:
    """Return how many rows files had and what became of them; rows that a table beside tells again count once."""
    return rows_line((table for table in tables if not table.get("is_beside")), voice=voice)


def rows_line(tables: Iterable[Told], *, voice: "reports.Voice") -> str:
    """Return how many rows tables had and what became of them; the parts add up."""
    every = list(tables)
    read, accepted = (sum(file[name] for file in every) for name in ("read", "accepted"))
    aside, duplicates = (sum(file.get(name, 0) for file in every) for name in ("quarantined_total", "duplicates"))
    left_out = sum(sum(file["left_out"].values()) for file in every)
    parts = [voice.t("{rows} accepted", rows=voice.count(accepted))]
    if aside:
        parts.append(voice.t("{rows} set aside", rows=voice.count(aside)))
    if left_out:
        parts.append(voice.t("{rows} left out", rows=voice.count(left_out)))
    if duplicates:
        parts.append(voice.nt("{n} duplicate", "{n} duplicates", duplicates))
    return voice.nt("{n} row read: {parts}", "{n} rows read: {parts}", read, parts=voice.list(parts))


def why_lines(file: Told, *, voice: "reports.Voice") -> Iterator[str]:
    """Yield for every part but the accepted rows how many they are and why, and what accepted rows were taken as.

    And which sheets and files beside it were not read at all.
    """
    yield from _set_aside(file, voice=voice)
    yield from _reasons(file["left_out"], "left_out", voice.t("{rows} left out: {reason}"), voice)
    if duplicates := file.get("duplicates", 0):
        yield voice.nt(
            "{n} duplicate: another file has it too", "{n} duplicates: another file has them too", duplicates
        )
    yield from _reasons(file.get("taken_as") or {}, "issue", voice.t("{rows} accepted: {reason}"), voice)
    for header, taken in (file.get("date_orders") or {}).items():
        yield reports.date_order_text(header, taken, voice=voice)
    for issue, told in {**(file.get("unusable") or {}), **(file.get("shared_keys") or {})}.items():
        yield voice.t(
            "{rows} accepted: {reason} (first on line {line}{where})",
            rows=voice.count(told["rows"]),
            reason=reports.word("issue", issue, voice=voice),
            line=told["line"],
            where=where_words(told["column"], told["example"], voice=voice),
        )
    for table, why in (file.get("tables_left_out") or {}).items():
        reason = reports.word("tables_left_out", why, voice=voice)
        yield voice.t("not read: {table} ({why})", table=table, why=reason)


def _set_aside(file: Told, *, voice: "reports.Voice") -> Iterator[str]:
    """Yield how many rows were set aside, why, and where the first one stands, by line."""
    refused = file.get("refused") or {}
    yield from _reasons(
        {reason: rows for reason, rows in file["quarantined"].items() if reason not in refused},
        "quarantine",
        voice.t("{rows} set aside: {reason}"),
        voice,
    )
    for reason, first in sorted(refused.items(), key=lambda pair: (pair[1]["line"], pair[0])):
        yield voice.t(
            "{rows} set aside: {reason} (first on line {line}{where})",
            rows=voice.count(first["rows"]),
            reason=reports.word("quarantine", reason, voice=voice),
            line=first["line"],
            where=where_words(first["column"], first["example"], voice=voice),
        )


def where_words(column: str, example: str, *, voice: "reports.Voice") -> str:
    """Return the column and the masked value of the first row of many."""
    parts = []
    if column:
        parts.append(voice.t(", column '{column}'", column=column))
    if example:
        parts.append(voice.t(", value like {example}", example=example))
    return "".join(parts)


def people_lines(file: Told, *, voice: "reports.Voice") -> Iterator[str]:
    """Yield what the name beside a phone does, and how columns can be read too that tell who somebody is."""
    if name := file.get("name_beside"):
        yield voice.t(
            "{column} tells apart who shares a phone or an e-mail address", column=listed([name], voice=voice)
        )
    if columns := file.get("of_people"):
        yield voice.t(
            "to find people by {columns}, read the file once more with --as profiles",
            columns=listed(columns, voice=voice),
        )


def export_titles(files: Sequence[Told], *, voice: "reports.Voice") -> list[tuple[str, str]]:
    """Return the files that were recognised as a named export, each once, with the title of the export."""
    found: dict[tuple[object, str], tuple[str, str]] = {}
    for file in files:
        if name := file.get("export"):
            found.setdefault((file["sha256"], name), (file["file"], export_title(name, voice=voice)))
    return list(found.values())


def export_title(name: str, *, voice: "reports.Voice") -> str:
    """Return what an export is called; one that this version does not know any more, by its name."""
    known = records.exports().get(name)
    return name if known is None else known.title_in(voice.language)


def column_line(column: str, header: str, *, voice: "reports.Voice") -> str:
    """Return which header is read as a column, or what is the same in every row of it."""
    if header.startswith(_ALWAYS):
        return voice.t("{column}: always {value}", column=column, value=header.removeprefix(_ALWAYS))
    return f"{column} = {header}"


def quoted_header(header: str, *, voice: "reports.Voice") -> str:
    """Return a header in quotation marks, or what is the same in every row."""
    if header.startswith(_ALWAYS):
        return voice.t("always {value}", value=header.removeprefix(_ALWAYS))
    return f"'{header.strip()}'"


def listed(headers: Sequence[str], *, voice: "reports.Voice") -> str:
    """Return headers as a line, the first of very many."""
    shown = voice.list([f"'{header.strip()}'" for header in headers[:_HEADERS_SHOWN]])
    more = len(headers) - _HEADERS_SHOWN
    return shown if more <= 0 else voice.t("{columns} and {n} more", columns=shown, n=voice.count(more))


def _reasons(
    counts: Mapping[str, int],
    vocabulary: Literal["quarantine", "left_out", "issue"],
    line: str,
    voice: "reports.Voice",
) -> Iterator[str]:
    for reason, rows in counts.items():
        yield line.format(rows=voice.count(rows), reason=reports.word(vocabulary, reason, voice=voice))
