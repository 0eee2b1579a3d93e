"""Writing something down about somebody who is erased at that moment: nobody comes back, and no page breaks."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from regulars.app._shop import Shop
from regulars.app.models import Person, WrappedKey
from regulars.app.privacy import erasing
from regulars.app.publication import listing
from regulars.app.publication.current import Published
from regulars.app.vault import tombstones

POSTS = {
    "/customers/{}/note/": {"text": "oolong"},
    "/customers/{}/task/": {"text": "call"},
    "/customers/{}/assign/": {"assignee": ""},
    "/customers/{}/field/": {"name": "tea", "value": "oolong"},
    "/today/{}/became/": {"became": "done"},
}


@pytest.fixture
def clean_index() -> Iterator[None]:
    """Leave nothing in the index of names either, which is no table that Django knows to empty."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO app_names (app_names) VALUES ('delete-all')")


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
@pytest.mark.usefixtures("clean_index")
def test_whoever_is_erased_meanwhile_does_not_come_back(
    client: Client, tea: Published, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process erases right after it was looked whether somebody is there, if no transaction holds it out."""
    looked, meanwhile = tombstones.erased_ids, set[str]()

    def then_erased(customer_ids: list[str]) -> set[str]:
        gone = looked(customer_ids)
        if not connection.in_atomic_block and customer_ids == [person]:
            erasing.shred(shop, person, by="lin")
            meanwhile.add(person)
        return gone

    monkeypatch.setattr(tombstones, "erased_ids", then_erased)
    people = [str(row["customer_id"]) for row in listing.suggestions(tea, first=1, size=len(POSTS))]
    for (address, said), person in zip(POSTS.items(), people, strict=False):
        assert client.post(address.format(person), said).status_code in {200, 302, 404}, address
        assert not meanwhile & {*Person.objects.values_list("customer_id", flat=True)}, address
        erasing.shred(shop, person, by="lin")
        assert client.post(address.format(person), said).status_code == 404, address
        assert not Person.objects.filter(customer_id=person).exists(), address
        assert not WrappedKey.objects.filter(customer_id=person).exists(), address
