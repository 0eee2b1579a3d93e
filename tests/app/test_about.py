"""What is written down about a customer: it is kept, shown, sealed, and never a tag of the page."""

import json
import re
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from regulars import customers, records
from regulars.app import clock, surveys
from regulars.app._shop import Shop, served
from regulars.app.models import Answer, Consent, Goal, Message, Note, Person, Survey, Task
from regulars.app.privacy import erasing
from regulars.app.privacy.duties import REVIEW
from regulars.app.publication import listing, shelves
from regulars.app.publication.current import Published
from regulars.app.shop_settings import change
from regulars.app.vault import store
from regulars.app.vault.marks import Fact
from regulars.reports import Voice, word

EVIL = '<script>alert("x")</script>=1+1'


@pytest.fixture
def ana(tea: Published) -> str:
    """The customer who stands first on the list of the day."""
    return str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])


def _row(result: Published, who: str) -> dict[str, Any]:
    return listing.some(result, [who])[who]


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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_chance_to_buy_is_told_with_the_parts_of_the_model_in_use(
    client: Client, tea: Published, ana: str, language: str
) -> None:
    """So small a shop has no model of its own: it is given a rule of recency, and Ana the chance that it tells her."""
    rule = {"name": "recency", "slope": 0.02, "intercept": 1.0, "centre": -50.0, "gap_days": None}
    told = json.loads((tea.folder / "models/purchase.json").read_text(encoding="utf-8"))
    content = json.dumps({**told, "in_use": "recency", "rule": rule})
    (tea.folder / "models/purchase.json").write_text(content, encoding="utf-8")
    table = pq.read_table(tea.folder / "customers.parquet")
    odds = [1.0 - 0.02 * (days or 0) for days in table["days_since_last"].to_pylist()]
    chances = pa.array([1 / (1 + exp(-each)) for each in odds])
    place = table.schema.get_field_index("p_purchase")
    pq.write_table(table.set_column(place, "p_purchase", chances), tea.folder / "customers.parquet")
    (tea.pages / shelves.FILE).unlink()
    client.cookies["regulars_language"] = language
    page = client.get(f"/customers/{ana}/").content.decode()
    _, _, rest = page.partition('<ul class="why chance">')
    lines = re.findall(r"<li>(.*?)</li>", rest.partition("</ul>")[0])
    figures = [float(re.findall(r"[-+]?\d+\.\d", line)[-1]) for line in lines]
    assert len(figures) == 3
    assert figures[0] == 50.0
    assert sum(figures[:-1]) == pytest.approx(figures[-1])
    at = table["customer_id"].to_pylist().index(ana)
    assert figures[-1] == pytest.approx(100 * chances[at].as_py(), abs=0.06)
    assert str(table["days_since_last"][at].as_py()) in lines[1]


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
    client.post(f"/tasks/{Task.objects.get(code='').pk}/done/")
    assert "kettle" not in client.get("/tasks/").content.decode()


def test_today_says_how_many_tasks_are_open_and_due(client: Client, ana: str) -> None:
    assert "task is open" not in client.get("/").content.decode()
    client.post(f"/customers/{ana}/task/", {"text": "call about the kettle", "due_on": "2020-01-01"})
    assert "1 task is open" in client.get("/").content.decode()
    assert "1 of them is due" in client.get("/").content.decode()


def test_the_review_of_privacy_is_a_task_before_anybody_looks_for_it(client: Client, tea: Published) -> None:
    assert "sign the review off" in client.get("/tasks/").content.decode()


def _happened(client: Client, who: str) -> list[str]:
    page = client.get(f"/customers/{who}/").content.decode()
    lines = page[page.index("What happened") :].split('<ol class="events">')[1].split("</ol>")[0]
    return [re.sub(r"<[^>]+>", "", line).strip() for line in re.findall(r"<li>(.*?)</li>", lines, re.DOTALL)]


def test_what_was_done_in_the_app_stands_in_its_place_among_what_happened(
    client: Client, tea: Published, ana: str
) -> None:
    before = _happened(client, ana)
    client.post(f"/customers/{ana}/note/", {"text": "likes oolong"})
    client.post(f"/customers/{ana}/task/", {"text": "call about the kettle"})
    client.post(f"/customers/{ana}/task/", {"text": "not done yet"})
    client.post(f"/tasks/{Task.objects.first().pk}/done/")  # type: ignore[union-attr]  # just made
    client.post(f"/customers/{ana}/consent/", {"purpose": "sharing", "granted": "yes"})
    client.post(f"/today/{ana}/became/", {"became": Message.DONE})
    said = word("action", _row(tea, ana)["next_action"], voice=Voice(language="en"))
    survey = Survey.objects.create(kind="csat", title="Tea", question="?", language="en", made_at=timezone.now())
    surveys.answer(surveys.invite(survey, store.meet(ana)), score=4, text="", language="en")
    own = _happened(client, ana)[:5]
    assert {line.split(", 20")[1][2:].strip() for line in own} == {
        "Note · likes oolong", "Task done · call about the kettle", "Gave consent · Sharing with others",
        f"{said} · Done", "Answered a survey · Tea: 4",
    }  # fmt: skip
    assert _happened(client, ana)[5:] == before
    Note.objects.update(written_at=datetime(2000, 1, 1, tzinfo=UTC))
    page = client.get(f"/customers/{ana}/?all").content.decode()
    assert page.rindex("likes oolong") > page.rindex("Ordered")
    # What is a record of the result by now is told by the result.
    Message.objects.update(told_at=datetime(2024, 6, 1, tzinfo=UTC))
    Answer.objects.update(given_at=datetime(2024, 6, 1, tzinfo=UTC))
    assert not [line for line in _happened(client, ana) if "· Done" in line or "survey" in line]


def test_days_are_those_of_the_business(client: Client, ana: str, shop: Shop) -> None:
    client.post(f"/customers/{ana}/note/", {"text": "oolong"})
    client.post(f"/customers/{ana}/object/")
    late = datetime(2024, 6, 30, 20, tzinfo=UTC)  # already July in Shanghai
    Note.objects.update(written_at=late)
    Consent.objects.update(recorded_at=late)
    change(shop, {"business": {"time_zone": "Asia/Shanghai"}})
    try:
        page = client.get(f"/customers/{ana}/").content.decode()
    finally:
        shop.settings_file.unlink()
    assert re.search(r"oolong</p><small>Jul 1, 2024", page)
    assert '<span class="when">Jul 1, 2024</span> Marketing by e-mail' in page


@pytest.mark.parametrize("became", [Message.DONE, Message.LATER, Message.NOT_USEFUL])
def test_a_suggestion_dealt_with_leaves_the_list(client: Client, tea: Published, ana: str, became: str) -> None:
    assert f"/customers/{ana}/" in client.get("/").content.decode()
    told = {"became": became, "action": "anything", "channel": "at all"}  # what is sent of these is not listened to
    assert client.post(f"/today/{ana}/became/", told).status_code == 200
    (kept,), row = Message.objects.all(), _row(tea, ana)
    assert (kept.action, kept.channel) == (row["next_action"], row["channel"])
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
    assert client.post("/pulse/goal/", form).status_code == 422
    assert not Goal.objects.exists()


def test_somebody_without_a_name_can_be_written_about_too(client: Client, tea: Published) -> None:
    Person.objects.all().delete()
    who = str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])
    assert client.post(f"/customers/{who}/note/", {"text": "likes oolong"}).status_code == 302
    assert "likes oolong" in client.get(f"/customers/{who}/").content.decode()
    assert client.post("/customers/nobody-at-all/note/", {"text": "x"}).status_code == 404


def test_the_list_of_tasks_names_whom_each_is_about(client: Client, ana: str) -> None:
    store.take_in([Fact(ana, "name", "Ana Long")])
    client.post(f"/customers/{ana}/task/", {"text": "ring up"})
    Task.objects.create(code=REVIEW, due_on=clock.today())
    page = client.get("/tasks/").content.decode()
    name = store.called(store.reveal([ana])[ana], ana)
    assert name != ana
    assert f'<a href="/customers/{ana}/">{name}</a>' in page
    assert "ring up" in page
    assert " · </small>" not in page
