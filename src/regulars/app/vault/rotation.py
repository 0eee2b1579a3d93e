"""A new master key: every key that was wrapped under the old one is wrapped anew, then the old one is forgotten.

No ciphertext changes. Each part is a transaction of its own, so that it can be killed and goes on where it was; what a
running server wraps meanwhile is already under the new key, or waits for the last part and is then found by it.
"""

from collections.abc import Callable

from django.db import transaction

from regulars.app._shop import Shop
from regulars.app.models import Secret, WrappedKey
from regulars.app.privacy import audit
from regulars.app.vault.secrets import newest_version, unwrap, wrap

_PART = 2_000


def rotate(shop: Shop, *, progress: Callable[[float], None]) -> int:
    """Put every key under a new master key, or end doing so; return how many people's keys there are."""
    keys = shop.master_keys()
    if len(keys) == 1:  # else an earlier attempt was killed: the newest of them is the new one
        shop.add_master_key(keys)
    total = WrappedKey.objects.count()
    while left := _wrap_some():
        progress(1.0 - left / max(total, left))
    with transaction.atomic(using="keys"):
        while _wrap_some():
            pass
        newest = newest_version()
        shop.keep_master_keys({newest: shop.master_keys()[newest]})
    audit.write("keys_rotated", version=newest)
    return total


def _wrap_some() -> int:
    """Wrap some keys anew; return how many were to be, these with them."""
    with transaction.atomic(using="keys"):
        newest = newest_version()
        for secret in Secret.objects.exclude(version=newest):
            owner = f"secret.{secret.name}"
            secret.wrapped, secret.version = wrap(unwrap(secret.wrapped, owner, secret.version), owner)
            secret.save()
        old = WrappedKey.objects.exclude(version=newest).order_by("customer_id")
        left = old.count()
        rows = list(old[:_PART])
        for row in rows:
            row.wrapped, row.version = wrap(unwrap(row.wrapped, row.customer_id, row.version), row.customer_id)
        WrappedKey.objects.bulk_update(rows, ["wrapped", "version"], batch_size=500)
    return left
