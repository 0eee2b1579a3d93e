"""The vault as the library's way back from customer ids to people: what identities.parquet is on the command line."""

from collections.abc import Iterator

import pyarrow as pa

from regulars.app import clock
from regulars.app._shop import served
from regulars.app.models import Identifier, Person
from regulars.app.vault import store, tombstones
from regulars.app.vault.marks import Fact, mark_of_person
from regulars.app.vault.secrets import secret
from regulars.customers import IDENTITY_SCHEMA

_PEOPLE = 2_000


class VaultCrosswalk:
    """Keeps facts of people in the vault, and gives them back, in memory only."""

    @property
    def key(self) -> bytes:
        """The secret that makes customer ids of e-mail addresses, phones and names."""
        return secret("ids")

    def facts(self) -> pa.Table:
        """Return everything known (customer_id, field, value), in no order."""
        return pa.Table.from_batches(self._batches(), IDENTITY_SCHEMA)

    def keep(self, facts: pa.Table, *, batch: str) -> None:
        """Take facts in; they belong to a batch, or, under an empty name, to all of them."""
        rows = facts.to_pylist()
        store.take_in((Fact(row["customer_id"], row["field"], row["value"]) for row in rows), batch=batch)

    def erased(self, facts: pa.Table) -> set[str]:
        """Return the ids of those who were erased, so that no record of them is taken in again.

        An unknown id that comes with an erased person's address is the person's too, and remembered as such: the next
        file may have the id alone.
        """
        gone, _ = tombstones.sort_out(
            [Fact(row["customer_id"], row["field"], row["value"]) for row in facts.to_pylist()]
        )
        tombstones.remember(served(), {mark_of_person(who) for who in gone}, day=clock.today())
        return gone

    def forget(self, batch: str) -> None:
        """Remove what only this batch brought; people nobody else knows go with it."""
        store.forget_batch(batch)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        ids = list(Person.objects.filter(identifiers__isnull=False).distinct().values_list("customer_id", flat=True))
        for start in range(0, len(ids), _PEOPLE):
            told = store.reveal(ids[start : start + _PEOPLE])
            rows = [(who, field, value) for who, fields in told.items() for field, values in fields.items()
                    for value in values]  # fmt: skip
            columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], []]
            yield pa.RecordBatch.from_arrays(
                [pa.array(column, pa.string()) for column in columns], IDENTITY_SCHEMA.names
            )


def knows_anybody() -> bool:
    """Whether the vault holds any identifier."""
    return Identifier.objects.exists()
