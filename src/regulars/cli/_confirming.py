"""A guessed mapping is read only after a yes: given beforehand (--accept-mapping), or when asked in a terminal."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import typer

from regulars.cli._preview import proposal_lines
from regulars.cli._rooms import records, reports
from regulars.cli._screen import remarks

T = TypeVar("T")


def with_confirmation(
    sources: Sequence["records.Source"],
    work: Callable[[list["records.Source"]], T],
    *,
    accept: bool,
    voice: "reports.Voice",
) -> T:
    """Do work on sources; where it stops at a guessed mapping, go on with that mapping once somebody said yes.

    Raises:
        MappingUnconfirmed: nobody said yes.
        RegularsError: whatever the work raises.
    """
    asked: set[str] = set()
    while True:
        try:
            return work(list(sources))
        except records.MappingUnconfirmed as error:
            proposal = error.proposal
            if proposal.headers_id in asked or not (accept or _says_yes(proposal, voice=voice)):
                raise
            if accept:
                _show(proposal, voice=voice)
            asked.add(proposal.headers_id)
            sources = [replace(source, confirmed={**source.confirmed, **proposal.confirmed()}) for source in sources]


def _says_yes(proposal: "records.Proposal", *, voice: "reports.Voice") -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    _show(proposal, voice=voice)
    return typer.confirm(voice.t("Read it so?"), default=False, err=True)


def _show(proposal: "records.Proposal", *, voice: "reports.Voice") -> None:
    for line in proposal_lines(proposal, voice=voice):
        remarks.print(line, markup=False)
