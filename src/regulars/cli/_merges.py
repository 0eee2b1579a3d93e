"""`regulars merges`: which accounts are one person's, which may be, and a person's own word on it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import _options as options
from regulars.cli._ask import show_table
from regulars.cli._rooms import customers, reports
from regulars.cli._screen import answers, remarks

WorkspaceOption = Annotated[Path, typer.Option("--workspace", help="The workspace of the analysis.")]
DayOption = Annotated[
    str | None, typer.Option("--day", help="When it was decided, YYYY-MM-DD; default the machine's date.")
]
NamesOption = Annotated[bool, typer.Option("--with-names", help="Join names, e-mails and phones.")]
IdArgument = Annotated[str, typer.Argument(help="As `regulars merges list` and `review` show it.")]

_commands = typer.Typer(no_args_is_help=True, help="Which accounts are one person's; merge and un-merge them.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_commands, name="merges")


@_commands.command("list")
def show_merged(
    workspace: WorkspaceOption,
    with_names: NamesOption = False,
    lang: options.LangOption = options.Lang.en,
) -> None:
    """List the accounts that are one person's, and what joined them."""
    voice = reports.Voice(language=lang.value)
    rows = customers.read_persons(workspace).sort_by([("person_id", "ascending"), ("customer_id", "ascending")])
    if not rows.num_rows:
        answers.print(voice.t("No two accounts in {folder} are one person's.", folder=workspace), markup=False)
        return
    heads = [voice.t("Person"), voice.t("Account"), voice.t("Joined by"), voice.t("Weight")]
    table = [
        [row["person_id"], row["customer_id"], _how(voice)[row["how"]], _weight(row["weight"])]
        for row in rows.to_pylist()
    ]
    _show(heads, table, workspace if with_names else None, accounts=(1,), voice=voice)


@_commands.command("review")
def show_review(
    workspace: WorkspaceOption,
    with_names: NamesOption = False,
    lang: options.LangOption = options.Lang.en,
) -> None:
    """List the pairs of accounts that may be one person's: look, then merge them or un-merge them."""
    voice = reports.Voice(language=lang.value)
    rows = customers.read_review(workspace)
    if not rows.num_rows:
        answers.print(voice.t("There is no pair to look at in {folder}.", folder=workspace), markup=False)
        return
    heads = [voice.t("Account"), voice.t("Account"), voice.t("Why"), voice.t("Weight")]
    table = [
        [row["left_id"], row["right_id"], _why(voice)[row["reason"]], _weight(row["weight"])]
        for row in rows.to_pylist()
    ]
    _show(heads, table, workspace if with_names else None, accounts=(0, 1), voice=voice)


@_commands.command("merge")
def merge(
    first: IdArgument,
    second: IdArgument,
    workspace: WorkspaceOption,
    day: DayOption = None,
    lang: options.LangOption = options.Lang.en,
) -> None:
    """Say that two accounts are one person's. It holds from the next analysis on, against every automatic match."""
    _decide("merge", first, second, workspace=workspace, day=day, language=lang)


@_commands.command("unmerge")
def unmerge(
    first: IdArgument,
    second: IdArgument,
    workspace: WorkspaceOption,
    day: DayOption = None,
    lang: options.LangOption = options.Lang.en,
) -> None:
    """Say that two accounts are two people's. It is remembered, and no automatic match joins them again."""
    _decide("unmerge", first, second, workspace=workspace, day=day, language=lang)


def _decide(what: str, first: str, second: str, *, workspace: Path, day: str | None, language: options.Lang) -> None:
    voice = reports.Voice(language=language.value)
    # The edge of the house: only here is it known what day it is, and a person may say another.
    decided_at = options.day("--day", day) or datetime.now().astimezone().date()
    customers.decide(workspace, what=what, left=first, right=second, decided_at=decided_at)
    known = customers.read_identities(workspace).column("customer_id").to_pylist()
    for each in (first, second):
        if each not in known:
            remark = voice.t("The workspace knows no name, e-mail or phone of {customer_id}; is it written right?",
                             customer_id=each)  # fmt: skip
            remarks.print(remark, markup=False)
    done = {
        "merge": voice.t("{first} and {second} are one person from the next analysis on.", first=first, second=second),
        "unmerge": voice.t(
            "{first} and {second} are two people from the next analysis on.", first=first, second=second
        ),
    }
    answers.print(done[what], markup=False)


def _show(
    heads: list[str],
    rows: list[list[str]],
    workspace: Path | None,
    *,
    accounts: tuple[int, ...],
    voice: "reports.Voice",
) -> None:
    """Print a table; with a workspace, what is known of each account stands at the end of its line."""
    if workspace is not None:
        facts: dict[str, dict[str, str]] = {}
        for fact in customers.read_identities(workspace).to_pylist():
            facts.setdefault(fact["customer_id"], {}).setdefault(fact["field"], fact["value"])
        shown = ("name", "nickname", "email", "phone", "address", "birth_date")
        for row in rows:
            for place in accounts:
                known = facts.get(row[place], {})
                row.append(" · ".join(known[field] for field in shown if field in known))
        heads = [*heads, *(voice.t("Who it is") for _ in accounts)]
    show_table(heads, rows, whole=set(range(4)))


def _weight(weight: float | None) -> str:
    return "" if weight is None else f"{weight:.1f}"


def _how(voice: "reports.Voice") -> dict[str, str]:
    return {
        "decision": voice.t("your decision"),
        "open_id": voice.t("open id"),
        "email": voice.t("e-mail address"),
        "phone": voice.t("phone number"),
        "likeness": voice.t("name, address or birth date alike"),
    }


def _why(voice: "reports.Voice") -> dict[str, str]:
    return {
        "phone_shared": voice.t("the same phone, under which other names are known"),
        "likeness": voice.t("name, address or birth date alike, but not surely"),
        "contradiction": voice.t("joined, but it would make one person of two"),
    }
