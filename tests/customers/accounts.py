"""Accounts to recognise people in: facts written by hand, what comes of matching them, and how right it is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from regulars.core import Settings
from regulars.customers import HashedIdentities, Matching
from regulars.customers._matching import known_of, match
from regulars.engines import Engine

Fact = tuple[str, str, str]
DECIDED = pa.schema([("left_id", pa.string()), ("right_id", pa.string()), ("what", pa.string())])


def matched(
    engine: Engine,
    facts: Iterable[Fact],
    *,
    decided: Iterable[tuple[str, str, str]] = (),
    model: dict[str, Any] | None = None,
    customers: Mapping[str, object] | None = None,
) -> Matching:
    """Match facts (customer_id, field, value) in a shop in China, with settings of `customers`."""
    settings = Settings.model_validate({"business": {"country": "CN"}, "customers": customers or {}})
    known = known_of(
        table(facts),
        hashed=HashedIdentities(None).hashed,
        decisions=pa.Table.from_pylist([dict(zip(DECIDED.names, row, strict=True)) for row in decided], schema=DECIDED),
        model=model,
        settings=settings,
    )
    return match(engine, known, settings=settings, seed=0)


def matched_by_keys(
    engine: Engine, facts: Iterable[Fact], *, decided: Iterable[tuple[str, str, str]] = (), **more: object
) -> Matching:
    """The same without likeness."""
    return matched(engine, facts, decided=decided, customers={"match_likeness": False, **more})


def table(facts: Iterable[Fact]) -> pa.Table:
    names = ("customer_id", "field", "value")
    columns = list(zip(*sorted(set(facts)), strict=True)) or [(), (), ()]
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})


def groups(matching: Matching) -> set[frozenset[str]]:
    """Return the accounts of each person who has several."""
    found: dict[str, set[str]] = {}
    for row in matching.persons.to_pylist():
        found.setdefault(row["person_id"], set()).add(row["customer_id"])
    assert all(min(accounts) == person for person, accounts in found.items())
    return {frozenset(accounts) for accounts in found.values()}


def facts_of(records: pa.Table) -> list[Fact]:
    """Return the facts that accounts with identifier columns hold."""
    fields = [name for name in records.column_names if name not in {"customer_id", "channel"}]
    return [(row["customer_id"], field, row[field]) for row in records.to_pylist() for field in fields if row[field]]


def precision_and_recall(persons: Mapping[str, str], truth: Mapping[str, int]) -> tuple[float, float]:
    """Return the share of pairs found that are true, and of true pairs the share found, on the final groups."""
    found = _pairs(Counter(persons.get(account, account) for account in truth))
    true = _pairs(Counter(truth.values()))
    both = _pairs(Counter((persons.get(account, account), whose) for account, whose in truth.items()))
    return both / found, both / true


def _pairs(groups: Counter[object]) -> int:
    return sum(size * (size - 1) // 2 for size in groups.values())
