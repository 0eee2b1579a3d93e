"""What each kind of job does. Each is right when it is done again after having been killed half-way.

A job is handed its payload and a way to tell how far it is, and returns what its page will show.
"""

from collections.abc import Callable, Mapping
from datetime import date
from shutil import rmtree
from time import monotonic
from typing import Any, TypeAlias

from regulars import analysis, records, simulation
from regulars.app import uploads
from regulars.app._shop import Shop
from regulars.app.jobs.looking import as_written, look, source_of
from regulars.app.publication.boards import prepare
from regulars.app.publication.current import next_place, publish
from regulars.app.vault.crosswalk import VaultCrosswalk
from regulars.core import Settings, load_settings

Tell: TypeAlias = Callable[[str, float], None]
"""Takes the code of the step that begins and how much is done (0 to 1); raises Cancelled if it is to stop."""

Kind: TypeAlias = Callable[[Shop, Mapping[str, Any], Tell], dict[str, Any]]

_MEMORY = "1GB"
_SIMULATED_CUSTOMERS = 300


def analyse(shop: Shop, payload: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Analyse all that is kept and publish the result."""
    place = next_place(shop)
    try:
        analysis.analyze(
            workspace=shop.workspace,
            crosswalk=VaultCrosswalk(),
            settings=settings_of(shop),
            out=place,
            events=True,
            memory_limit=_MEMORY,
            progress=lambda step, done: tell(step, 0.9 * done),
        )
        tell("publish", 0.9)
        prepare(place)
    except BaseException:
        rmtree(place, ignore_errors=True)
        raise
    published = publish(shop, place)
    return {"result": published.name, "customers": published.manifest["counts"]["customers"]}


def take_in(shop: Shop, payload: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Import uploaded files as one batch; they are removed when they are in."""
    began = monotonic()

    def tell_rows(file: str, read: int, total: int, rows: int) -> None:
        tell(f"read:{rows}:{rows / max(monotonic() - began, 0.1):.0f}", read / total if total else 0.0)

    done = analysis.import_records(
        shop.workspace,
        files=[source_of(each) for each in payload["files"]],
        crosswalk=VaultCrosswalk(),
        settings=as_written(settings_of(shop), payload),
        memory_limit=_MEMORY,
        progress=tell_rows,
    )
    uploads.give_up(shop, str(payload.get("upload", "")))
    batch = done.batch
    return {
        "batch": batch.id if batch else None,
        "read": batch.read if batch else 0,
        "accepted": batch.accepted if batch else 0,
        "set_aside": sum(file.quarantined_total for file in batch.files) if batch else 0,
        "left_out": sum(file.left_out_total for file in batch.files) if batch else 0,
        "known": [list(each) for each in done.known],
    }


def look_at(shop: Shop, payload: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Find out what uploaded files would be read as; nothing is kept of them but that."""
    tell("look", 0.0)
    return look(shop, payload, settings_of(shop))


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
    "analyse": analyse, "import": take_in, "look": look_at, "simulate": simulate, "undo": undo,
}  # fmt: skip

AT_ONCE = {"look"}
"""Kinds of jobs that somebody waits for in front of a page: they do not queue behind an analysis."""


def settings_of(shop: Shop) -> Settings:
    """Return the settings of a shop: those of its file, or the usual ones."""
    return load_settings(shop.settings_file if shop.settings_file.exists() else None)
