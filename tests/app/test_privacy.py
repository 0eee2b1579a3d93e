"""What people may ask for: each thing by one click on their page, written down, and true in the next analysis."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from regulars import analysis
from regulars.app import clock
from regulars.app._shop import Shop
from regulars.app.jobs import kinds, queue
from regulars.app.models import AuditEvent, AuditHead, Consent, Identifier, Job, Person, PrivacyRequest, Task
from regulars.app.privacy import audit, consents, duties
from regulars.app.privacy.handed_over import noted
from regulars.app.publication import listing
from regulars.app.publication.current import Published, current
from regulars.app.segments import asking
from regulars.app.vault import changing, store
from regulars.app.vault.crosswalk import VaultCrosswalk
from regulars.app.vault.marks import Fact
from regulars.engines import open_engine, pa

CODES = ("marketing_", "may_", "rfm_group", "order_count", "gdpr", "customer_key", "erased_everywhere")


@pytest.fixture
def first(tea: Published) -> dict[str, Any]:
    """The suggestion that stands first on the list of the day."""
    return listing.suggestions(tea, first=1, size=1)[0]


def say(client: Client, who: str, purpose: str, granted: str) -> None:
    assert client.post(f"/customers/{who}/consent/", {"purpose": purpose, "granted": granted}).status_code == 302


class TestConsents:
    @pytest.mark.parametrize("how", ["channel", "profiling", "objection", "restriction"])
    def test_whoever_withdraws_is_off_the_list_of_the_day_at_once(
        self, client: Client, first: dict[str, Any], how: str
    ) -> None:
        who, channel = first["customer_id"], first["channel"]
        assert f"/customers/{who}/" in client.get("/").content.decode()
        if how == "objection":
            client.post(f"/customers/{who}/object/")
        elif how == "restriction":
            client.post(f"/customers/{who}/restrict/", {"restricted": "yes"})
        else:
            say(client, who, consents.NEEDED[channel] if how == "channel" else "profiling", "no")
        assert f"/customers/{who}/" not in client.get("/").content.decode()
        assert AuditEvent.objects.filter(subject=audit.subject_of(who)).exists()

    def test_a_word_taken_back_opens_the_channel_again_and_both_words_are_shown(
        self, client: Client, first: dict[str, Any]
    ) -> None:
        who, purpose = first["customer_id"], consents.NEEDED[first["channel"]]
        say(client, who, purpose, "no")
        say(client, who, purpose, "yes")
        assert f"/customers/{who}/" in client.get("/").content.decode()
        assert list(Consent.objects.order_by("pk").values_list("granted", flat=True)) == [False, True]
        page = client.get(f"/customers/{who}/").content.decode()
        assert page.count("on this page") == 2

    def test_nothing_but_a_purpose_is_taken_for_one(self, client: Client, first: dict[str, Any]) -> None:
        say(client, first["customer_id"], "everything", "yes")
        assert not Consent.objects.exists()
        assert client.post("/customers/nobody/consent/", {"purpose": "sharing", "granted": "yes"}).status_code == 404

    def test_the_next_analysis_reads_what_was_said_and_the_newest_word_holds(self, shop: Shop) -> None:
        orders = pa.table(
            {"customer_id": ["ana", "bo", "cy"], "ordered_at": ["2024-06-01"] * 3, "amount": ["5", "6", "7"]}
        )
        said = pa.table(
            {"customer_id": ["ana", "bo", "cy"], "purpose": ["marketing_email"] * 3, "granted": ["yes", "yes", "no"],
             "recorded_at": ["2024-05-01"] * 3}
        )  # fmt: skip
        analysis.import_records(shop.workspace, orders=orders, consents=said, crosswalk=VaultCrosswalk())
        for who in ("ana", "bo", "cy"):
            store.meet(who)
        consents.say(shop, "ana", purposes=["marketing_email"], granted=False, by=None, source=Consent.PAGE)
        consents.say(shop, "cy", purposes=["marketing_email"], granted=True, by=None, source=Consent.PAGE)
        consents.restrict(shop, "bo", restricted=True, by=None)
        result = analysis.analyze(
            workspace=shop.workspace, crosswalk=VaultCrosswalk(), beside=consents.as_records(), out=shop.results / "r"
        )
        with open_engine() as engine:
            engine.load("c", result.folder / "customers.parquet")
            rows = engine.fetch("SELECT customer_id, may_profile, may_email FROM c ORDER BY customer_id").to_pylist()
        assert [tuple(row.values()) for row in rows] == [
            ("ana", True, False), ("bo", False, False), ("cy", True, True)
        ]  # fmt: skip

    def test_a_refusal_follows_somebody_whose_number_was_hashed_since(self, shop: Shop) -> None:
        store.meet("1001")
        store.take_in([Fact("f" * 32, "customer_id", "1001")])
        consents.say(shop, "1001", purposes=["profiling"], granted=False, by=None, source=Consent.PAGE)
        (source,) = consents.as_records()
        assert set(pa.table(source.data)["customer_id"].to_pylist()) == {"1001", "f" * 32}


class TestAccess:
    def test_the_file_holds_everything_and_handing_it_out_is_written_down(
        self, client: Client, tea: Published, first: dict[str, Any]
    ) -> None:
        who = first["customer_id"]
        client.post(f"/customers/{who}/note/", {"text": "likes <oolong>"})
        client.post(f"/customers/{who}/task/", {"text": "send a sample"})
        client.post(f"/customers/{who}/field/", {"name": "Cup", "value": "blue"})
        say(client, who, "sharing", "yes")
        answer = client.post(f"/customers/{who}/access/", {"form": "json"})
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Cache-Control"] == "no-store"
        told = json.loads(answer.content)
        held = Identifier.objects.filter(person__customer_id=who).count()
        assert len(told["identifiers"]) == held > 0
        assert told["figures"]["customer_id"] == who
        assert {"value_score", "satisfaction_score", "loyalty_score"} <= told["figures"].keys()
        assert {row["figure"] for row in told["reasons"]} >= {"value_score", "loyalty_score"}
        assert told["segments"]["rfm_group"] == told["figures"]["rfm_group"]
        assert told["suggestion"]["next_action"] == first["next_action"]
        assert told["notes"][0]["text"] == "likes <oolong>"
        assert told["tasks"][0]["text"] == "send a sample"
        assert told["own_fields"] == {"Cup": "blue"}
        assert [word["purpose"] for word in told["consents"]] == ["sharing"]
        assert len([row for row in told["records"] if row["kind"] == "orders"]) >= told["figures"]["order_count"] > 0
        assert {row["file"] for row in told["records"]}
        assert [line["what"] for line in told["recipients"]] == ["access"]

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_the_file_to_read_is_in_words_and_runs_nothing(
        self, client: Client, first: dict[str, Any], language: str
    ) -> None:
        client.cookies["regulars_language"] = language
        who = first["customer_id"]
        client.post(f"/customers/{who}/note/", {"text": "<script>alert(1)</script>"})
        page = client.post(f"/customers/{who}/access/", {"form": "html"}).content.decode()
        assert "&lt;script&gt;" in page
        assert "<script" not in page
        assert not [code for code in CODES if code in page]


class TestRectifying:
    def test_nothing_of_the_wrong_value_stays_and_no_import_brings_it_back(self, shop: Shop) -> None:
        wrong = [Fact("ana", "email", "anna@example.com"), Fact("ana", "name", "Anna Smyth")]
        store.take_in(wrong, batch="b1")
        before = {bytes(row.ciphertext) for row in Identifier.objects.all()}
        assert changing.rectify("ana", field="email", old=" ANNA@example.com", new="ana@example.com")
        assert changing.rectify("ana", field="name", old="Anna Smyth", new="Ana Smith")
        assert store.reveal(["ana"])["ana"] == {"email": ["ana@example.com"], "name": ["Ana Smith"]}
        assert store.find("anna@example.com") == store.find("Smyth") == []
        assert store.find("ana@example.com") == store.find("Smith") == ["ana"]
        assert not before & {bytes(row.ciphertext) for row in Identifier.objects.all()}
        assert store.take_in(wrong, batch="b2") == 0
        assert store.find("Smyth") == []

    def test_what_was_right_before_can_be_right_again(self) -> None:
        store.take_in([Fact("ana", "email", "a@example.com")])
        changing.rectify("ana", field="email", old="a@example.com", new="b@example.com")
        changing.rectify("ana", field="email", old="b@example.com", new="a@example.com")
        assert store.reveal(["ana"])["ana"] == {"email": ["a@example.com"]}

    def test_a_value_put_right_on_the_page_asks_for_new_figures(self, client: Client, first: dict[str, Any]) -> None:
        who = first["customer_id"]
        row = next(iter(store.reveal([who])[who].items()))
        client.post(f"/customers/{who}/rectify/", {"wrong": f"{row[0]}:{row[1][0]}", "right": "Ana Smith"})
        assert store.reveal([who])[who][row[0]][-1] == "Ana Smith"
        assert Job.objects.filter(kind="analyse").exists()
        assert AuditEvent.objects.filter(what="rectified").exists()


def test_holding_back_or_rectifying_during_an_analysis_asks_for_one_after_it(
    client: Client, first: dict[str, Any]
) -> None:
    who = first["customer_id"]
    field, (value, *_) = next(iter(store.reveal([who])[who].items()))
    for address, said in (
        ("restrict", {"restricted": "yes"}), ("rectify", {"wrong": f"{field}:{value}", "right": "Ana Smith"}),
    ):  # fmt: skip
        Job.objects.all().delete()
        queue.ask("analyse", key="analyse")
        queue.lease_next("w")
        client.post(f"/customers/{who}/{address}/", said)
        assert [*Job.objects.order_by("id").values_list("state", flat=True)] == [Job.RUNNING, Job.QUEUED]


class TestErasingOnThePage:
    def test_the_page_asks_first_and_then_does_it_at_once(self, client: Client, first: dict[str, Any]) -> None:
        who = first["customer_id"]
        assert client.get(f"/customers/{who}/erase/").status_code == 200
        assert Person.objects.filter(customer_id=who).exists()
        assert client.post(f"/customers/{who}/erase/").headers["Location"] == "/privacy/"
        assert not Person.objects.filter(customer_id=who).exists()
        (job,) = Job.objects.filter(kind="erase")
        assert who not in json.dumps(job.payload)
        assert client.get(f"/customers/{who}/").status_code == 404

    def test_the_job_publishes_a_result_without_the_person_and_no_earlier_one(
        self, shop: Shop, tea: Published, first: dict[str, Any], client: Client
    ) -> None:
        who = first["customer_id"]
        ids = "SELECT customer_id FROM customers"
        assert who in asking.fetch(tea, ids)["customer_id"].to_pylist()
        assert [*shop.asking.rglob("loaded-*.parquet")]
        client.post(f"/customers/{who}/erase/")
        done = kinds.erase(shop, {}, lambda step, share: None)
        assert done["rows"] > 0
        assert [path.name for path in shop.results.iterdir() if path.is_dir()] == [done["result"]]
        for path in shop.folder.rglob("*"):
            if path.is_file() and path.suffix != ".parquet":
                assert who.encode() not in path.read_bytes(), path
            elif path.is_file():
                assert who not in str(pq.read_table(path).to_pydict()), path
        proof = AuditEvent.objects.get(what="erased_everywhere")
        assert proof.details["left"] == 0
        assert proof.details["rows"] == done["rows"]
        left = current(shop)
        assert left is not None
        assert who not in asking.fetch(left, ids)["customer_id"].to_pylist()


class TestDuties:
    @pytest.mark.parametrize(
        ("law", "day", "due"),
        [("gdpr", date(2024, 1, 31), date(2024, 2, 29)), ("ccpa", date(2024, 1, 1), date(2024, 2, 15)),
         ("pipl", date(2024, 1, 5), date(2024, 1, 26))],
    )  # fmt: skip
    def test_a_request_is_due_as_its_law_says(
        self, client: Client, first: dict[str, Any], law: str, day: date, due: date
    ) -> None:
        who = first["customer_id"]
        client.post(f"/customers/{who}/request/", {"kind": "access", "law": law, "received_on": day.isoformat()})
        asked = PrivacyRequest.objects.get()
        assert asked.due_on == due
        page = client.get("/privacy/").content.decode()
        assert "late" in page
        client.post(f"/privacy/requests/{asked.pk}/")
        asked.refresh_from_db()
        assert asked.answered_at is not None

    def test_an_answered_request_is_one_line_of_the_log_whoever_it_was_of(self, client: Client, shop: Shop) -> None:
        for who in ("ana", "bo"):
            store.take_in([Fact(who, "name", who)])
            client.post(f"/customers/{who}/request/", {"kind": "access", "law": "gdpr", "received_on": "2024-06-01"})
        client.post("/customers/bo/erase/")
        for asked in PrivacyRequest.objects.all():
            client.post(f"/privacy/requests/{asked.pk}/")
        first = PrivacyRequest.objects.order_by("pk")[0].answered_at
        lines = AuditEvent.objects.filter(what="answered", actor="lin").order_by("pk")
        assert [bytes(line.subject) for line in lines] == [audit.subject_of("ana"), audit.subject_of("bo")]
        assert lines[0].details == {"kind": "access", "law": "gdpr", "due_on": "2024-07-01"}
        assert audit.verify().is_whole
        client.post(f"/privacy/requests/{PrivacyRequest.objects.order_by('pk')[0].pk}/")
        assert PrivacyRequest.objects.order_by("pk")[0].answered_at == first
        assert lines.count() == 2
        for language, said in (("en", "Request answered"), ("zh", "请求已答复")):
            client.cookies["regulars_language"] = language
            assert client.get("/privacy/log/").content.decode().count(said) == 2

    def test_a_request_outlives_the_person_without_naming_anybody(self, client: Client, first: dict[str, Any]) -> None:
        who = first["customer_id"]
        client.post(f"/customers/{who}/request/", {"kind": "erase", "law": "gdpr", "received_on": "2024-06-01"})
        client.post(f"/customers/{who}/erase/")
        asked = PrivacyRequest.objects.get()
        assert asked.person is None
        assert bytes(asked.subject) == audit.subject_of(who)
        assert "erased since" in client.get("/privacy/").content.decode()

    def test_who_was_silent_for_longer_than_the_period_is_proposed_and_erased_if_chosen(
        self, client: Client, tea: Published, shop: Shop
    ) -> None:
        ages = {row["customer_id"]: row["days_since_last"] for row in _everybody(tea)}
        since = (clock.today() - date(2024, 6, 30)).days // 30
        client.post("/privacy/retention/", {"months": since + 12})
        listed = duties.overdue(tea)
        until = duties.months_on(clock.today(), -(since + 12))
        assert listed.total == len(listed.people) > 0
        assert all(day <= until for _, day in listed.people)
        assert all(date(2024, 6, 30) - timedelta(days=ages[who] or 0) <= day for who, day in listed.people)
        chosen = [who for who, _ in listed.people][:2]
        client.post("/privacy/let-go/", {"people": chosen})
        assert Job.objects.get(kind="erase").payload["people"] == chosen
        client.post("/privacy/let-go/", {"people": ["somebody else"]})
        assert Job.objects.filter(kind="erase").count() == 1

    def test_a_new_shop_has_its_first_review_before_anybody_opens_a_page_and_other_commands_leave_its_first_link(
        self, tmp_path: Path
    ) -> None:
        ready = (
            "from pathlib import Path; from regulars.app import ShopUnusable, _serving\n"
            "shop = _serving._opened(Path('shop')); _serving._make_ready(shop); token = _serving._first_link()\n"
            "try: _serving.password_link(Path('shop'), name='lin')\n"
            "except ShopUnusable: from regulars.app.invitations import is_invited; assert is_invited(token)"
        )
        keys = {"REGULARS_KEYS": str(tmp_path / "keys")}
        subprocess.run([sys.executable, "-c", ready], cwd=tmp_path, env={**os.environ, **keys}, check=True)
        with closing(sqlite3.connect(tmp_path / "shop" / "app.sqlite3")) as tables:
            ((code, due),) = tables.execute("SELECT code, due_on FROM app_task WHERE done_at IS NULL").fetchall()
        assert code == duties.REVIEW
        assert date.fromisoformat(due) in {
            duties.months_on(day, 12) for day in (clock.today(), clock.today() - timedelta(days=1))
        }  # a night may have passed

    def test_a_review_is_signed_off_and_the_next_one_is_due(self, client: Client, tea: Published, owner: User) -> None:
        client.get("/privacy/")
        task = Task.objects.get(code=duties.REVIEW)
        client.post(f"/tasks/{task.pk}/done/")
        assert Task.objects.get(pk=task.pk).done_at is None
        client.post("/privacy/review/")
        done, following = Task.objects.filter(code=duties.REVIEW).order_by("pk")
        assert done.done_at is not None
        assert done.assignee == owner
        assert following.due_on == duties.months_on(clock.today(), 12)

    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("paper", ["processing", "assessment"])
    def test_the_papers_are_made_from_the_configuration_in_words(
        self, client: Client, tea: Published, language: str, paper: str
    ) -> None:
        client.cookies["regulars_language"] = language
        client.post("/privacy/retention/", {"months": 26})
        client.post("/privacy/keep-records/", {"notes": 37, "orders": 38})
        page = client.get(f"/privacy/{paper}/").content.decode()
        assert all(period in page for period in ("26", "37", "38"))
        assert not [code for code in CODES if code in page]

    def test_the_record_of_processing_counts_what_was_handed_out(self, client: Client, first: dict[str, Any]) -> None:
        client.post(f"/customers/{first['customer_id']}/access/", {"form": "json"})
        list(noted([("ana", 1), ("bo", 2)], form="ids", by="lin"))
        assert "2 files of people were handed out" in client.get("/privacy/processing/").content.decode()


class TestTheLog:
    def test_it_is_whole_however_many_lines_it_has(self) -> None:
        assert audit.verify().is_whole
        for turn in range(5):
            audit.write("consent", by="lin", person=f"p{turn}", granted=True)
        assert audit.verify() == audit.Verdict(lines=5, broken_at=None, missing=0)

    @pytest.mark.parametrize("column", ["what", "actor", "details", "subject", "at", "chain"])
    def test_whatever_is_changed_in_a_line_is_seen(self, column: str) -> None:
        for turn in range(4):
            audit.write("consent", by="lin", person=f"p{turn}", granted=True)
        third = AuditEvent.objects.order_by("pk")[2]
        others: dict[str, Any] = {
            "what": "access", "actor": "bo", "details": {"granted": False}, "subject": b"1" * 16,
            "at": timezone.now(), "chain": b"2" * 32,
        }  # fmt: skip
        AuditEvent.objects.filter(pk=third.pk).update(**{column: others[column]})
        assert audit.verify().broken_at == 3

    def test_a_line_taken_out_is_seen_in_the_middle_and_at_the_end(self) -> None:
        for turn in range(4):
            audit.write("consent", by="lin", person=f"p{turn}")
        lines = list(AuditEvent.objects.order_by("pk"))
        lines[3].delete()
        assert audit.verify().missing == 1
        audit.write("consent", by="lin")
        assert AuditEvent.objects.filter(what="log_cut").count() == 1
        assert audit.verify().is_whole
        lines[1].delete()
        assert not audit.verify().is_whole
        assert AuditHead.objects.count() == 1

    def test_logging_in_is_written_down(self, owner: User) -> None:
        Client().post("/login/", {"username": "lin", "password": "tea with three clouds"})
        assert [(event.what, event.actor) for event in AuditEvent.objects.all()] == [("login", "lin")]


def _everybody(result: Published) -> list[dict[str, Any]]:
    page = listing.page(result, order="days_since_last", after=None, size=1000)
    return page.rows
