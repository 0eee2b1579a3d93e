"""What pages remember of the database is forgotten the moment anybody writes there, here or in another process."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regulars.app._shop import Shop
from regulars.app.models import Kept
from regulars.app.publication.current import Published
from regulars.app.remembered import remembered
from regulars.app.roles import give
from regulars.app.vault import tombstones
from regulars.app.vault.marks import mark_of_person

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)


@pytest.fixture(autouse=True)
def clean_index() -> Iterator[None]:
    """Leave nothing in the index of names either, which is no table that Django knows to empty."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO app_names (app_names) VALUES ('delete-all')")


@pytest.fixture
def elsewhere(shop: Shop) -> Iterator[sqlite3.Connection]:
    """Another process, as far as the database can tell."""
    base = sqlite3.connect(connection.settings_dict["NAME"], uri=True, isolation_level=None)
    yield base
    base.close()


def language() -> object:
    kept = remembered("a test", Kept.objects.filter(name="x").first)
    return kept and kept.value


def test_it_is_asked_once_while_nothing_is_written() -> None:
    Kept.objects.create(name="x", value=1)
    assert language() == 1
    with CaptureQueriesContext(connection) as asked:
        assert language() == 1
    assert not asked.captured_queries


def test_what_was_written_here_is_seen_at_once() -> None:
    assert language() is None
    Kept.objects.create(name="x", value=1)
    assert language() == 1
    Kept.objects.all().delete()
    assert language() is None


def test_what_another_process_wrote_is_seen_at_once(elsewhere: sqlite3.Connection) -> None:
    assert language() is None
    elsewhere.execute("INSERT INTO app_kept (name, value) VALUES ('x', '2')")
    assert language() == 2
    elsewhere.execute("DELETE FROM app_kept")
    assert language() is None


def test_what_was_taken_back_is_not_remembered() -> None:
    def half_done() -> None:
        with transaction.atomic():
            Kept.objects.create(name="x", value=1)
            assert language() == 1
            raise InterruptedError

    assert language() is None
    with pytest.raises(InterruptedError):
        half_done()
    assert language() is None


def test_somebody_dismissed_or_of_another_role_is_so_on_the_next_page(tea: Published, client: Client) -> None:
    assert client.get("/settings/").status_code == 200
    lin = User.objects.get(username="lin")
    give(lin, "member")
    assert client.get("/settings/").status_code == 403
    lin.is_active = False
    lin.save()
    assert client.get("/customers/").status_code == 302


def test_a_session_that_has_ended_is_no_longer_one(tea: Published, client: Client) -> None:
    assert client.get("/customers/").status_code == 200
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/customers/").status_code == 302


def test_a_session_ends_though_nothing_is_written(
    tea: Published, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/customers/").status_code == 200
    later = timezone.now() + timedelta(days=15)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert client.get("/customers/").status_code == 302


def test_whoever_is_erased_is_gone_from_the_next_page(shop: Shop, tea: Published, client: Client) -> None:
    who, *_ = re.findall('href="/customers/([^"/]+)/"', client.get("/customers/").content.decode())
    tombstones.remember(shop, [mark_of_person(who)], day=timezone.now().date())
    assert who not in client.get("/customers/").content.decode()
