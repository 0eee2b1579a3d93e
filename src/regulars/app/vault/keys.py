"""From one master key to all others: derived by HKDF, or wrapped under what is derived.

A person's data key, and the two secrets that must outlive a change of the master key (that of customer ids and that of
the search indexes), are random and wrapped; changing the master key re-wraps them and touches no ciphertext.
"""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from regulars.core import RegularsError

_NONCE_BYTES = 12
KEY_BYTES = 32


class Unreadable(RegularsError):
    """A ciphertext that its key does not open: it was changed, moved to another row, or the key is another's."""

    code = "vault_unreadable"
    template = "Something in the vault cannot be opened with its key ({place}). Bring back a backup of the shop."


def derived(master: bytes, shop: str, purpose: str) -> bytes:
    """Return the 32 bytes that a master key gives for a purpose (HKDF-SHA256, RFC 5869)."""
    info = f"regulars {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=shop.encode(), info=info).derive(master)


def new_key() -> bytes:
    """Return a fresh 256-bit key."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def sealed(key: bytes, plain: bytes, place: str) -> bytes:
    """Return nonce and AES-256-GCM ciphertext of some bytes, bound to the place where they will stand."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def opened(key: bytes, kept: bytes, place: str) -> bytes:
    """Return the bytes that were sealed for this place.

    Raises:
        Unreadable: the key, the place or the ciphertext is another.
    """
    try:
        return AESGCM(key).decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable(place=place) from error


def fingerprint(key: bytes, text: str, *, size: int = 16) -> bytes:
    """Return the first bytes of the HMAC-SHA256 of a text: equal texts have equal ones."""
    return hmac.digest(key, text.encode(), "sha256")[:size]
