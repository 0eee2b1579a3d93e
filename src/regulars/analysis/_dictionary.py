"""The data dictionary: what every column of every file of a result means."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of one file: its type in words, and what it means."""

    file: str
    name: str
    type: str
    meaning: str


def _read() -> tuple[Column, ...]:
    text = files("regulars.analysis").joinpath("columns.toml").read_text(encoding="utf-8")
    return tuple(
        Column(file=file, name=name, type=type_, meaning=meaning)
        for file, columns in tomllib.loads(text).items()
        for name, (type_, meaning) in columns.items()
    )


_PREFACE = (
    "Written by `regulars columns --markdown`; a test compares it with a real result."
    " Money is in the business's currency, days are days of its time zone, shares run from 0 to 1,"
    " scores from 0 to 100. An empty cell means: not known."
)

COLUMNS = _read()
"""Every column, file by file, in the order of the files."""


def dictionary_markdown() -> str:
    """Return the dictionary as the page docs/columns.md."""
    lines = ["# Every column", "", _PREFACE]
    for file in dict.fromkeys(column.file for column in COLUMNS):
        lines += ["", f"## {file}", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [
            f"| `{column.name}` | {column.type} | {column.meaning} |" for column in COLUMNS if column.file == file
        ]
    return "\n".join(lines) + "\n"
