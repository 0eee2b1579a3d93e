"""A form that does not fit: nothing is kept, the page says why in words, and what was typed still stands in it."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from regulars.app import clock, surveys
from regulars.app.models import Goal, Note, Person, Survey, Task
from regulars.app.publication import listing
from regulars.app.publication.current import Published
from regulars.app.vault import store

TYPED = "typed <b>by hand</b>"
SHOWN = "typed &lt;b&gt;by hand&lt;/b&gt;"
SURVEY = {"kind": "csat", "title": TYPED, "question": TYPED, "language": "zh", "when": "periodic", "days": "30"}


@pytest.fixture
def ana(tea: Published) -> str:
    """The customer who stands first on the list of the day."""
    return str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])


def _reasons(page: str) -> list[str]:
    alerts = re.findall(r'role="alert">(.*?)</div>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", each).strip() for each in alerts]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("place", "form", "why"),
    [
        ("note", {"text": "  "}, {"en": "New note: something has to stand here.", "zh": "新备注：不能为空。"}),
        ("note", {"text": TYPED + 10_000 * "x"}, {"en": "New note: 10000 characters at most.", "zh": "10000"}),
        ("note", {"text": TYPED + "\0"}, {"en": "New note: it holds a character that cannot be kept.", "zh": "字符"}),
        ("task", {"text": TYPED, "due_on": "soon"},
         {"en": "By (may stay empty): it must be a day, such as 2026-03-31.", "zh": "2026-03-31"}),
        ("field", {"name": TYPED, "value": TYPED + 500 * "x"},
         {"en": "Value (empty removes the field): 500 characters at most.", "zh": "500"}),
        ("assign", {"assignee": "987654"},
         {"en": "Who sees to this customer: choose one of those that are offered.", "zh": "选项"}),
    ],
)  # fmt: skip
def test_what_cannot_be_written_down_comes_back_with_the_reason(
    client: Client, ana: str, place: str, form: dict[str, str], why: dict[str, str], language: str
) -> None:
    client.cookies["regulars_language"] = language
    answer = client.post(f"/customers/{ana}/{place}/", form)
    assert answer.status_code == 422
    page = answer.content.decode()
    (told,) = _reasons(page)
    assert why[language] in told
    assert page.count(SHOWN) == sum(TYPED in value for value in form.values())
    assert f'name="back" value="/customers/{ana}/"' in page
    assert not Note.objects.exists()
    assert not Task.objects.filter(code="").exists()
    assert not [about for about in Person.objects.all() if about.custom]


@pytest.mark.parametrize("place", ["note", "task", "field", "assign"])
def test_nothing_is_said_of_somebody_who_is_not_there(client: Client, tea: Published, place: str) -> None:
    assert client.post(f"/customers/nobody/{place}/", {"assignee": "x"}).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"days": "0"}, {"en": "Number of days: it must be 1 or more.", "zh": "天数：不能小于 1。"}),
        ({"days": "9999"}, {"en": "Number of days: it must be 730 or less.", "zh": "天数：不能大于 730。"}),
        ({"days": "x"}, {"en": "Number of days: it must be a whole number.", "zh": "天数：必须是整数。"}),
        ({"question": TYPED + 500 * "?"},
         {"en": "In other words (may stay empty): 500 characters at most.", "zh": "500"}),
    ],
)  # fmt: skip
def test_a_survey_that_cannot_be_comes_back_as_it_was_typed(
    client: Client, tea: Published, wrong: dict[str, str], why: dict[str, str], language: str
) -> None:
    client.cookies["regulars_language"] = language
    answer = client.post("/surveys/new/", {**SURVEY, **wrong})
    assert answer.status_code == 422
    assert not Survey.objects.exists()
    page = answer.content.decode()
    (told,) = _reasons(page)
    assert why[language] in told
    assert page.count(SHOWN) == 2
    for chosen in ("csat", "zh", "periodic"):
        assert re.search(rf'<option value="{chosen}"[^>]* selected', page)
    assert f'value="{wrong.get("days", "30")}"' in page


def test_an_answer_without_a_number_keeps_its_words(client: Client, ana: str) -> None:
    client.post("/surveys/new/", {**SURVEY, "language": "en"})
    address = f"/answer/{surveys.invite(Survey.objects.get(), store.meet(ana))}/"
    assert f">{SHOWN}</textarea>" in Client().post(address, {"text": TYPED}).content.decode()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"figure": "x"}, {"en": "Figure: choose one of those that are offered.", "zh": "选项"}),
        ({"target": "nan"}, {"en": "Target (a share in percent): it must be a number.", "zh": "必须是数字"}),
        ({"target": "1e13"},
         {"en": "Target (a share in percent): it must be 1000000000000 or less.", "zh": "不能大于"}),
        ({"by": "soon"}, {"en": "By: it must be a day, such as 2026-03-31.", "zh": "2026-03-31"}),
        ({"by": "2020-01-01"}, {"en": "By: the day must be after today.", "zh": "今天之后"}),
    ],
)  # fmt: skip
def test_a_senseless_goal_comes_back_with_the_reason(
    client: Client, tea: Published, wrong: dict[str, str], why: dict[str, str], language: str
) -> None:
    client.cookies["regulars_language"] = language
    figure = [card["name"] for card in tea.board("en")["cards"] if card["is_known"]][-1]
    said = {"figure": figure, "target": "4321", "by": (clock.today() + timedelta(days=9)).isoformat(), **wrong}
    answer = client.post("/pulse/goal/", said)
    assert answer.status_code == 422
    assert not Goal.objects.exists()
    page = answer.content.decode()
    (told,) = _reasons(page)
    assert why[language] in told
    assert re.search(r"<details[^>]* open", page)
    for name in ("target", "by"):
        assert f'required value="{said[name]}"' in page
    assert "figure" in wrong or re.search(rf'<option value="{figure}" selected', page)
