"""Surveys: a link holds once, an answer fits its scale, and the words of it are sealed."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from regulars.app import surveys
from regulars.app.models import Answer, Invitation, Person, Survey
from regulars.app.vault import store
from regulars.app.vault.marks import Fact


@pytest.fixture
def ana() -> Person:
    """Ana, whose name is known."""
    store.take_in([Fact("ana", "name", "Ana")])
    return Person.objects.get(customer_id="ana")


def survey_of(kind: str) -> Survey:
    question = surveys.QUESTIONS[kind]
    return Survey.objects.create(kind=kind, title="t", question=question, language="en", made_at=timezone.now())


@pytest.mark.parametrize("kind", Survey.KINDS)
def test_a_link_is_answered_once_without_logging_in(ana: Person, kind: str) -> None:
    token = surveys.invite(survey_of(kind), ana)
    page = Client().get(f"/answer/{token}/")
    assert page.status_code == 200
    assert "Ana" not in page.content.decode()
    score = str(surveys.SCALES[kind][1]) if kind in surveys.SCALES else ""
    answer = {"score": score, "text": "more oolong"}
    assert Client().post(f"/answer/{token}/", answer).status_code == 200
    assert Client().post(f"/answer/{token}/", answer).status_code == 410
    kept = Answer.objects.get()
    assert kept.score == (int(score) if score else None)
    assert b"oolong" not in bytes(kept.ciphertext)
    assert store.open_text("ana", kept.ciphertext, "answer") == "more oolong"


@pytest.mark.parametrize(("kind", "score"), [("nps", "11"), ("csat", "0"), ("ces", "8"), ("nps", ""), ("csat", "x")])
def test_a_score_off_the_scale_is_asked_again(ana: Person, kind: str, score: str) -> None:
    token = surveys.invite(survey_of(kind), ana)
    assert Client().post(f"/answer/{token}/", {"score": score}).status_code == 200
    assert not Answer.objects.exists()


def test_no_link_holds_that_is_invented_too_old_or_of_a_closed_survey(ana: Person) -> None:
    survey = survey_of("nps")
    token = surveys.invite(survey, ana)
    assert Client().get("/answer/invented/").status_code == 410
    Invitation.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert Client().get(f"/answer/{token}/").status_code == 410
    Invitation.objects.update(until=timezone.now() + timedelta(days=1))
    survey.is_open = False
    survey.save()
    assert Client().post(f"/answer/{token}/", {"score": "9"}).status_code == 410


@pytest.mark.parametrize(
    ("kind", "scores", "said"),
    [
        ("nps", [10, 9, 8, 3], "Net promoter score 25.0 (4 answers; 95% interval"),
        ("csat", [5, 4, 3, 1], "50% satisfied (2 of 4 answers; 95% interval 15% to 85%)"),
        ("ces", [7, 7, 4, 2], "Ease 5.0 of 7 (4 answers; 95% interval"),
    ],
)
def test_a_result_is_the_figure_of_the_pulse_with_its_base_and_its_interval(
    client: Client, kind: str, scores: list[int], said: str
) -> None:
    survey = survey_of(kind)
    for number, score in enumerate(scores):
        store.take_in([Fact(f"p{number}", "name", f"P{number}")])
        person = Person.objects.get(customer_id=f"p{number}")
        surveys.answer(surveys.invite(survey, person), score=score, text="", language="en")
    for page in ("/surveys/", f"/surveys/{survey.pk}/"):
        assert said in client.get(page).content.decode()
    low, high = surveys.SCALES[kind]
    rows = re.findall(r'<th scope="row">(\d+)</th><td class="number">(\d+)</td>', page_of(client, survey))
    assert rows == [(str(score), str(scores.count(score))) for score in range(low, high + 1)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_in_the_language_that_the_survey_was_made_for(ana: Person, language: str) -> None:
    survey = survey_of("nps")
    survey.language = language
    survey.save()
    browser = Client(headers={"accept-language": "zh" if language == "en" else "en"})
    address = f"/answer/{surveys.invite(survey, ana)}/"
    send = {"en": "Send", "zh": "提交"}[language]
    assert f">{send}</button>" in browser.get(address).content.decode()
    assert {"en": "Thank you", "zh": "谢谢"}[language] in browser.post(address, {"score": "9"}).content.decode()


def page_of(client: Client, survey: Survey) -> str:
    return client.get(f"/surveys/{survey.pk}/").content.decode()


def test_the_owner_sees_what_came_of_it(client: Client, ana: Person) -> None:
    client.post(
        "/surveys/new/", {"kind": "nps", "title": "Spring", "language": "en", "when": "on_request", "days": "7"}
    )
    survey = Survey.objects.get()
    client.post("/customers/ana/survey/", {"survey": survey.pk})
    page = client.get(f"/surveys/{survey.pk}/").content.decode()
    token = page.split("/answer/")[1].split("/")[0]
    assert "/answer/" not in client.get(f"/surveys/{survey.pk}/").content.decode()
    Client().post(f"/answer/{token}/", {"score": "10", "text": "<b>good</b>"})
    told = client.get(f"/surveys/{survey.pk}/").content.decode()
    assert "100.0" in told
    assert "&lt;b&gt;good" in told
    assert client.get("/surveys/").status_code == 200
