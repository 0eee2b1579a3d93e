"""The way back from hashed keys: each is kept under what it is, whatever column it stood in."""

from pathlib import Path

import pyarrow as pa
import pytest

from regulars.customers import HashedIdentities, read_identities

KEYS = {
    "+49 151 12345678": "phone",
    "13812345678": "phone",
    "ana@example.com": "email",
    "sunny": None,
}


@pytest.mark.parametrize("role", ["customer_id", "open_id", "email", "phone", "nickname", "name"])
def test_a_key_is_kept_under_what_it_is(tmp_path: Path, role: str) -> None:
    identities = HashedIdentities(tmp_path)
    ids = identities.resolve(pa.array(list(KEYS)), role)
    identities.save()
    kept = {row["value"]: row["field"] for row in read_identities(tmp_path).to_pylist()}
    assert kept == {key: field or role for key, field in KEYS.items()}
    assert HashedIdentities(tmp_path).resolve(ids, "customer_id").equals(ids), "an id of the workspace is known again"


def test_a_phone_or_an_address_is_one_person_in_any_column() -> None:
    identities = HashedIdentities(None)
    keys = pa.array([key for key, field in KEYS.items() if field])
    found = [identities.resolve(keys, role).to_pylist() for role in ("customer_id", "email", "phone", "nickname")]
    assert found == [found[0]] * 4
