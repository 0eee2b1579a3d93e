"""Roles: one matrix over every address; a viewer changes nothing and reads no name."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import URLPattern, resolve, reverse
from django.utils import timezone

from app.conftest import PASSWORD
from regulars.app import MemberUnknown, _serving, password_link
from regulars.app._shop import Shop
from regulars.app.invitations import invite_user
from regulars.app.models import AuditEvent, Person, Survey
from regulars.app.publication import listing
from regulars.app.publication.current import Published
from regulars.app.roles import MATRIX, OPEN, ROLES, Role, give, may, role_of
from regulars.app.urls import urlpatterns
from regulars.app.vault import store
from regulars.app.vault.eyes import masked_if
from regulars.app.vault.marks import Fact
from regulars.app.views import members

_SAMPLES = {
    "token": "x", "language": "en", "person": "ana", "segment": 1, "batch": "x", "user": 987654, "job": 987654,
    "task": 987654, "asked": 987654, "goal": 987654, "survey": 987654,
}  # fmt: skip


def _address(pattern: URLPattern) -> str:
    names = re.findall(r"<\w+:(\w+)>", str(pattern.pattern))
    return reverse(str(pattern.name), args=[_SAMPLES[name] for name in names])


def _as(role: Role) -> Client:
    user, _ = User.objects.get_or_create(username=f"a {role}")
    give(user, role)
    browser = Client()
    browser.force_login(user, backend="regulars.app.logged_in.Users")
    return browser


def test_every_address_stands_in_the_matrix() -> None:
    assert {str(pattern.name) for pattern in urlpatterns} == set(MATRIX) | OPEN


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_the_matrix_says_and_nothing_else(tea: Published, role: Role) -> None:
    refused = set()
    for pattern in urlpatterns:
        browser, address = _as(role), _address(pattern)
        refused |= {pattern.name for answer in (browser.get, browser.post) if answer(address).status_code == 403}
    assert refused == {name for name in MATRIX if not may(role, name)}


def test_nobody_opens_anything_without_logging_in(tea: Published) -> None:
    for pattern in urlpatterns:
        if pattern.name in OPEN | {"language"}:
            continue
        for answer in (Client().get(_address(pattern)), Client().post(_address(pattern))):
            assert (answer.status_code, answer.headers["Location"][:7]) == (302, "/login/")


@pytest.mark.parametrize("page", ["/", "/customers/", "/groups/new/"])
def test_a_viewer_reads_no_name(tea: Published, page: str) -> None:
    browser = _as("viewer")
    told = store.reveal(list(Person.objects.values_list("customer_id", flat=True)))
    names = {value for fields in told.values() for values in fields.values() for value in values if len(value) > 4}
    shown = browser.get(page).content.decode()
    assert not [name for name in names if name in shown]


def test_a_viewer_finds_by_number_only_and_reads_no_field_of_ones_own(client: Client, tea: Published) -> None:
    who = str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])
    store.take_in([Fact(who, "name", "Wilhelmina Oddly"), Fact(who, "email", "w@oddly.example")])
    client.post(f"/customers/{who}/field/", {"name": "niece Agatha", "value": "x"})
    for browser, is_found in ((client, True), (_as("viewer"), False)):
        for wanted in ("dd", "Oddly", "w@oddly.example"):
            page = browser.post("/customers/found/", {"wanted": wanted}).content.decode()
            assert (f"/customers/{who}/" in page) is is_found, wanted
        assert f"/customers/{who}/" in browser.post("/customers/found/", {"wanted": who}).content.decode()
        assert ("Agatha" in browser.get(f"/customers/{who}/").content.decode()) is is_found


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_a_page_offers_nothing_that_it_would_refuse(client: Client, tea: Published, role: Role) -> None:
    survey = Survey.objects.create(kind="csat", title="t", question="?", language="en", made_at=timezone.now())
    who = str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])
    for name, said in (("note", {"text": "x"}), ("task", {"text": "x"}), ("field", {"name": "x", "value": "x"})):
        client.post(f"/customers/{who}/{name}/", said)
    browser, offered = _as(role), set()
    for page in ("/", "/customers/", f"/customers/{who}/", "/pulse/", "/groups/", "/groups/new/", "/surveys/",
                 f"/surveys/{survey.pk}/", "/tasks/"):  # fmt: skip
        shown = browser.get(page).content.decode()
        sent = re.findall(r'(?:action|hx-post|formaction|href)="(/[^"?#]*)', shown)
        offered |= {(page, str(resolve(each).url_name)) for each in sent if not each.startswith("/static/")}
    assert {(page, name) for page, name in offered if not may(role, name)} == set()
    assert ("/", "customer") in offered


def test_what_is_masked_is_masked_only_meanwhile() -> None:
    store.take_in([Fact("ana", "name", "王秀英"), Fact("ana", "email", "ana@example.com")])
    note = store.seal_text("ana", "likes oolong", "note")
    with masked_if(True):
        assert store.reveal(["ana"]) == {"ana": {"name": ["王•••"], "email": ["a•••@•••"]}}
        assert store.open_text("ana", note, "note") == "•••"
    assert store.reveal(["ana"])["ana"]["name"] == ["王秀英"]


def test_who_is_invited_chooses_a_password_once(client: Client) -> None:
    answer = client.post("/settings/members/invite/", {"username": "Bo", "role": "viewer"})
    link = re.search(r"/join/[\w-]+/", answer.content.decode())
    assert link
    guest = Client()
    assert guest.post(link[0], {"password": "short"}).status_code == 200
    assert guest.post(link[0], {"password": PASSWORD}).headers["Location"] == "/"
    assert Client().get(link[0]).status_code == 410
    bo = User.objects.get(username="Bo")
    assert role_of(bo) == "viewer"
    assert bo.check_password(PASSWORD)
    client.post(f"/settings/members/{bo.id}/role/", {"role": "member"})
    client.post(f"/settings/members/{bo.id}/dismiss/")
    told = AuditEvent.objects.filter(what="member", actor="lin").order_by("pk").values_list("details", flat=True)
    assert [line["is_now"] for line in told] == ["viewer", "member", None]


@pytest.mark.parametrize("by", ["page", "console"])
def test_who_forgot_the_password_chooses_another_one_and_the_old_one_and_its_sessions_end(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setattr(_serving, "_make_ready", lambda _: None)  # the tests' own database is
    old = PASSWORD[::-1]
    bo = User.objects.create_user("Bo", password=old)
    then = Client()
    assert then.post("/login/", {"username": "Bo", "password": old}).status_code == 302
    if by == "page":
        page = client.post(f"/settings/members/{bo.id}/link/").content.decode()
    else:
        with pytest.raises(MemberUnknown, match="Bo, lin"):
            password_link(shop.folder, name="bo")
        page = password_link(shop.folder, name="Bo", port=8000)
    link = re.search(r"/join/[\w-]+/", page)
    assert link
    assert then.get("/surveys/").status_code == 200, "until then the old one holds"
    Client().post(link[0], {"password": PASSWORD})
    assert then.get("/surveys/").status_code == 302
    assert [User.objects.get(username="Bo").check_password(word) for word in (old, PASSWORD)] == [
        False, True,
    ]  # fmt: skip
    assert AuditEvent.objects.get(what="password").details == {"who": "Bo"}


def test_a_link_holds_only_until_the_next_one() -> None:
    bo = User.objects.create_user("Bo")
    first, second = invite_user(bo), invite_user(bo)
    assert [Client().get(f"/join/{token}/").status_code for token in (first, second)] == [410, 200]


def test_one_owner_always_stays(client: Client, owner: User) -> None:
    client.post(f"/settings/members/{owner.id}/role/", {"role": "viewer"})
    client.post(f"/settings/members/{owner.id}/dismiss/")
    assert role_of(User.objects.get(id=owner.id)) == "owner"


@pytest.mark.parametrize(("address", "said"), [("role", {"role": "viewer"}), ("dismiss", {})])
def test_whether_an_owner_is_the_last_is_asked_by_one_at_a_time(
    client: Client, monkeypatch: pytest.MonkeyPatch, address: str, said: dict[str, str]
) -> None:
    other = User.objects.create(username="bo", is_staff=True, is_superuser=True)
    held, before = [], len(connection.savepoint_ids)

    def asked(user: User) -> bool:
        held.append(len(connection.savepoint_ids) - before)
        return True

    monkeypatch.setattr(members, "_is_last_owner", asked)
    client.post(f"/settings/members/{other.id}/{address}/", said)
    assert held == [1], "two who demote each other at once hold the database one after the other"
    assert role_of(User.objects.get(id=other.id)) == "owner"
