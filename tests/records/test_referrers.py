"""A column "referred by" in a file of people tells referrals too; who is not in the file is nobody to credit."""

import pyarrow as pa

from records_desk import Desk
from regulars.records import Source

PEOPLE = """customer_id,name,acquired_at,Referred by
ana,Ana,2024-01-01,
bo,Bo,2024-02-01,ana
cy,Cy,2024-03-01, ana
di,Di,2024-04-01,Ed Smith
"""


def test_people_who_name_a_referrer_of_the_file_tell_a_referral(desk: Desk) -> None:
    profiles, referrals = desk.text(PEOPLE).files
    assert (profiles.kind, profiles.read, profiles.accepted, profiles.unused_columns) == ("profiles", 4, 4, ())
    assert (referrals.file, referrals.kind, referrals.accepted) == ("orders.csv/referrals", "referrals", 2)
    assert referrals.mapping == {
        "referrer_id": "Referred by", "referred_id": "customer_id", "referred_at": "acquired_at"
    }  # fmt: skip
    told = desk.rows("raw_referrals", "line", "referrer_key", "referred_key", "CAST(referred_day AS VARCHAR) AS day")
    assert told == [(3, "ana", "bo", "2024-02-01"), (4, "ana", "cy", "2024-03-01")]


def test_a_name_that_is_nobody_s_key_is_left_out_and_counted(desk: Desk) -> None:
    referrals = desk.text(PEOPLE).files[1]
    assert referrals.left_out == {"referrer_unknown": 1}
    assert referrals.read == referrals.accepted + referrals.quarantined_total + referrals.left_out_total
    assert "Ed Smith" not in str(desk.rows("raw_referrals", "*"))


def test_a_stream_that_passes_once_tells_both(desk: Desk) -> None:
    table = pa.table({"email": ["a@x.com", "b@x.com"], "name": ["A", "B"], "推荐人": [None, "a@x.com"]})
    files = desk.read(Source(data=table.to_reader())).files
    assert [(file.kind, file.accepted) for file in files] == [("profiles", 2), ("referrals", 1)]


def test_where_people_are_known_by_name_only_nobody_is_credited(desk: Desk) -> None:
    (file,) = desk.text("name,region,referred by\nAna,North,\nBo,South,Ana\n").files
    assert (file.kind, file.unused_columns) == ("profiles", ("referred by",))
