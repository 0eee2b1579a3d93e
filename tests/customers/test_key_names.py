"""A phone or an address with several names beside it: one account's and marked, or as many as there are names."""

from decimal import Decimal
from pathlib import Path

import pytest

from records_desk import TODAY, Desk
from regulars import feedback
from regulars.core import Settings
from regulars.customers import Cleaning, HashedIdentities, clean, hide_identities
from regulars.engines import Engine

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
    ],
)
def test_one_name_in_several_spellings_is_one(desk: Desk, names: list[str]) -> None:
    found = cleaned(desk, HEADER + "".join(orders(names)))
    assert spends(desk) == [10 * len(names)]
    assert told(found, "key_of_several_names") == []


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
