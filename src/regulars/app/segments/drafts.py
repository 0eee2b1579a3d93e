"""A group of customers while it is being put together on a page: a form whose fields tell the whole of it.

Every part says where it stands (`0`, `0.1`, …), so a page can be sent at any moment and nothing is remembered here.
What is not filled in yet is kept as it is and marked.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from django.http import QueryDict
from pydantic import ValidationError

from regulars.app.segments.columns import ALL
from regulars.app.segments.conditions import DEEPEST, MOST_PARTS, OPERATORS, VALUES, Condition, Segment, read

Draft: TypeAlias = dict[str, Any]
"""A group: `join` and `parts`; or a condition: `column`, `test`, `values`."""

_PATH = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,5}")
_BEGIN = "days_since_last"


def of_segment(segment: Segment) -> Draft:
    """Return the draft of a segment that is there already."""
    draft: Draft = segment.model_dump(mode="json")["root"]
    return draft


def of_form(said: QueryDict) -> Draft:
    """Return the draft that a page sent; what is not understood is left out."""
    root: Draft = {"join": _join(str(said.get("join", ""))), "parts": []}
    places: dict[str, Draft] = {"": root}
    for path in said.getlist("part")[:MOST_PARTS]:
        if not _PATH.fullmatch(path):
            continue
        parent = places.get(path.rpartition(".")[0])
        if parent is None:
            continue
        if f"join.{path}" in said:
            places[path] = {"join": _join(str(said[f"join.{path}"])), "parts": []}
            parent["parts"].append(places[path])
        else:
            parent["parts"].append(_condition(said, path))
    return root


def changed(draft: Draft, do: str) -> Draft:
    """Return a draft after `add`, `group` or `remove` at a path, which is that of a group or of a part of one."""
    what, _, path = do.partition(" ")
    steps = [int(step) for step in path.split(".")] if _PATH.fullmatch(path) else []
    if what == "remove" and steps:
        parent = _at(draft, steps[:-1])
        if parent is not None and steps[-1] < len(parent["parts"]):
            del parent["parts"][steps[-1]]
        return draft
    group = _at(draft, steps)
    if group is None or sum(1 for _ in conditions(draft)) >= MOST_PARTS:
        return draft
    if what == "add":
        group["parts"].append(begun())
    elif what == "group" and len(steps) < DEEPEST - 1:
        group["parts"].append({"join": "any", "parts": [begun()]})
    return draft


def begun(column: str = _BEGIN) -> Draft:
    """Return a condition of which nothing is said yet but what it is about."""
    return {"column": column, "test": OPERATORS[ALL[column].type][0], "values": []}


def segment_of(draft: Draft) -> Segment | None:
    """Return the segment that a draft says; None while something is missing."""
    return read({"root": draft})


def is_complete(condition: Draft) -> bool:
    """Whether a condition says something that can be asked."""
    try:
        Condition.model_validate(condition)
    except ValidationError:
        return False
    return True


def conditions(draft: Draft) -> Iterator[Draft]:
    """Yield every condition of a draft."""
    for part in draft["parts"]:
        if "parts" in part:
            yield from conditions(part)
        else:
            yield part


def _condition(said: QueryDict, path: str) -> Draft:
    column = said.get(f"column.{path}", "")
    if column not in ALL:
        return begun()
    tests = OPERATORS[ALL[column].type]
    test = said.get(f"test.{path}", "")
    test = test if test in tests else tests[0]  # another column may have been chosen, of another type
    values = [value.strip()[:200] for value in said.getlist(f"value.{path}")]
    if ALL[column].type == "code":
        values = [value for value in values if value in ALL[column].codes]
    elif VALUES[test]:
        values = values[: VALUES[test]]
    return {"column": column, "test": test, "values": values if VALUES[test] else []}


def _join(text: str) -> str:
    return text if text in {"all", "any", "none"} else "all"


def _at(draft: Draft, steps: list[int]) -> Draft | None:
    for step in steps:
        parts = draft["parts"]
        if step >= len(parts) or "parts" not in parts[step]:
            return None
        draft = parts[step]
    return draft
