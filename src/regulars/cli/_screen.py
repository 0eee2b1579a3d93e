"""What the commands share on the screen: the answer on standard output, everything else on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from regulars.cli._rooms import reports
from regulars.core import RegularsError

answers = Console(highlight=False, soft_wrap=True)
remarks = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(error: RegularsError, *, language: "reports.Language") -> None:
    """Say in one line what is wrong and what to do."""
    line = " ".join(reports.error_text(error, language=language).split())
    remarks.print(f"regulars: {line}", style="red", markup=False)


@contextmanager
def progress_bar(voice: "reports.Voice") -> Iterator["Shown"]:
    """Show a bar while work goes on, if somebody is looking."""
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=remarks, transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:  # fmt: skip
        yield Shown(bar, voice)


@contextmanager
def reading_bar(voice: "reports.Voice") -> Iterator["Read"]:
    """Show how far files are read, and how many rows a second, if somebody is looking."""
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[speed]}"), TimeElapsedColumn(),
        console=remarks, transient=True, disable=not sys.stderr.isatty(),
    ) as bar:  # fmt: skip
        yield Read(bar, voice)


class Read:
    """Takes what the library says of files that are being read: a bar for each."""

    def __init__(self, bar: Progress, voice: "reports.Voice") -> None:
        self._bar = bar
        self._voice = voice
        self._tasks: dict[str, tuple[TaskID, float]] = {}

    def __call__(self, file: str, done: int, total: int, rows: int) -> None:
        """Show how far a file is read."""
        if file not in self._tasks:
            self._tasks[file] = self._bar.add_task(file, total=total or None, speed=""), perf_counter()
        task, began = self._tasks[file]
        speed = rows / max(perf_counter() - began, 0.001)
        words = self._voice.t("{rows} rows a second", rows=self._voice.count(round(speed))) if done else ""
        self._bar.update(task, completed=done, total=total or None, speed=words)


class Shown:
    """Takes what the library says of its progress and moves the bar."""

    def __init__(self, bar: Progress, voice: "reports.Voice") -> None:
        self._bar = bar
        self._voice = voice
        self._task = bar.add_task("", total=1.0)

    def __call__(self, step: str, done: float) -> None:
        """Show the step that begins and how much is done."""
        words = {
            "simulate": self._voice.t("Simulating a shop"),
            "rotate": self._voice.t("Changing the master key"),
            "read": self._voice.t("Reading records"),
            "clean": self._voice.t("Cleaning"),
            "write": self._voice.t("Writing the result"),
            "report": self._voice.t("Writing the report"),
        }
        self._bar.update(self._task, completed=done, description=words.get(step, self._voice.t("Computing")))
