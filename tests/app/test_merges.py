"""Merges: a person's word on two accounts is kept, holds against every match, and an analysis by it is asked for."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client

from regulars import customers
from regulars.app._shop import Shop
from regulars.app.jobs import queue
from regulars.app.models import Job
from regulars.app.privacy import audit, erasing
from regulars.app.vault import store
from regulars.app.vault.marks import Fact
from regulars.app.views.merges import accounts_of

ROWS = [("ana", "ana", "email"), ("ana2", "ana", "phone"), ("ana3", "ana", "likeness")]


@pytest.fixture
def joined(shop: Shop) -> Shop:
    """Ana with three accounts, and a pair that may be one person."""
    (shop.workspace / "batches").mkdir()
    persons = [{"customer_id": who, "person_id": person, "how": how, "weight": None} for who, person, how in ROWS]
    review = [{"left_id": "bo", "right_id": "bo2", "reason": "likeness", "weight": 9.0}]
    empty = customers.read_persons(shop.workspace), customers.read_review(shop.workspace)
    pq.write_table(pa.Table.from_pylist(persons, schema=empty[0].schema), shop.workspace / "persons.parquet")
    pq.write_table(pa.Table.from_pylist(review, schema=empty[1].schema), shop.workspace / "review.parquet")
    store.take_in([Fact("bo", "name", "Bo Miller"), Fact("bo2", "name", "B. Miller"), Fact("bo3", "name", "Bo")])
    return shop


def test_a_pair_stands_side_by_side_until_somebody_decides(client: Client, joined: Shop) -> None:
    page = client.get("/merges/").content.decode()
    assert "Bo Miller" in page
    assert "B. Miller" in page
    client.post("/merges/merge/", {"left": "bo", "right": "bo2", "what": "merge"})
    assert not customers.read_review(joined.workspace).num_rows
    (row,) = customers.read_merges(joined.workspace).to_pylist()
    assert (row["what"], row["left_id"], row["right_id"], row["by"]) == ("merge", "bo", "bo2", "owner")
    assert Job.objects.get(kind="analyse").state == Job.QUEUED
    (line,) = audit.of_person(["bo"])
    assert (line.what, line.actor, line.details) == ("merged", "lin", {"other": audit.subject_of("bo2").hex()})


def test_an_account_that_is_somebody_else_is_kept_apart_from_every_other(client: Client, joined: Shop) -> None:
    assert accounts_of(joined, "ana2") == ["ana", "ana2", "ana3"]
    assert accounts_of(joined, "bo") == ["bo"]
    client.post("/merges/unmerge/", {"account": "ana2"})
    rows = customers.read_merges(joined.workspace).to_pylist()
    assert {(row["what"], row["left_id"], row["right_id"]) for row in rows} == {
        ("unmerge", "ana", "ana2"), ("unmerge", "ana2", "ana3"),
    }  # fmt: skip


def test_a_word_given_while_an_analysis_runs_gets_one_of_its_own(client: Client, joined: Shop) -> None:
    queue.ask("analyse", key="analyse")
    running = queue.lease_next("w")
    for right in ("bo2", "bo3"):
        client.post("/merges/merge/", {"left": "bo", "right": right, "what": "merge"})
    states = list(Job.objects.order_by("id").values_list("state", flat=True))
    assert running is not None
    assert states == [Job.RUNNING, Job.QUEUED]


@pytest.mark.parametrize("left", ["Mallory Secret 13800138000", "bo2"])
def test_nothing_is_kept_of_what_is_no_account_or_no_longer_one(client: Client, joined: Shop, left: str) -> None:
    erasing.shred(joined, "bo2", by="lin")
    client.post("/merges/merge/", {"left": left, "right": "bo", "what": "merge"})
    assert not customers.read_merges(joined.workspace).num_rows
    assert not Job.objects.filter(kind="analyse").exists()


def test_before_the_first_import_there_is_nothing_to_merge(client: Client, shop: Shop) -> None:
    assert client.get("/merges/").status_code == 200
    client.post("/merges/merge/", {"left": "a", "right": "a", "what": "merge"})
    assert not Job.objects.exists()
