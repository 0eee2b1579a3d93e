"""Somebody whose accounts were joined: whatever hangs on another account is seen, used and kept with the person."""

import json
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from app.test_cost_of_a_page import questions
from regulars import customers
from regulars.app import surveys
from regulars.app._shop import Shop
from regulars.app.models import Answer, Consent, Message, Person, Survey
from regulars.app.privacy import audit, consents
from regulars.app.publication import listing
from regulars.app.publication.current import Published
from regulars.app.segments import handover
from regulars.app.vault import persons, store
from regulars.app.vault.marks import Fact
from regulars.records import Batches

OTHER = "C9000001"
NUMBER = "13912345678"


@pytest.fixture
def person(tea: Published, shop: Shop) -> str:
    """The first of the list to contact, who has another account that no result names."""
    who = str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])
    rows = [{"customer_id": each, "person_id": who, "how": "decision", "weight": None} for each in (who, OTHER)]
    place = (Batches(shop.workspace).found or shop.workspace) / "persons.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=customers.read_persons(shop.workspace).schema), place)
    store.take_in([Fact(OTHER, "name", "Wilhelmina Oddly"), Fact(OTHER, "email", "w@oddly.example"),
                   Fact(OTHER, "phone", NUMBER)])  # fmt: skip
    return who


def test_a_person_is_found_and_shown_by_every_account(client: Client, owner: User, person: str) -> None:
    for wanted in ("Oddly", "w@oddly.example", NUMBER, OTHER):
        assert f"/customers/{person}/" in client.post("/customers/found/", {"wanted": wanted}).content.decode(), wanted
    other = store.meet(OTHER)
    survey = Survey.objects.create(kind="csat", title="Tea?", question="?", language="en", made_at=timezone.now())
    for name, said in {
        "note": {"text": "likes oolong"}, "task": {"text": "call about cups"}, "assign": {"assignee": owner.pk},
        "field": {"name": "cup", "value": "porcelain"},
    }.items():  # fmt: skip
        assert client.post(f"/customers/{OTHER}/{name}/", said).status_code == 302
    text = store.seal_text(OTHER, "too bitter", "answer")
    Answer.objects.create(survey=survey, person=other, given_at=timezone.now(), score=2, ciphertext=text)
    Message.objects.create(person=other, action="reminder", became="later", told_at=timezone.now())
    Consent.objects.create(person=other, purpose="sharing", granted=False, recorded_at=timezone.now())
    Person.objects.filter(pk=other.pk).update(restricted=True)
    assert client.get(f"/customers/{OTHER}/").headers["Location"] == f"/customers/{person}/"
    page = client.get(f"/customers/{person}/").content.decode()
    for said in ("Oddly", "likes oolong", "call about cups", "porcelain", "too bitter", "Suggestions dealt with",
                 "What was said about consent", "Lift the restriction",
                 "Who sees to this customer: lin"):  # fmt: skip
        assert said in page, said
    client.post(f"/customers/{person}/restrict/", {"restricted": "no"})
    client.post(f"/customers/{person}/field/", {"name": "cup", "value": ""})
    client.post(f"/customers/{person}/assign/", {"assignee": ""})
    page = client.get(f"/customers/{person}/").content.decode()
    assert not [
        said for said in ("Lift the restriction", "porcelain", "Who sees to this customer: lin") if said in page
    ]


def test_the_newest_word_holds_under_whichever_account_it_was_said(person: str) -> None:
    now, mine, other = timezone.now(), store.meet(person), store.meet(OTHER)
    for hours, whose, granted in ((1, other, False), (2, mine, True), (3, other, False)):
        at = now + timedelta(hours=hours)
        Consent.objects.create(person=whose, purpose="sharing", granted=granted, recorded_at=at)
        assert consents.newest([person]) == {person: {"sharing": granted}}
        assert consents.newest([OTHER]) == {OTHER: {"sharing": granted}}


def test_lists_and_files_take_what_stands_under_another_account(client: Client, tea: Published, person: str) -> None:
    for field in ("name", "nickname", "email", "phone"):
        Person.objects.get(customer_id=person).identifiers.filter(field=field).delete()
    assert "Wilhelmina Oddly" in client.get("/").content.decode()
    row = {"customer_id": person, "may_email": True, "may_message": True, "may_phone": True}
    ((_, told),) = handover.rows("people", pa.Table.from_pylist([row]), country="CN")
    assert told == (person, "Wilhelmina Oddly", "w@oddly.example", NUMBER)
    Message.objects.create(person=store.meet(OTHER), became="done", result=tea.name, told_at=timezone.now())
    assert "Wilhelmina Oddly" not in client.get("/").content.decode()
    Person.objects.filter(customer_id=OTHER).update(restricted=True)
    assert not list(handover.rows("ids", pa.Table.from_pylist([row]), country="CN"))
    assert consents.closed({person: None}) == {person}


def test_the_access_file_of_an_account_is_that_of_the_whole_person(client: Client, owner: User, person: str) -> None:
    audit.write("rectified", by="lin", person=OTHER)
    survey = Survey.objects.create(kind="csat", title="t", question="Tea?", language="en", made_at=timezone.now())
    surveys.invite(survey, store.meet(OTHER))
    Person.objects.filter(customer_id=OTHER).update(assignee=owner)
    told = [json.loads(client.post(f"/customers/{who}/access/", {"form": "json"}).content) for who in (person, OTHER)]
    assert {each["person"] for each in told} == {person}
    assert all(each["figures"] and {*each["accounts"]} == {person, OTHER} for each in told)
    assert [line["what"] for line in told[1]["log"]] == ["rectified", "access", "access"]
    assert (told[0]["seen_to_by"], [each["question"] for each in told[0]["invitations"]]) == (["lin"], ["Tea?"])
    page = client.post(f"/customers/{person}/access/", {"form": "html"}).content.decode()
    assert "Was asked: Tea?" in page
    assert "Who sees to this customer: lin" in page
    assert persons.person_of("nobody's") == "nobody's"


def test_a_person_of_two_accounts_costs_no_more_than_one_of_one(client: Client, tea: Published, person: str) -> None:
    alone = str(listing.suggestions(tea, first=2, size=1)[0]["customer_id"])
    assert questions(client, f"/customers/{person}/") <= questions(client, f"/customers/{alone}/") + 1
