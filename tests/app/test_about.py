"""What is written down about a customer: it is kept, shown, sealed, and never a tag of the page."""

from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from regulars import customers, records
from regulars.app import clock, surveys
from regulars.app._shop import served
from regulars.app.models import Goal, Message, Note, Person, Survey, Task
from regulars.app.privacy import erasing
from regulars.app.publication import listing
from regulars.app.publication.current import Published
from regulars.app.vault import store
from regulars.app.vault.marks import Fact

EVIL = '<script>alert("x")</script>=1+1'


@pytest.fixture
def ana(tea: Published) -> str:
    """The customer who stands first on the list of the day."""
    return str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_a_customer_shows_figures_reasons_and_what_happened(
    client: Client, tea: Published, ana: str, language: str
) -> None:
    client.cookies["regulars_language"] = language
    text = client.get(f"/customers/{ana}/").content.decode()
    assert ("What happened" if language == "en" else "") in text
    assert "order_count" not in text
    assert "at_risk" not in text
    assert text.count('class="value"') == 3


def test_who_brought_whom_stands_on_both_pages(client: Client, tea: Published) -> None:
    rows = pq.read_table(tea.folder / "customers.parquet", columns=["customer_id", "referred_by"]).to_pylist()
    who, by = next((row["customer_id"], row["referred_by"]) for row in rows if row["referred_by"])
    for one, other in ((who, by), (by, who)):
        assert f'href="/customers/{other}/"' in client.get(f"/customers/{one}/").content.decode()
    erasing.shred(served(), by, by="lin")
    assert f'href="/customers/{by}/"' not in client.get(f"/customers/{who}/").content.decode()


def test_the_accounts_of_a_person_stand_on_the_page_and_can_be_taken_apart(
    client: Client, tea: Published, ana: str
) -> None:
    assert "Accounts" not in client.get(f"/customers/{ana}/").content.decode()
    workspace = served().workspace
    rows = [{"customer_id": who, "person_id": ana, "how": "phone", "weight": None} for who in (ana, "other")]
    schema = customers.read_persons(workspace).schema
    place = records.Batches(workspace).found or workspace
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), place / "persons.parquet")
    store.take_in([Fact("other", "email", "second@example.com")])
    page = client.get(f"/customers/{ana}/").content.decode()
    assert "second@example.com" in page
    assert '<input type="hidden" name="account" value="other">' in page


def test_what_was_answered_to_a_survey_stands_on_the_page(client: Client, ana: str) -> None:
    about = store.meet(ana)
    survey = Survey.objects.create(kind="csat", title="Tea", question="?", language="en", made_at=timezone.now())
    surveys.answer(surveys.invite(survey, about), score=4, text=EVIL, language="en")
    text = client.get(f"/customers/{ana}/").content.decode()
    assert "<strong>4</strong> &lt;script&gt;" in text


@pytest.mark.parametrize(
    ("place", "form"),
    [("note", {"text": EVIL}), ("task", {"text": EVIL}), ("field", {"name": EVIL, "value": EVIL})],
)
def test_what_is_written_is_shown_as_it_was_written_and_runs_nowhere(
    client: Client, ana: str, place: str, form: dict[str, str]
) -> None:
    assert client.post(f"/customers/{ana}/{place}/", form).status_code == 302
    text = client.get(f"/customers/{ana}/").content.decode()
    assert "&lt;script&gt;alert" in text
    assert "<script>alert" not in text
    for row in (*Note.objects.values_list("ciphertext", flat=True), *Task.objects.values_list("ciphertext", flat=True)):
        assert b"script" not in bytes(row)


def test_a_task_is_on_the_list_until_it_is_done(client: Client, ana: str) -> None:
    client.post(f"/customers/{ana}/task/", {"text": "call about the kettle", "due_on": "2020-01-01"})
    assert "kettle" in client.get("/tasks/").content.decode()
    client.post(f"/tasks/{Task.objects.get().pk}/done/")
    assert "kettle" not in client.get("/tasks/").content.decode()


@pytest.mark.parametrize("became", [Message.DONE, Message.LATER, Message.NOT_USEFUL])
def test_a_suggestion_dealt_with_leaves_the_list(client: Client, ana: str, became: str) -> None:
    assert f"/customers/{ana}/" in client.get("/").content.decode()
    told = {"became": became, "action": "reminder", "channel": "email"}
    assert client.post(f"/today/{ana}/became/", told).status_code == 200
    assert f"/customers/{ana}/" not in client.get("/").content.decode()
    until = Message.objects.get().until
    assert until is None if became == Message.DONE else until is not None and until > clock.today()


def test_who_sees_to_a_customer_can_be_said_and_unsaid(client: Client, ana: str, owner: User) -> None:
    client.post(f"/customers/{ana}/assign/", {"assignee": owner.pk})
    assert Person.objects.get(customer_id=ana).assignee == owner
    client.post(f"/customers/{ana}/assign/", {"assignee": ""})
    assert Person.objects.get(customer_id=ana).assignee is None


def test_a_goal_stands_beside_its_figure_until_it_is_forgotten(client: Client, tea: Published) -> None:
    card = next(card for card in tea.board("en")["cards"] if card["unit"] == "share" and card["is_known"])
    by = clock.today() + timedelta(days=30)
    client.post("/pulse/goal/", {"figure": card["name"], "target": "95", "by": by.isoformat()})
    assert Goal.objects.get().target == pytest.approx(0.95)
    assert "95%" in client.get("/pulse/").content.decode()
    client.post(f"/pulse/goal/{Goal.objects.get().pk}/drop/")
    assert not Goal.objects.exists()


@pytest.mark.parametrize("form", [{}, {"figure": "revenue"}, {"figure": "x", "target": "nan", "by": "soon"}])
def test_a_goal_that_makes_no_sense_is_not_kept(client: Client, tea: Published, form: dict[str, str]) -> None:
    assert client.post("/pulse/goal/", form).status_code == 302
    assert not Goal.objects.exists()


def test_somebody_without_a_name_can_be_written_about_too(client: Client, tea: Published) -> None:
    Person.objects.all().delete()
    who = str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])
    assert client.post(f"/customers/{who}/note/", {"text": "likes oolong"}).status_code == 302
    assert "likes oolong" in client.get(f"/customers/{who}/").content.decode()
    assert client.post("/customers/nobody-at-all/note/", {"text": "x"}).status_code == 404
