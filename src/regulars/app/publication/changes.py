"""What changed from the result before to a new one, worked out once, when the new one is published."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.app.vault import tombstones

_NAMED = 10
_STAGE = "lifecycle_stage"


@dataclass(frozen=True, slots=True)
class Moved:
    """Customers whose stage is another one than before: their places in customers.parquet, and both stages."""

    places: pa.Array
    before: pa.Array
    now: pa.Array


def moved_stages(folder: Path, before: Path) -> Moved:
    """Return who is in another stage than in the result before; of somebody new nothing is said."""
    new, old = (_read(place / "customers.parquet", _STAGE) for place in (folder, before))
    was = old[_STAGE].take(pc.index_in(new["customer_id"], value_set=old["customer_id"]))
    changed = pc.fill_null(pc.not_equal(was, new[_STAGE]), False)  # noqa: FBT003  (pyarrow takes it by place)
    places = pc.indices_nonzero(changed)
    return Moved(places=places, before=was.take(places), now=new[_STAGE].take(places))


def changes(folder: Path, before: Path, *, cards: list[dict[str, Any]], language: str) -> dict[str, Any] | None:
    """Return what a page says of the changes: codes, counts and ids, and figures in words of a language.

    Nothing where the result before has no words in that language. Whoever was erased since is in none of it.
    """
    try:
        board = json.loads((before / "pages" / f"board.{language}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    entered, left = _list_of_the_day(folder, before)
    return {
        "since": board["as_of"],
        "moved": _moved(cards, board["cards"]),
        "entered": entered,
        "left": left,
        "stages": _counted(moved_stages(folder, before)),
    }


def _moved(cards: list[dict[str, Any]], earlier: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the figures that read otherwise than before."""
    was: Mapping[str, str] = {card["name"]: card["value"] for card in earlier}
    return [
        {"label": card["label"], "before": was[card["name"]], "now": card["value"]}
        for card in cards
        if was.get(card["name"], card["value"]) != card["value"]
    ]


def _list_of_the_day(folder: Path, before: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return who is suggested now and was not, and who was and is not; of those only who is a customer yet."""
    now, then = (_suggested(place) for place in (folder, before))
    entered, left = _without(now, then), _without(then, now)
    known = pq.read_table(folder / "customers.parquet", columns=["customer_id"])["customer_id"]
    listed = left.filter(pc.is_in(left, value_set=known)).to_pylist()
    erased = tombstones.erased_ids(listed)
    stayed = [who for who in listed if who not in erased]
    return (
        {"n": len(entered), "ids": entered.slice(0, _NAMED).to_pylist()},
        {"n": len(stayed), "ids": stayed[:_NAMED]},
    )


def _without(ids: pa.ChunkedArray, others: pa.ChunkedArray) -> pa.ChunkedArray:
    return ids.filter(pc.invert(pc.is_in(ids, value_set=others)))


def _suggested(folder: Path) -> pa.ChunkedArray:
    """Return the ids of the list of the day, by rank."""
    columns = ["customer_id", "rank", "within_budget", "held_out"]
    table = pq.read_table(folder / "actions.parquet", columns=columns)
    chosen = pc.and_(pc.is_valid(table["rank"]), pc.and_not(table["within_budget"], table["held_out"]))
    return table.filter(chosen).sort_by("rank")["customer_id"]


def _counted(moved: Moved) -> list[dict[str, Any]]:
    """Return how many went from which stage to which, most first."""
    table = pa.table({"before": moved.before, "now": moved.now})
    counted = table.group_by(["before", "now"]).aggregate([([], "count_all")]).to_pylist()
    rows = [{"before": row["before"], "now": row["now"], "n": row["count_all"]} for row in counted]
    return sorted(rows, key=lambda row: (-row["n"], row["before"], row["now"]))


def _read(path: Path, column: str) -> pa.Table:
    table = pq.read_table(path, columns=["customer_id", column]).combine_chunks()
    return table.set_column(1, column, table[column].cast(pa.string()))
