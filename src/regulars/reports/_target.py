"""The file a report or a workbook is written to: its folder is made, and a place that cannot be written is said."""

from pathlib import Path

from regulars.core import RegularsError


class ReportUnwritable(RegularsError):
    """A file that cannot be written."""

    code = "report_unwritable"
    template = "{path} cannot be written: {problem}. Name another file with --out."


def writable(path: Path) -> Path:
    """Return the path once a file can be written there; missing folders above it are made.

    Raises:
        ReportUnwritable: it is a folder, lies below a file, or may not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise ReportUnwritable(path=path, problem=error.strerror or "no permission") from error
    return path
