"""Tasks: each is somebody's who works here, or nobody's, and everybody finds their own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.test import Client

from regulars.app.middleware import Request
from regulars.app.models import Person, Task
from regulars.app.roles import Role, give
from regulars.app.vault import store
from regulars.app.vault.marks import Fact
from regulars.app.views import writing
from regulars.app.views.screen import writing_about


@pytest.fixture
def ana(shop: object) -> str:
    """Ana, whose name is known."""
    store.take_in([Fact("ana", "name", "Ana")])
    return "ana"


def _user(name: str, role: Role) -> tuple[User, Client]:
    user, browser = User.objects.create_user(name), Client()
    give(user, role)
    browser.force_login(user, backend="regulars.app.logged_in.Users")
    return user, browser


def _shown(browser: Client, page: str) -> str:
    return browser.get(page).content.decode().split("<main")[1]


def test_a_task_is_done_by_whoever_was_chosen_who_finds_it_among_their_own(client: Client, ana: str) -> None:
    bo, bos = _user("Bo", "member")
    client.post("/customers/ana/task/", {"text": "call about the kettle", "assignee": bo.pk})
    assert Task.objects.get(code="").assignee == bo
    assert "kettle" in _shown(bos, "/tasks/?whose=mine")
    assert "kettle" not in _shown(client, "/tasks/?whose=mine")
    assert "review" not in _shown(bos, "/tasks/?whose=mine")
    for page in ("/tasks/", "/tasks/?whose=", "/tasks/?whose=x", "/customers/ana/"):
        shown = _shown(client, page)
        assert "kettle" in shown
        assert re.search(r"<small>[^/]*Bo</small>|</a> · Bo</small>", shown)


def test_a_task_may_be_nobodys(client: Client, ana: str) -> None:
    client.post("/customers/ana/task/", {"text": "call about the kettle", "assignee": ""})
    assert Task.objects.get(code="").assignee is None
    assert "kettle" not in _shown(client, "/tasks/?whose=mine")


@pytest.mark.parametrize("page", ["/tasks/", "/customers/ana/"])
def test_the_most_urgent_task_stands_first_and_one_without_a_day_last(client: Client, ana: str, page: str) -> None:
    for said, day in (("whenever", ""), ("next age", "2999-01-01"), ("overdue", "2001-01-01")):
        client.post("/customers/ana/task/", {"text": said, "due_on": day})
    shown = _shown(client, page)
    places = [shown.index(f"<p>{said}</p>") for said in ("overdue", "next age", "whenever")]
    assert places == sorted(places)
    assert [" · late" in shown[at : shown.index("</small>", at)] for at in places] == [True, False, False]


def test_one_does_a_task_oneself_unless_another_is_chosen(client: Client, ana: str, owner: User) -> None:
    _user("Bo", "member")
    assert f'<option value="{owner.pk}" selected>lin</option>' in _shown(client, "/customers/ana/")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_task_goes_to_somebody_who_may_only_look(client: Client, ana: str, language: str) -> None:
    client.cookies["regulars_language"] = language
    cy, _ = _user("Cy", "viewer")
    form = _shown(client, "/customers/ana/").split('name="assignee"')[1].split("</select>")[0]
    assert "Cy" not in form
    answer = client.post("/customers/ana/task/", {"text": "call about the kettle", "assignee": cy.pk})
    assert answer.status_code == 422
    assert {"en": "Who does it: choose one", "zh": "由谁来做："}[language] in answer.content.decode()
    assert not Task.objects.exists()


def test_no_customer_is_seen_to_by_somebody_who_may_only_look_or_is_gone(client: Client, ana: str, owner: User) -> None:
    cy, _ = _user("Cy", "viewer")
    ed, _ = _user("Ed", "member")
    User.objects.filter(pk=ed.pk).update(is_active=False)
    form = _shown(client, "/customers/ana/").split("/customers/ana/assign/")[1].split("</form>")[0]
    assert set(re.findall(r'<option value="(\d+)"', form)) == {str(owner.pk)}
    for who in (cy, ed):
        assert client.post("/customers/ana/assign/", {"assignee": who.pk}).status_code == 422
    assert Person.objects.get().assignee is None


def test_the_two_lists_lead_to_each_other_and_say_which_is_shown(client: Client, ana: str) -> None:
    for page in ("/tasks/", "/tasks/?whose=mine"):
        shown = _shown(client, page)
        assert re.findall(r'href="(/tasks/[^"]*)" aria-current="true"', shown) == [page]
        assert set(re.findall(r'href="(/tasks/[^"]*)"', shown)) == {"/tasks/", "/tasks/?whose=mine"}


@pytest.mark.parametrize(("at", "page"), [("", "/tasks/"), ("customer", "/customers/ana/")])
def test_a_task_is_given_to_somebody_else_who_then_finds_it(client: Client, ana: str, at: str, page: str) -> None:
    bo, bos = _user("Bo", "member")
    client.post("/customers/ana/task/", {"text": "call about the kettle", "assignee": ""})
    task = Task.objects.get(code="")
    address = f"/tasks/{task.pk}/assignee/"
    form = _shown(client, page).split(address)[1].split("</form>")[0]
    assert f'name="at" value="{at}"' in form
    assert f'<option value="{bo.pk}">Bo</option>' in form
    answer = client.post(address, {"assignee": bo.pk, "at": at})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert "kettle" in _shown(bos, "/tasks/?whose=mine")
    assert f'<option value="{bo.pk}" selected>Bo</option>' in _shown(client, page)
    bos.post(address, {"assignee": ""})
    assert "kettle" not in _shown(bos, "/tasks/?whose=mine")


def test_a_task_stays_whose_it_is_where_the_choice_is_none_or_it_is_done(client: Client, ana: str, owner: User) -> None:
    cy, cys = _user("Cy", "viewer")
    bo, _ = _user("Bo", "member")
    client.post("/customers/ana/task/", {"text": "call about the kettle", "assignee": owner.pk})
    task = Task.objects.get(code="")
    address = f"/tasks/{task.pk}/assignee/"
    for chosen in (cy.pk, 10**9, "x"):
        assert client.post(address, {"assignee": chosen}).status_code == 302
    assert cys.post(address, {"assignee": bo.pk}).status_code == 403
    assert "assignee" not in _shown(cys, "/tasks/")
    client.post(f"/tasks/{task.pk}/done/")
    assert client.post(address, {"assignee": bo.pk}).status_code == 404
    assert Task.objects.get(code="").assignee == owner


def test_the_review_of_privacy_is_given_to_nobody(client: Client, owner: User) -> None:
    client.get("/tasks/")
    review = Task.objects.get(code="privacy_review")
    assert client.post(f"/tasks/{review.pk}/assignee/", {"assignee": owner.pk}).status_code == 404
    assert "/assignee/" not in _shown(client, "/tasks/")


@pytest.mark.parametrize("role", [None, "viewer"])
def test_nothing_is_given_to_somebody_who_leaves_meanwhile_or_stays_with_who_left(
    client: Client, ana: str, role: Role | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bo, _), (cy, _) = _user("Bo", "member"), _user("Cy", "member")

    @contextmanager
    def after_bo_left(request: Request, person: str) -> Iterator[Person]:
        with writing_about(request, person) as about:
            _leave(User.objects.filter(username="Bo").first(), role)
            yield about

    client.post("/customers/ana/task/", {"text": "call", "assignee": cy.pk})
    client.post("/customers/ana/assign/", {"assignee": cy.pk})
    _leave(cy, role)
    assert not Task.objects.exclude(assignee=None).exists()
    assert Person.objects.get().assignee is None
    monkeypatch.setattr(writing, "writing_about", after_bo_left)
    for name in ("task", "assign"):
        give(User.objects.get_or_create(username="Bo", id=bo.pk)[0], "member")
        assert client.post(f"/customers/ana/{name}/", {"text": "x", "assignee": bo.pk}).status_code == 302
    assert not Task.objects.exclude(assignee=None).exists()
    assert Person.objects.get().assignee is None


def _leave(user: User | None, role: Role | None) -> None:
    if user is not None and role is None:
        user.delete()
    elif user is not None and role is not None:
        give(user, role)
