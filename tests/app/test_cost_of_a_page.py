"""A page does not cost more the more stands on it: few questions to the databases, one token for all its forms."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.app.publication import listing
from regulars.app.publication.current import Published
from regulars.app.vault import store


def questions(client: Client, page: str) -> int:
    """Return how many questions a page asks of both databases."""
    client.get(page)
    with CaptureQueriesContext(connections["default"]) as rows, CaptureQueriesContext(connections["keys"]) as keys:
        assert client.get(page).status_code == 200
    return len(rows) + len(keys)


@pytest.fixture
def person(tea: Published) -> str:
    return str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])


def test_today_asks_no_more_for_many_suggestions_than_for_one(client: Client, tea: Published) -> None:
    assert len(listing.suggestions(tea, first=1, size=30)) > 10
    assert questions(client, "/") <= 14


def test_a_customer_with_many_notes_and_tasks_is_asked_for_as_one_with_few(
    client: Client, owner: User, person: str
) -> None:
    store.meet(person)
    bare, asked = questions(client, f"/customers/{person}/"), []
    for number in range(4):
        client.post(f"/customers/{person}/note/", {"text": f"note {number}"})
        client.post(f"/customers/{person}/task/", {"text": f"task {number}"})
        client.post(f"/customers/{person}/field/", {"name": f"field {number}", "value": "x"})
        asked.append(questions(client, f"/customers/{person}/"))
    page = client.get(f"/customers/{person}/").content.decode()
    assert all(f"{kind} {number}" in page for kind in ("note", "task", "field") for number in range(4))
    assert {*asked} == {bare + 2}
    assert bare <= 12


def test_all_forms_of_a_page_have_one_token_and_it_is_taken(owner: User, person: str) -> None:
    asking = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    asking.force_login(owner, backend="regulars.app.logged_in.Users")
    tokens = re.findall(
        r'name="csrfmiddlewaretoken" value="(\w+)"', asking.get(f"/customers/{person}/").content.decode()
    )
    assert len(tokens) > 5
    assert len(set(tokens)) == 1
    address = f"/customers/{person}/note/"
    assert asking.post(address, {"text": "good", "csrfmiddlewaretoken": tokens[0]}).status_code == 302
    assert asking.post(address, {"text": "bad"}).status_code == 403
    page = asking.get(f"/customers/{person}/").content.decode()
    assert "good" in page
    assert tokens[0] not in page
