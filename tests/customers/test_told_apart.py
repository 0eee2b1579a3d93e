"""A phone or an address whose names come in many batches: as many customers as there are names in all of them."""

from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kept_shop import TODAY, kept, put
from regulars import feedback
from regulars.core import RegularsError, Settings
from regulars.customers import Cleaning, HashedIdentities, clean, match_identities
from regulars.engines import Engine
from regulars.records import Batches, contacts

HEADER = "phone,name,ordered_at,amount\n"
GUESTS = ["Ana", "Bo", "Cy", "Di", "Ed", "Flo", "Gus"]


@pytest.fixture
def weekly(tmp_path: Path) -> Path:
    """A workspace in which a phone has a new name every week, and once none."""
    for week, name in enumerate([*GUESTS, ""], 1):
        kept(tmp_path / "workspace", put(tmp_path, f"{week}.csv", f"{HEADER}13800138000,{name},2024-05-{week:02},10\n"))
    return tmp_path / "workspace"


def cleaned(engine: Engine, workspace: Path, *, today: date = TODAY, **customers: object) -> Cleaning:
    settings = Settings.model_validate({"customers": customers})
    records = Batches(workspace).open(engine, settings=settings, today=today)
    feedback.add(engine)
    identities = HashedIdentities(workspace)
    matching = partial(match_identities, identities=identities, settings=settings, seed=0)
    return clean(engine, records, resolve=identities.resolve, settings=settings, today=today, match=matching)


def spends(engine: Engine) -> list[int]:
    query = "SELECT sum(amount) AS spend FROM orders GROUP BY customer_id ORDER BY spend"
    return [int(row["spend"]) for row in engine.fetch(query).to_pylist()]


@pytest.mark.both_engines(slow=True)
def test_a_phone_with_a_new_name_every_week_is_nobody_s(engine: Engine, weekly: Path) -> None:
    found = cleaned(engine, weekly)
    assert spends(engine) == [10] * 8
    told = [row for row in found.quality.to_pylist() if row["issue"] == "key_of_many_names"]
    assert [(row["row_count"], row["masked_value"]) for row in told] == [(1, "###########")] * 8
    assert found.matching is not None
    assert [(key.field, key.ids) for key in found.matching.shared_keys] == [("phone", 8)], "it joins none of them"
    assert not found.matching.persons.num_rows


def test_with_more_names_allowed_it_is_one_customer_s_and_joins_who_has_it_too(engine: Engine, weekly: Path) -> None:
    people = put(weekly.parent, "people.csv", "customer_id,phone\nc1,138 0013 8000\n")
    kept(weekly, people)
    cleaned(engine, weekly, key_shared_by_more_than=6)
    found = cleaned(engine, weekly, key_shared_by_more_than=9)
    assert spends(engine) == [80]
    assert found.matching is not None
    assert found.matching.persons.num_rows == 2
    assert not found.told_apart.num_rows


def test_whoever_is_erased_does_not_make_one_of_the_others(engine: Engine, weekly: Path) -> None:
    told = cleaned(engine, weekly).told_apart.to_pylist()
    somebody = min(row["customer_id"] for row in told if row["customer_id"] != row["key_id"])
    assert Batches(weekly).leave_out(pa.array([somebody])) == 1
    cleaned(engine, weekly)
    assert spends(engine) == [10] * 7
    said = [row for path in weekly.rglob("key_names.parquet") for row in pq.read_table(path).to_pylist()]
    assert [row["pieces"] for row in said if row["key_name"] is None] == [None], "there was a name, and no more"
    assert somebody not in {row["key_name"] for row in said}


@pytest.mark.parametrize(("field", "key"), [("phone", "13800138000"), ("email", "info@shop.com")])
def test_of_exactly_as_many_as_it_takes_each_stays_alone_until_the_last(
    engine: Engine, tmp_path: Path, field: str, key: str
) -> None:
    """Of seven one is erased after the other: what is left is few enough to share a key, and joins nobody."""
    workspace = tmp_path / "workspace"
    for week, name in enumerate(GUESTS, 1):
        rows = f"{field},name,ordered_at,amount\n{key},{name},2024-05-{week:02},10\n"
        kept(workspace, put(tmp_path, f"{week}.csv", rows))
    kept(workspace, put(tmp_path, "c.csv", f"customer_id,{field}\nc1,{key}\n"))
    for left in range(len(GUESTS), 0, -1):
        found = cleaned(engine, workspace)
        assert spends(engine) == [10] * left
        assert found.matching is not None
        assert not found.matching.persons.num_rows
        assert [each.ids for each in found.matching.shared_keys] == [left + 1], "and it is told"
        assert Batches(workspace).leave_out(found.told_apart["customer_id"][:1].combine_chunks()) == 1


@pytest.mark.parametrize("gone", ["-", "BC", "A-", "ABCD"])
def test_whoever_is_let_go_does_not_make_one_of_the_others(engine: Engine, tmp_path: Path, gone: str) -> None:
    """Of the four under a phone, and who has no name, exactly the others are left."""
    workspace = tmp_path / "workspace"
    for who in "ABCD-":
        day = "2023-05-01" if who in gone else "2024-05-01"
        rows = f"13800138000,{who.strip('-')},{day},{ord(who)}\n13900139000,Zoe,2024-05-01,100\n"
        kept(workspace, put(tmp_path, f"{who}.csv", HEADER + rows))
    found = cleaned(engine, workspace, key_shared_by_more_than=3)
    assert spends(engine) == [*map(ord, "-ABCD"), 100]
    apart = set(found.told_apart["key_id"].to_pylist())
    assert Batches(workspace).let_go({"orders": date(2023, 12, 31)}, told_apart=apart) == len(gone)
    found = cleaned(engine, workspace, key_shared_by_more_than=3)
    assert spends(engine) == [*(ord(who) for who in "-ABCD" if who not in gone), 100]
    assert found.matching is not None
    assert not found.matching.persons.num_rows


def test_a_name_counts_from_the_day_of_its_first_row(engine: Engine, tmp_path: Path) -> None:
    """Until then it makes nobody of anybody."""
    for week, name in enumerate(GUESTS, 1):
        day = "2024-08-01" if name == "Gus" else f"2024-05-{week:02}"
        own = f"13900139000,Zoe,2024-04-{week:02},1\n"  # no file is dated later as a whole
        kept(tmp_path / "workspace", put(tmp_path, f"{week}.csv", f"{HEADER}{own}13800138000,{name},{day},10\n"))
    assert not cleaned(engine, tmp_path / "workspace").told_apart.num_rows
    assert spends(engine) == [7, 60]
    assert cleaned(engine, tmp_path / "workspace", today=date(2024, 8, 1)).told_apart.num_rows == 7
    assert spends(engine) == [7] + [10] * 7


def test_what_is_erased_of_rows_without_a_name_leaves_all_that_have_one(engine: Engine, weekly: Path) -> None:
    (phone,) = set(cleaned(engine, weekly).told_apart["key_id"].to_pylist())
    assert Batches(weekly).leave_out(pa.array([contacts.unnamed(phone)])) == 1
    cleaned(engine, weekly)
    assert spends(engine) == [10] * 7


def test_batches_of_an_earlier_version_keep_one_customer_for_a_phone(engine: Engine, weekly: Path) -> None:
    """They hold no names: what they have of a phone that is several people's by now is of none of these."""
    first, *_ = Batches(weekly).ids()
    folder = weekly / "batches" / first
    (folder / "key_names.parquet").unlink()
    with pytest.raises(RegularsError, match=rf"{first} .* its part key_names\.parquet is missing"):
        cleaned(engine, weekly)
    (path,) = folder.glob("orders/*.parquet")
    pq.write_table(pq.read_table(path).drop_columns(["key_name"]), path)
    cleaned(engine, weekly, key_shared_by_more_than=5)
    assert spends(engine) == [10] * 6 + [20]
    cleaned(engine, weekly)
    assert spends(engine) == [80]


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("turn", [1, -1])
def test_rows_that_come_again_without_names_are_the_same_rows(
    engine: Engine, tmp_path: Path, numbered: bool, turn: int
) -> None:
    """All of one day and one amount; the export without names has two more."""
    rows = [(f"o{place}", name, "2024-05-01,10") for place, name in enumerate([*GUESTS, "", ""])]
    lead, of = ("order_id,", "{},") if numbered else ("", "")
    named = "".join(f"{of.format(number)}13800138000,{name},{rest}\n" for number, name, rest in rows[: len(GUESTS)])
    bare = "".join(f"{of.format(number)}13800138000,{rest}\n" for number, _, rest in rows)
    exports = [f"{lead}{HEADER}{named}", f"{lead}phone,ordered_at,amount\n{bare}"]
    for place, text in enumerate(exports[::turn]):
        kept(tmp_path / "workspace", put(tmp_path, f"{place}.csv", text))
    found = cleaned(engine, tmp_path / "workspace")
    assert spends(engine) == [10] * 7 + [20]
    assert sum(found.duplicates.values()) == len(GUESTS)


@pytest.mark.both_engines(slow=True)
def test_an_order_number_says_whose_a_row_is_that_has_no_name_or_another(engine: Engine, tmp_path: Path) -> None:
    workspace, header = tmp_path / "workspace", f"order_id,{HEADER}"
    orders = [f"o{place},13800138000,{name}{{}},2024-05-{place:02},10\n" for place, name in enumerate(GUESTS, 1)]
    refund = "order_id,phone,ordered_at,amount\no1,13800138000,2024-06-01,-10\n"
    refusals = "".join(f"13800138000,{purpose},no,2024-06-01\n" for purpose in ("profiling", "marketing_email"))
    granted = "".join(f"13800138000,{name},marketing_email,yes,2024-05-20\n" for name in GUESTS)
    for place, text in enumerate(
        [
            refund,
            f"phone,purpose,granted,recorded_at\n{refusals}",
            header + "".join(orders).format(*[""] * 7),
            header + "".join(orders[1:]).format(*[" Lee"] * 6),
            f"phone,name,purpose,granted,recorded_at\n{granted}",
        ]
    ):
        kept(workspace, put(tmp_path, f"{place}.csv", text))
    cleaned(engine, workspace)
    assert spends(engine) == [0] + [10] * 6
    allowed = engine.fetch("SELECT DISTINCT may_profile, may_email FROM customers").to_pylist()
    assert allowed == [{"may_profile": False, "may_email": False}], "nobody knows who of them refused"
