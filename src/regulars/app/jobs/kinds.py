"""What each kind of job does. Each is right when it is done again after having been killed half-way.

A job is handed its payload and a way to tell how far it is, and returns what its page will show.
"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from shutil import rmtree
from time import monotonic
from typing import Any, TypeAlias

from regulars import analysis, records, simulation
from regulars.app import assignments, own_records, surveys_due, uploads
from regulars.app._shop import Shop
from regulars.app.clock import shop_settings, today
from regulars.app.jobs.looking import as_written, look, source_of
from regulars.app.models import Job
from regulars.app.privacy import audit, erasing, retention
from regulars.app.publication.boards import prepare
from regulars.app.publication.current import current, forget_all_but_current, next_place, publish, withdraw
from regulars.app.vault import changing
from regulars.app.vault.crosswalk import VaultCrosswalk
from regulars.core import RegularsError

Tell: TypeAlias = Callable[[str, float], None]
"""Takes the code of the step that begins and how much is done (0 to 1); raises Cancelled if it is to stop."""

Kind: TypeAlias = Callable[[Shop, Mapping[str, Any], Tell], dict[str, Any]]

PERIODS = (30, 90, 365)
"""The lengths of period, in days, that can be chosen on Pulse, beside the shop's own."""

_MEMORY = "1GB"
"""For imports, which stream; an analysis may take what the engine takes by itself, half of the machine's."""
_SIMULATED_CUSTOMERS = 300
_NOBODY_LEFT = {"workspace_empty", "no_records", "no_customers"}
"""Why there can be no result once everybody is erased."""


def analyse(shop: Shop, payload: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Analyse all that is kept and publish the result; nothing of anybody erased is left in it or in earlier ones."""
    tell("read", 0.0)
    erasing.sweep(shop)
    clears = erasing.results_speak_of_erased()
    place, settings = next_place(shop), shop_settings()
    try:
        analysis.analyze(
            workspace=shop.workspace,
            crosswalk=VaultCrosswalk(),
            beside=own_records.as_records(settings),
            settings=settings,
            out=place,
            events=True,
            periods=PERIODS,
            progress=lambda step, done: tell(step, 0.9 * done),
        )
        tell("publish", 0.9)
        known = current(shop)
        prepare(place, before=None if known is None else known.folder)
    except BaseException as error:
        rmtree(place, ignore_errors=True)
        if clears and isinstance(error, RegularsError) and error.code in _NOBODY_LEFT:
            withdraw(shop)
            surveys_due.forget()
            erasing.results_are_clear(clears)
        raise
    published = publish(shop, place)
    if clears:
        forget_all_but_current(shop)
        erasing.results_are_clear(clears)
    assignments.keep(published)
    surveys_due.work_out(published, today=today())
    return {"result": published.name, "customers": published.manifest["counts"]["customers"]}


def erase(shop: Shop, payload: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Erase people out of the vault, the records and the results; the proof goes into the log."""
    for customer_id in payload.get("people", ()):
        erasing.shred(shop, customer_id, by=payload.get("by", ""))
    Job.objects.filter(kind="erase", state=Job.RUNNING).update(payload={})  # so that the job names nobody either
    swept = erasing.sweep(shop)
    done = _analyse_what_is_left(shop, tell)
    changing.tidy()
    again = erasing.sweep(shop)
    audit.write("erased_everywhere", rows=swept.rows, result=done["result"], left=again.rows + again.people)
    return {**done, "rows": swept.rows}


def let_go(shop: Shop, payload: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Remove imported records that are past the period of their kind, out of the results too."""
    until = {kind: date.fromisoformat(day) for kind, day in payload["until"].items()}
    rows = retention.let_go_imported(shop, until, by=payload["by"])
    return {**_analyse_what_is_left(shop, tell), "rows": rows}


def _analyse_what_is_left(shop: Shop, tell: Tell) -> dict[str, Any]:
    try:
        return analyse(shop, {}, tell)
    except RegularsError as error:
        if error.code not in _NOBODY_LEFT:
            raise
        return {"result": None, "customers": 0}


def take_in(shop: Shop, payload: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Import files as one batch; they are removed when they are in, unless they are to be kept."""
    began = monotonic()

    def tell_rows(file: str, read: int, total: int, rows: int) -> None:
        tell(f"read:{rows}:{rows / max(monotonic() - began, 0.1):.0f}", read / total if total else 0.0)

    sources = [source_of(each) for each in payload["files"]]
    done = analysis.import_records(
        shop.workspace,
        files=sources,
        crosswalk=VaultCrosswalk(),
        settings=as_written(shop_settings(), payload),
        memory_limit=_MEMORY,
        progress=tell_rows,
    )
    for source in () if payload.get("keep") else sources:
        if isinstance(source.data, Path):
            source.data.unlink(missing_ok=True)
    uploads.give_up(shop, str(payload.get("upload", "")))
    batch = done.batch
    files = batch.whole_files if batch else ()
    return {
        "batch": batch.id if batch else None,
        "read": sum(file.read for file in files),
        "accepted": sum(file.accepted for file in files),
        "set_aside": sum(file.quarantined_total for file in files),
        "left_out": sum(file.left_out_total for file in files),
        "known": [list(each) for each in done.known],
    }


def look_at(shop: Shop, payload: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Find out what uploaded files would be read as; nothing is kept of them but that."""
    tell("look", 0.0)
    return look(shop, payload, shop_settings())


def undo(shop: Shop, payload: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Take a batch back: its rows, and the identifiers that only it brought."""
    name = str(payload["batch"])
    store = records.Batches(shop.workspace)
    if any(batch.id == name for batch in store.live()):  # an earlier attempt may have come this far
        store.undo(name)
    VaultCrosswalk().forget(name)
    return {"batch": name}


def simulate(shop: Shop, payload: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Put the files of a simulated shop where imports are taken from."""
    folder = shop.workspace / "simulated"
    rmtree(folder, ignore_errors=True)
    last_day = date.fromisoformat(payload["last_day"])
    made = simulation.simulate_shop(folder, customers=_SIMULATED_CUSTOMERS, seed=1, last_day=last_day)
    done = take_in(shop, {"files": [{"path": str(path)} for path in made.paths]}, tell)
    rmtree(folder, ignore_errors=True)
    return done


CHANGES = {"import", "undo", "simulate"}
"""Kinds of jobs after which a new analysis is due."""

KINDS: Mapping[str, Kind] = {
    "analyse": analyse, "erase": erase, "import": take_in, "let_go": let_go, "look": look_at, "simulate": simulate,
    "undo": undo,
}  # fmt: skip

AT_ONCE = {"look"}
"""Kinds of jobs that somebody waits for in front of a page: they do not queue behind an analysis."""
