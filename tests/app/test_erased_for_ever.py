"""Whatever is imported, put right, erased and brought back, in any order: the erased stay away, nobody else is lost."""

import copy
import shutil
from contextlib import ExitStack
from datetime import date
from typing import Any

import pyarrow as pa
from django.db import models, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from regulars import analysis, records
from regulars.app._shop import Shop, served
from regulars.app.models import Corrected, Identifier, Person, Tombstone, WrappedKey
from regulars.app.privacy import erasing
from regulars.app.vault import changing, store, tombstones
from regulars.app.vault.crosswalk import VaultCrosswalk

PEOPLE = ["ana", "bo", "cy", "di"]
TABLES: tuple[type[models.Model], ...] = (Person, Identifier, Corrected, WrappedKey, Tombstone)
TODAY = date(2024, 7, 1)
some = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True)


class Shopkeeping(RuleBasedStateMachine):
    """`rows` is what every person alive has in the batches, `emails` what the vault knows of them."""

    def __init__(self) -> None:
        super().__init__()
        self.shop: Shop = served()
        self.stack = ExitStack()
        for base in ("keys", "default"):
            self.stack.enter_context(transaction.atomic(using=base))
        self.rows: dict[str, int] = {}
        self.emails: dict[str, str] = {}
        self.erased: dict[str, set[str]] = {}
        self.former: dict[str, set[str]] = {}
        self.turn = 0
        self.kept: Any = None
        _empty(self.shop)

    def teardown(self) -> None:
        for base in ("keys", "default"):
            transaction.set_rollback(True, using=base)
        self.stack.close()
        _empty(self.shop)

    def take(self, **tables: pa.Table) -> records.Batch:
        done = analysis.import_records(self.shop.workspace, crosswalk=VaultCrosswalk(), today=TODAY, **tables)
        assert done.batch is not None
        return done.batch

    @rule(people=some)
    def orders_come_in(self, people: list[str]) -> None:
        self.turn += 1
        amounts = [str(self.turn)] * (len(people) + 1)
        days = ["2024-06-01"] * (len(people) + 1)
        batch = self.take(orders=pa.table({"customer_id": [*people, "ed"], "ordered_at": days, "amount": amounts}))
        (file,) = batch.files
        gone = [who for who in people if who in self.erased]
        assert file.left_out == ({"erased": len(gone)} if gone else {})
        assert file.read == file.accepted + len(gone)
        for who in {*people, "ed"} - {*gone}:
            self.rows[who] = self.rows.get(who, 0) + 1

    @rule(people=some)
    def an_old_list_of_people_comes_in(self, people: list[str]) -> None:
        emails = [f"{who}@example.com" for who in people]
        batch = self.take(profiles=pa.table({"customer_id": people, "email": emails, "name": people}))
        gone = [who for who in people if who in self.erased]
        assert batch.accepted == len(people) - len(gone)
        for who in set(people) - set(gone):
            self.rows[who] = self.rows.get(who, 0) + 1
            if f"{who}@example.com" not in self.former.get(who, set()):
                self.emails.setdefault(who, f"{who}@example.com")

    @precondition(lambda self: self.erased)
    @rule(data=st.data())
    def somebody_erased_comes_under_another_id(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.erased)))
        email = data.draw(st.sampled_from(sorted(self.erased[who] or {""})))
        if email:
            self.turn += 1
            told = pa.table({"customer_id": [f"x{self.turn}", "ed"], "email": [email.upper(), "ed@example.com"]})
            batch = self.take(profiles=told)
            assert batch.files[0].left_out == {"erased": 1}
            self.rows["ed"] = self.rows.get("ed", 0) + 1
            self.emails.setdefault("ed", "ed@example.com")

    @precondition(lambda self: self.emails)
    @rule(data=st.data())
    def an_address_is_put_right(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.emails)))
        self.turn += 1
        new = f"new{self.turn}@example.com"
        assert changing.rectify(who, field="email", old=self.emails[who], new=new)
        self.former.setdefault(who, set()).add(self.emails[who])
        self.emails[who] = new

    @precondition(lambda self: self.rows.keys() - {"ed"})
    @rule(data=st.data())
    def somebody_is_erased(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.rows.keys() - {"ed"})))
        erasing.shred(self.shop, who, by="lin")
        erasing.sweep(self.shop)
        self.rows.pop(who)
        told = {self.emails.pop(who)} if who in self.emails else set()
        self.erased[who] = self.erased.get(who, set()) | told | self.former.pop(who, set())

    @initialize()
    def everybody_is_there_and_in_a_copy(self) -> None:
        self.an_old_list_of_people_comes_in(PEOPLE)
        self.a_copy_is_made()

    @rule()
    def a_copy_is_made(self) -> None:
        place = self.shop.folder / "copy"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.shop.workspace, place)
        rows = {table: list(table._default_manager.values()) for table in TABLES}
        self.kept = (rows, copy.deepcopy((self.rows, self.emails, self.former)))

    @precondition(lambda self: self.kept)
    @rule()
    def the_copy_is_brought_back(self) -> None:
        rows, model = self.kept
        shutil.rmtree(self.shop.workspace)
        shutil.copytree(self.shop.folder / "copy", self.shop.workspace)
        for table in TABLES[::-1]:
            table._default_manager.all().delete()
        for table in TABLES:
            table._default_manager.bulk_create([table(**row) for row in rows[table]])
        store.index_all_names()
        self.rows, self.emails, self.former = copy.deepcopy(model)
        for who in self.erased:
            self.rows.pop(who, None)
            self.emails.pop(who, None)
            self.former.pop(who, None)
        tombstones.replay(self.shop)
        erasing.sweep(self.shop)

    @invariant()
    def everybody_is_there_who_should_be_and_nobody_else(self) -> None:
        ids = pa.array([*PEOPLE, "ed", *(f"x{turn}" for turn in range(self.turn + 1))])
        held: dict[str, int] = {}
        for _, _, rows in records.Batches(self.shop.workspace).rows_of(ids):
            for who in rows["customer_key"].to_pylist():
                held[who] = held.get(who, 0) + 1
        assert held == self.rows
        assert {who: told["email"] for who, told in store.reveal([*PEOPLE, "ed"], ["email"]).items()} == {
            who: [email] for who, email in self.emails.items()
        }
        for who, emails in self.erased.items():
            assert not store.find(who)
            for email in emails:
                assert not store.find(email)


def _empty(shop: Shop) -> None:
    shop.erased_file.unlink(missing_ok=True)
    for folder in (shop.workspace, shop.folder / "copy"):
        shutil.rmtree(folder, ignore_errors=True)
    shop.workspace.mkdir(mode=0o700)


def test_the_erased_never_come_back_and_nobody_else_is_lost(shop: Shop) -> None:
    run_state_machine_as_test(
        Shopkeeping,
        settings=settings(
            max_examples=8, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
