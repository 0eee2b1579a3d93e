"""Whom to ask today: who may be asked and is due, nobody twice, and nobody who has said no since."""

from datetime import date, timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.app import surveys, surveys_due
from regulars.app._shop import Shop
from regulars.app.models import Consent, Invitation, Survey
from regulars.app.privacy import consents, erasing
from regulars.app.privacy.handed_over import of_person
from regulars.app.publication.current import Published
from regulars.app.vault import store
from regulars.app.views import surveys as views
from regulars.reports import Voice

AS_OF = date(2024, 6, 30)


def survey_of(when: str, days: int) -> Survey:
    return Survey.objects.create(
        kind="csat", title="Tea", question="How was it?", language="en", when=when, days=days, made_at=timezone.now()
    )


def rows_of(result: Published) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(result.folder / "customers.parquet").to_pylist()
    return rows


def may_be_asked(row: dict[str, Any]) -> bool:
    return bool(row["may_profile"] and (row["may_email"] or row["may_message"] or row["may_phone"]))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(days=st.integers(1, 200), later=st.integers(0, 60), when=st.sampled_from(["after_order", "periodic"]))
def test_whoever_is_due_and_may_be_asked_is_and_nobody_else(tea: Published, days: int, later: int, when: str) -> None:
    Survey.objects.all().delete()
    survey = survey_of(when, days)
    surveys_due.work_out(tea, today=AS_OF + timedelta(days=later))
    wanted = {
        row["customer_id"]
        for row in rows_of(tea)
        if may_be_asked(row) and row["days_since_last"] is not None
        and (when == "periodic" or days <= row["days_since_last"] + later <= days + 30)
    }  # fmt: skip
    found = surveys_due.due(survey)
    assert set(found) <= wanted
    assert len(found) == min(len(wanted), surveys_due.MOST)
    surveys.invite(survey, store.meet(next(iter(found)))) if found else None
    assert len(surveys_due.due(survey)) == max(len(found) - 1, 0)


@pytest.fixture
def survey(tea: Published) -> Survey:
    """A survey that comes round every half year, with people to ask."""
    made = survey_of(Survey.PERIODIC, 180)
    surveys_due.work_out(tea, today=AS_OF)
    return made


def test_nobody_is_asked_twice_within_the_days_and_again_after_them(tea: Published, survey: Survey) -> None:
    first = next(iter(surveys_due.due(survey)))
    surveys.invite(survey, store.meet(first))
    for days, is_due in ((179, False), (181, True)):
        Invitation.objects.update(made_at=timezone.now() - timedelta(days=days))
        surveys_due.work_out(tea, today=AS_OF)
        assert (first in surveys_due.due(survey)) is is_due


@pytest.mark.parametrize("how", ["erased", "restricted", "withdrawn", "objected"])
def test_whoever_says_no_is_off_the_list_at_once(shop: Shop, survey: Survey, owner: User, how: str) -> None:
    who = next(iter(surveys_due.due(survey)))
    if how == "erased":
        erasing.shred(shop, who, by="lin")
    elif how == "restricted":
        consents.restrict(shop, who, restricted=True, by=owner)
    else:
        purposes = ["profiling"] if how == "withdrawn" else Consent.MARKETING
        consents.say(shop, who, purposes=purposes, granted=False, by=owner, source=Consent.PAGE)
    assert who not in surveys_due.due(survey)


def test_a_closed_survey_and_one_on_request_ask_nobody(client: Client, tea: Published, survey: Survey) -> None:
    on_request = survey_of(Survey.ON_REQUEST, 7)
    surveys_due.work_out(tea, today=AS_OF)
    assert not surveys_due.due(on_request)
    before = surveys_due.count()
    client.post(f"/surveys/{survey.pk}/close/")
    assert (before > 0, surveys_due.count()) == (True, 0)
    client.post(f"/surveys/{survey.pk}/close/")
    assert surveys_due.count() == before


def test_the_links_are_made_once_and_each_holds(client: Client, survey: Survey) -> None:
    survey.refresh_from_db()
    due = surveys_due.due(survey)
    assert f"{len(due)} people to ask in a survey today" in client.get("/").content.decode()
    assert f"{len(due)} people to ask today" in client.get("/surveys/").content.decode()
    page = client.post(f"/surveys/{survey.pk}/ask/", {"form": "page"}).content.decode()
    tokens = [part.split("/")[0] for part in page.split("/answer/")[1:]]
    assert len(set(tokens)) == len(due) == Invitation.objects.count()
    assert Client().post(f"/answer/{tokens[0]}/", {"score": "4"}).status_code == 200
    assert "to ask" not in client.get("/").content.decode()
    client.post(f"/surveys/{survey.pk}/ask/", {"form": "page"})
    assert Invitation.objects.count() == len(due)


@pytest.mark.parametrize("form", ["page", "file"])
def test_letters_leave_out_who_is_erased_meanwhile_and_are_told_to_have_been_handed_on(
    client: Client, shop: Shop, survey: Survey, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    gone, *others = surveys_due.due(survey)
    listed = views._people

    def then_erased(*told: Any) -> Any:
        found = listed(*told)
        erasing.shred(shop, gone, by="lin")
        return found

    monkeypatch.setattr(views, "_people", then_erased)
    assert client.post(f"/surveys/{survey.pk}/ask/", {"form": form}).status_code == 200
    assert Invitation.objects.count() == len(others)
    assert [len(of_person([who])) for who in (gone, *others)] == [0, *[1] * len(others)]


def test_the_file_holds_an_address_only_where_it_may_be_used(client: Client, tea: Published, survey: Survey) -> None:
    answer = client.post(f"/surveys/{survey.pk}/ask/", {"form": "file"})
    lines = b"".join(answer.streaming_content).decode().split("\r\n")[1:-1]  # type: ignore[attr-defined]
    by_id = {row["customer_id"]: row for row in rows_of(tea)}
    assert lines
    for who, _, email, phone, link, *_ in (line.split(",") for line in lines):
        assert not email or by_id[who]["may_email"]
        assert not phone or by_id[who]["may_message"] or by_id[who]["may_phone"]
        assert "/answer/" in link


def test_a_survey_made_on_the_page_has_its_list_at_once(client: Client, tea: Published) -> None:
    form = {"kind": "nps", "title": "Spring", "language": "zh", "when": "periodic", "days": "90"}
    client.post("/surveys/new/", form)
    survey = Survey.objects.get()
    assert surveys_due.due(survey)
    assert survey.question == Voice(language="zh").t(surveys.QUESTIONS["nps"])
