"""A phone or an address with several names beside it: one account's and marked, or as many as there are names."""

from decimal import Decimal
from pathlib import Path
from time import process_time

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records_desk import TODAY, Desk
from regulars import feedback
from regulars.core import Settings
from regulars.customers import Cleaning, HashedIdentities, clean, hide_identities
from regulars.customers._key_names import names_of_keys
from regulars.engines import Engine
from regulars.records import contacts

HEADER = "phone,name,ordered_at,amount\n"
PHONE = "13800000000"
YOUZAN = "订单号,买家手机号,买家昵称,订单实付金额,买家付款时间,订单状态\n"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(engine=engine, folder=tmp_path)


def cleaned(desk: Desk, *files: str) -> Cleaning:
    records = desk.read(*(desk.file(content, f"{place}.csv") for place, content in enumerate(files)))
    feedback.add(desk.engine)
    return clean(desk.engine, records, resolve=HashedIdentities(None).resolve, settings=Settings(), today=TODAY)


def spends(desk: Desk) -> list[int]:
    query = "SELECT sum(amount) AS spend FROM orders GROUP BY customer_id ORDER BY spend"
    return [int(row["spend"]) for row in desk.engine.fetch(query).to_pylist()]


def told(found: Cleaning, issue: str) -> list[tuple[object, ...]]:
    rows = [row for row in found.quality.to_pylist() if row["issue"] == issue]
    return [(row["row_count"], row["first_line"], row["masked_value"], row["amount"]) for row in rows]


def orders(names: list[str], key: str = PHONE) -> list[str]:
    return [f'{key},"{name}",2024-05-{day:02},10\n' for day, name in enumerate(names, start=1)]


@pytest.mark.both_engines(slow=True)
def test_two_names_under_a_phone_stay_one_account_and_are_marked_with_their_money(desk: Desk) -> None:
    alone = "13900000000,王五,2024-05-01,7\n"
    found = cleaned(desk, HEADER + alone + "".join(orders(["张三", "李四"])))
    assert spends(desk) == [7, 20]
    assert told(found, "key_of_several_names") == [(2, 3, "###########", Decimal("20.0000"))]
    assert found.sources[0].consistency == pytest.approx(1 / 3)


@pytest.mark.both_engines(slow=True)
def test_an_address_with_more_names_than_may_share_one_is_as_many_accounts(desk: Desk) -> None:
    names = [f"Guest {letter}" for letter in "ABCDEFGHIJKL"]
    found = cleaned(desk, HEADER.replace("phone", "email") + "".join(orders([*names, "Guest A"], "info@shop.com")))
    assert spends(desk) == [10] * 11 + [20]
    assert told(found, "key_of_many_names") == [(13, 2, "xxxx@xxxx.xxx", Decimal("130.0000"))]
    assert told(found, "key_of_several_names") == []


@pytest.mark.parametrize(
    "names",
    [
        ["Ana", "ana", "ANA "],
        ["Ana Smith", "Smith, Ana", "Ana"],
        ["张三", "张三先生", ""],
        ["张三", "张*"],
        ["Иван Сидоров", "Сидоров Иван Петрович", "Иван"],
        ["김민수", "민수"],
        ["Ana Ana", "Ana"],
    ],
)
def test_one_name_in_several_spellings_is_one(desk: Desk, names: list[str]) -> None:
    found = cleaned(desk, HEADER + "".join(orders(names)))
    assert spends(desk) == [10 * len(names)]
    assert told(found, "key_of_several_names") == []


@pytest.mark.parametrize("names", [["Иван", "Иванов Пётр"], ["客人1", "客人12"], ["Ann", "Anna"], ["Ana Ana", "Bo"]])
def test_a_name_that_only_begins_like_another_is_another(desk: Desk, names: list[str]) -> None:
    found = cleaned(desk, HEADER + "".join(orders(names)))
    assert [row for row, *_ in told(found, "key_of_several_names")] == [2]


@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4), min_size=1, max_size=6))
def test_there_are_as_many_people_as_names_that_no_other_name_holds(names: list[list[str]]) -> None:
    words = {frozenset(name) for name in names}
    people = sum(not any(name < other for other in words) for name in words)
    keys = pa.array([f"{PHONE}{contacts.NAMED}{' '.join(name)}" for name in names])
    for most in range(1, 7):
        expected = None if people == 1 else "key_of_many_names" if people > most else "key_of_several_names"
        assert names_of_keys([keys], most=most).issues.get(PHONE) == expected


def test_an_address_with_the_names_of_the_whole_town_is_told_apart_in_seconds() -> None:
    keys = pa.array([f"info@shop.com{contacts.NAMED}Guest{place} Of{place % 97}" for place in range(8_000)])
    began = process_time()
    assert len(pc.unique(names_of_keys([keys], most=6).accounts(keys))) == 8_000
    assert process_time() - began < 15, "each name compared with each takes minutes"


def test_names_are_counted_over_all_files_and_a_file_without_any_keeps_the_phone(desk: Desk) -> None:
    names = ["张三", "李四", "王五", "赵六", "孙七", "周八", "吴九", "郑十"]
    without = f"phone,ordered_at,amount\n{PHONE},2024-05-30,99\n"
    cleaned(desk, HEADER + "".join(orders(names[:4])), HEADER + "".join(orders(names[4:])), without)
    assert spends(desk) == [10] * 8 + [99]


def test_nicknames_of_a_named_export_tell_people_apart_too(desk: Desk) -> None:
    rows = [
        f"E{day},{PHONE},{name},10,2024-05-{day:02} 10:00:00,交易完成\n" for day, name in enumerate("甲乙丙丁戊己庚", 1)
    ]
    found = cleaned(desk, YOUZAN + "".join(rows))
    assert spends(desk) == [10] * 7
    assert [row for row, *_ in told(found, "key_of_many_names")] == [7, 7], "of its orders and of its profiles"


def test_what_was_seen_at_an_import_is_told_of_the_batch(desk: Desk) -> None:
    records = desk.text(HEADER + "".join(orders(["张三", "李四"])))
    (file,) = hide_identities(desk.engine, records, HashedIdentities(None), most=6).files
    assert (file.key_role, file.shared_keys["key_of_several_names"].rows) == ("hashed", 2)
    ((key,),) = {*desk.orders("customer_key")}
    assert len(key) == 32


def test_accounts_told_apart_are_known_by_their_phone_and_name(desk: Desk, tmp_path: Path) -> None:
    identities = HashedIdentities(tmp_path / "workspace")
    names = ["Ana", "Bo", "Cy", "Di", "Ed", "Flo", "Gus"]
    hide_identities(desk.engine, desk.text(HEADER + "".join(orders(names))), identities, most=6)
    facts = identities.facts().to_pylist()
    assert sorted(fact["value"] for fact in facts if fact["field"] == "name") == sorted(name.lower() for name in names)
    assert [fact["value"] for fact in facts if fact["value"] == PHONE] == [PHONE] * 7


@pytest.mark.both_engines(slow=True)
def test_each_row_of_a_batch_says_whose_it_is_if_its_name_counts(desk: Desk, tmp_path: Path) -> None:
    identities = HashedIdentities(tmp_path / "workspace")
    names = ["Ana Smith", "Smith, Ana", "Bo", "", "张*"]
    hide_identities(desk.engine, desk.text(HEADER + "".join(orders(names))), identities, most=6)
    (phone,) = {key for (key,) in desk.orders("customer_key")}
    ana, again, bo, *nobody = [key for (key,) in desk.orders("key_name")]
    assert ana == again
    assert nobody == [None, None]
    assert len({phone, ana, bo}) == 3
    hide_identities(desk.engine, desk.text(HEADER + "".join(orders([*names, "Cy"]))), identities, most=2)
    assert {key for (key,) in desk.orders("customer_key")} == {phone}, "only all batches together tell people apart"
    assert [key for (key,) in desk.orders("key_name")][:3] == [ana, ana, bo]
    told = {fact["customer_id"] for fact in identities.facts().to_pylist() if fact["field"] == "name"}
    assert {ana, bo} < told, "the ids that names have where they count"


def test_what_a_batch_keeps_of_names_compares_them_under_one_phone_and_says_none(desk: Desk, tmp_path: Path) -> None:
    identities = HashedIdentities(tmp_path / "workspace")
    other = "13900000000,Ana,2024-05-09,1\n"
    text = HEADER + "".join(orders(["Ana", "Ana Smith", "Smith, Ana", "Bo"])) + other
    hide_identities(desk.engine, desk.text(text), identities, most=6)
    kept = desk.engine.fetch("SELECT * FROM key_names").to_pylist()
    assert len(kept) == 4
    phones = {row["key_id"]: [set(each["pieces"]) for each in kept if each["key_id"] == row["key_id"]] for row in kept}
    alone, family = sorted(phones.values(), key=len)
    ana, bo, whole = sorted(family, key=lambda pieces: (len(pieces), not any(pieces < each for each in family)))
    assert ana < whole
    assert not bo & whole
    assert not alone[0] & whole, "the same name under another phone is not to be known again"
    assert {row["shape"] for row in kept} == {"###########"}
    assert {len(each) for row in kept for each in (row["key_id"], row["key_name"])} == {32}
