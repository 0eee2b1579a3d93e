"""Who is one person: the accounts of each, as the last analysis found them. Pages ask here whose an account is.

An analysis calls a person by one id and the app may hold things under each of them: what was written down before two
accounts were joined stays under its own, with its own key, and is looked up under all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from regulars.app._shop import served
from regulars.app.vault import store
from regulars.core import RegularsError
from regulars.customers import read_persons


@dataclass(slots=True)
class _Known:
    """One table of persons, which is kept as long as the file is as it was, and both ways through it."""

    table: pa.Table | None = None
    person: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, list[str]] = field(default_factory=dict)


_last = _Known()


def person_of(account: str) -> str:
    """Return by which id analyses know whose account this is; itself if it was never joined to another."""
    return _known().person.get(account, account)


def persons_of(accounts: Iterable[str]) -> dict[str, str]:
    """Return what `person_of` says, for each of many."""
    known = _known().person
    return {account: known.get(account, account) for account in accounts}


def accounts_of(customer_id: str) -> list[str]:
    """Return every account of the person with one of them, that one first."""
    return _all(customer_id, _known())


def every_account(customer_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return what `accounts_of` says, for each of many."""
    known = _known()
    return {who: _all(who, known) for who in customer_ids}


def holders(customer_ids: Iterable[str], accounts: Iterable[str]) -> set[str]:
    """Return those of some ids whose person has one of these accounts."""
    known, theirs = _known(), {*accounts}
    theirs |= {known.person.get(each, each) for each in theirs}
    return {who for who in customer_ids if known.person.get(who, who) in theirs or who in theirs}


def listed(theirs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the accounts of people, each once, as a question asks for them."""
    return list(dict.fromkeys(each for accounts in theirs.values() for each in accounts))


def reveal(
    customer_ids: Iterable[str], fields: Sequence[str] = (), keys: Mapping[str, bytes] | None = None
) -> dict[str, dict[str, list[str]]]:
    """Return what the vault tells of people under any of their accounts, what stands under the id asked for first."""
    theirs = every_account(customer_ids)
    told = store.reveal(listed(theirs), fields, keys)
    found: dict[str, dict[str, list[str]]] = {}
    for who, accounts in theirs.items():
        for account in accounts:
            for name, values in told.get(account, {}).items():
                held = found.setdefault(who, {}).setdefault(name, [])
                held += [value for value in values if value not in held]
    return found


def _all(customer_id: str, known: _Known) -> list[str]:
    person = known.person.get(customer_id, customer_id)
    return list(dict.fromkeys([customer_id, person, *known.accounts.get(person, ())]))


def _known() -> _Known:
    """Return who is one person now; read anew when an analysis wrote it anew."""
    global _last  # noqa: PLW0603  (replaced whole, so that no thread sees half of it)
    try:
        table = read_persons(served().workspace)  # the same table, as long as its file is
    except RegularsError:  # no records yet
        return _Known()
    if _last.table is not table:
        rows = list(zip(table["customer_id"].to_pylist(), table["person_id"].to_pylist(), strict=True))
        accounts: dict[str, list[str]] = {}
        for account, person in rows:
            accounts.setdefault(person, []).append(account)
        _last = _Known(table, dict(rows), accounts)
    return _last
