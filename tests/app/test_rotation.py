"""A new master key: everything opens as before, under the new key alone, however often the change was killed."""

from pathlib import Path

import pytest

from regulars.app import rotate_keys
from regulars.app._shop import Shop, ShopUnusable
from regulars.app.models import AuditEvent, Secret, WrappedKey
from regulars.app.vault import rotation, secrets, store
from regulars.app.vault.keys import Unreadable
from regulars.app.vault.marks import Fact
from regulars.app.vault.secrets import unwrap, wrap

PEOPLE = [Fact(f"p{number}", "email", f"p{number}@example.com") for number in range(7)]


def silent(done: float) -> None:
    assert 0.0 <= done <= 1.0


def test_everything_opens_as_before_and_the_old_key_is_gone(shop: Shop) -> None:
    store.take_in(PEOPLE)
    note = store.seal_text("p1", "likes oolong", "note")
    wrapped, version = wrap(b"k" * 32, "secret.try")
    Secret.objects.create(name="try", wrapped=wrapped, version=version)
    before, old = store.reveal([fact.customer_id for fact in PEOPLE]), shop.master_keys()
    assert rotation.rotate(shop, progress=silent) == len(PEOPLE)
    new = shop.master_keys()
    assert len(new) == 1
    assert not set(new.values()) & set(old.values())
    assert store.reveal([fact.customer_id for fact in PEOPLE]) == before
    assert store.open_text("p1", note, "note") == "likes oolong"
    assert store.find("p3@example.com") == ["p3"]
    kept = Secret.objects.get(name="try")
    assert unwrap(kept.wrapped, "secret.try", kept.version) == b"k" * 32
    with pytest.raises(Unreadable):
        unwrap(wrapped, "secret.try", version)
    assert AuditEvent.objects.filter(what="keys_rotated").count() == 1


@pytest.mark.parametrize("killed_at", [1, 2, 3, 4])
def test_killed_half_way_it_goes_on_where_it_was(shop: Shop, monkeypatch: pytest.MonkeyPatch, killed_at: int) -> None:
    store.take_in(PEOPLE)
    before = store.reveal([fact.customer_id for fact in PEOPLE])
    monkeypatch.setattr(rotation, "_PART", 2)
    real, calls = rotation._wrap_some, []

    def some() -> int:
        calls.append(1)
        if len(calls) == killed_at:
            raise KeyboardInterrupt
        return real()

    with monkeypatch.context() as patched:
        patched.setattr(rotation, "_wrap_some", some)
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate(shop, progress=silent)
    assert len(shop.master_keys()) == 2
    assert store.reveal([fact.customer_id for fact in PEOPLE]) == before
    store.take_in([Fact("new", "email", "new@example.com")])
    newest = max(shop.master_keys())
    assert WrappedKey.objects.get(customer_id="new").version == newest
    rotation.rotate(shop, progress=silent)
    assert list(shop.master_keys()) == [newest]
    assert set(WrappedKey.objects.values_list("version", flat=True)) == {newest}
    assert store.reveal([fact.customer_id for fact in PEOPLE]) == before


def test_a_process_that_runs_on_wraps_under_the_new_key_from_the_moment_there_is_one(shop: Shop) -> None:
    before = secrets.newest_version()
    shop.add_master_key(shop.master_keys())
    assert secrets.newest_version() == before + 1
    assert wrap(b"k" * 32, "bo")[1] == before + 1


def test_a_folder_that_is_no_shop_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(ShopUnusable):
        rotate_keys(tmp_path, progress=silent)
    assert not list(tmp_path.iterdir())
