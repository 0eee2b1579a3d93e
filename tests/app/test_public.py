"""The address from outside: links begin with it, only it is trusted, and it is no way to hide who tries to log in."""

import json
import os
import subprocess
import sys

import pytest
from django.test import Client, RequestFactory

from regulars.app import _public
from regulars.app.models import Person, Survey
from regulars.app.vault import store
from regulars.app.vault.marks import Fact

SETTINGS = """
import json, os
from regulars.app import settings
print(json.dumps({name: getattr(settings, name) for name in
    ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SECURE_PROXY_SSL_HEADER", "SESSION_COOKIE_SECURE")}))
"""


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("https://shop.example", "https://shop.example"),
        (" https://shop.example:8443/ ", "https://shop.example:8443"),
        ("http://10.0.0.2", "http://10.0.0.2"),
    ],
)
def test_an_address_is_kept_without_its_last_slash(told: str, kept: str) -> None:
    assert _public.checked(told) == kept


@pytest.mark.parametrize(
    "told",
    [
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://shop.example/app",
        "https://a:b@c",
        "https://a:x",
        "//a",
    ],
)
def test_what_is_no_address_is_refused(told: str) -> None:
    with pytest.raises(_public.AddressInvalid, match=r"shop\.example"):
        _public.checked(told)


def test_links_for_customers_begin_with_it(client: Client, tea: object, monkeypatch: pytest.MonkeyPatch) -> None:
    store.take_in([Fact("C0000001", "name", "Ana")])
    survey = Survey.objects.create(kind="nps", title="t", question="q", language="en", made_at="2026-01-01T00:00Z")
    assert Person.objects.filter(customer_id="C0000001").exists()
    for outside, begins in (
        ("", "http://testserver/answer/"),
        ("https://shop.example", "https://shop.example/answer/"),
    ):
        monkeypatch.setenv(_public.PUBLIC_PLACE, outside)
        client.post("/customers/C0000001/survey/", {"survey": survey.pk})
        page = client.get(f"/surveys/{survey.pk}/").content.decode()
        assert f"<code>{begins}" in page
        assert ("Customers cannot open links yet" in page) == (not outside)


def test_a_server_trusts_the_address_it_was_given_and_no_other(shop: object) -> None:
    def settings(outside: str) -> dict[str, object]:
        environment = {**os.environ, _public.PUBLIC_PLACE: outside}
        ran = subprocess.run(
            [sys.executable, "-c", SETTINGS], env=environment, capture_output=True, text=True, check=True
        )
        return dict(json.loads(ran.stdout))

    local, outside = settings(""), settings("https://shop.example")
    assert set(outside["ALLOWED_HOSTS"]) - set(local["ALLOWED_HOSTS"]) == {"shop.example"}  # type: ignore[call-overload]
    assert (local["CSRF_TRUSTED_ORIGINS"], outside["CSRF_TRUSTED_ORIGINS"]) == ([], ["https://shop.example"])
    assert (local["SECURE_PROXY_SSL_HEADER"], local["SESSION_COOKIE_SECURE"]) == (None, False)
    assert outside["SESSION_COOKIE_SECURE"] is True


def test_attempts_are_counted_by_who_asked_the_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = RequestFactory().get(
        "/login/", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}, REMOTE_ADDR="127.0.0.1"
    )
    monkeypatch.setenv(_public.PUBLIC_PLACE, "https://shop.example")
    assert _public.client_address(asked) == "203.0.113.9"  # what a browser says of itself stands before it
    monkeypatch.setenv(_public.PUBLIC_PLACE, "")
    assert _public.client_address(asked) == "127.0.0.1"
