"""The shop's own secrets, opened once a process: the master keys, and what is wrapped under them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from django.db import transaction

from regulars.app._shop import served
from regulars.app.models import Secret
from regulars.app.vault.keys import Unreadable, derived, new_key, opened, sealed


def wrapping_keys() -> dict[int, bytes]:
    """Return the key-encryption key of each version of the master key; the newest one wraps what is new.

    The file is looked at again when it has changed: another process may be changing the master key.
    """
    file = served().key_file
    told = file.stat() if file.exists() else None
    return _wrapping_keys((told.st_ino, told.st_mtime_ns, told.st_size) if told else None)


@lru_cache(maxsize=2)
def _wrapping_keys(state: tuple[int, ...] | None) -> dict[int, bytes]:
    shop = served()
    return {version: derived(master, shop.id, "wrapping") for version, master in shop.master_keys().items()}


def newest_version() -> int:
    """Return the version of the master key that wraps what is new."""
    return max(wrapping_keys())


def wrap(key: bytes, owner: str) -> tuple[bytes, int]:
    """Return a key wrapped for its owner, and the version it is wrapped under."""
    version = newest_version()
    return sealed(wrapping_keys()[version], key, f"key.{owner}.{version}"), version


def wrap_new(owners: Sequence[str]) -> list[tuple[str, bytes, int]]:
    """Return each owner with a new key, wrapped, and the version it is wrapped under; the master key is read once."""
    keys = wrapping_keys()
    newest = max(keys)
    return [(who, sealed(keys[newest], new_key(), f"key.{who}.{newest}"), newest) for who in owners]


def unwrap_all(rows: Iterable[tuple[str, bytes | memoryview, int]]) -> dict[str, bytes]:
    """Return the keys of rows of owner, wrapped key and version, by owner; the master key is read once.

    Raises:
        Unreadable: as `unwrap`.
    """
    keys = wrapping_keys()
    return {who: _unwrapped(keys, wrapped, who, version) for who, wrapped, version in rows}


def unwrap(wrapped: bytes | memoryview, owner: str, version: int) -> bytes:
    """Return a key that was wrapped for its owner.

    Raises:
        Unreadable: the row is damaged, or of another shop.
    """
    return _unwrapped(wrapping_keys(), wrapped, owner, version)


def _unwrapped(keys: Mapping[int, bytes], wrapped: bytes | memoryview, owner: str, version: int) -> bytes:
    key = keys.get(version)
    if key is None:  # an old copy of the keys, from before the master key was changed
        raise Unreadable(place=owner)
    return opened(key, bytes(wrapped), f"key.{owner}.{version}")


@cache
def secret(name: str) -> bytes:
    """Return a secret of the shop, made when it is first asked for: `ids`, `index` or `audit`."""
    with transaction.atomic(using="keys"):
        kept = Secret.objects.filter(name=name).first()
        if kept is None:
            wrapped, version = wrap(new_key(), f"secret.{name}")
            kept = Secret.objects.create(name=name, wrapped=wrapped, version=version)
    return unwrap(kept.wrapped, f"secret.{name}", kept.version)
