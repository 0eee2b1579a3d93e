"""What is written: the same bytes for the same seed, whole files, and counts that agree with the truth beside them."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from regulars.simulation import FolderOccupied, SimulatedShop, SimulationImpossible, simulate_shop

KINDS = {
    "orders",
    "usage",
    "feedback",
    "subscriptions",
    "touches",
    "assignments",
    "referrals",
    "profiles",
    "consents",
}


@pytest.fixture(scope="module")
def dirty_shop(tmp_path_factory: pytest.TempPathFactory) -> SimulatedShop:
    # Of this seed, one unreadable row falls into the days that are exported twice.
    return simulate_shop(tmp_path_factory.mktemp("dirty"), customers=300, seed=30)


@pytest.fixture(scope="module")
def clean_shop(tmp_path_factory: pytest.TempPathFactory) -> SimulatedShop:
    return simulate_shop(tmp_path_factory.mktemp("clean"), customers=300, seed=3, dirty=False)


@pytest.fixture(scope="module")
def shop_of_blocks(tmp_path_factory: pytest.TempPathFactory) -> SimulatedShop:
    """A shop written in several blocks, as one of more than 50,000 customers is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("regulars.simulation._shop._BLOCK", 70)
        return simulate_shop(tmp_path_factory.mktemp("blocks"), customers=300, seed=3)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def truth_of(shop: SimulatedShop) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shop.truth_files["shop"].read_text(encoding="utf-8"))
    return told


def people_of(shop: SimulatedShop) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = pq.read_table(shop.truth_files["customers"]).to_pylist()
    return people


def paid(row: dict[str, str]) -> Decimal:
    """Return the net amount of a row of an English CSV, however it says that money went back."""
    amount = Decimal(row["Amount"].strip())
    return -amount if row["Refund"] == "yes" else amount


def readable_once(shop: SimulatedShop) -> Iterator[dict[str, str]]:
    """Yield every readable row once: what the second export repeats of the first is left out."""
    seen: Counter[tuple[str, ...]] = Counter()
    for path in shop.files["orders"]:
        before = seen.copy()
        for row in rows_of(path):
            content = tuple(row.values())
            seen[content] += 1
            if before[content] or flaw_of(row):
                continue
            yield row


def flaw_of(row: dict[str, str]) -> str | None:
    if row["Ordered at"] > "2089":
        return "day_in_future"
    if not row["Customer ID"].strip():
        return "customer_missing"
    try:
        Decimal(row["Amount"].strip())
    except ArithmeticError:
        return "amount_unreadable"
    return None


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_same_seed_writes_the_same_bytes(tmp_path: Path, language: Any, form: Any) -> None:
    for folder in ("one", "two"):
        simulate_shop(tmp_path / folder, customers=60, seed=5, language=language, format=form)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_another_seed_makes_another_shop(tmp_path: Path) -> None:
    one, two = (simulate_shop(tmp_path / str(seed), customers=60, seed=seed) for seed in (5, 6))
    assert [path.name for path in one.paths] == [path.name for path in two.paths]
    assert all(a.read_bytes() != b.read_bytes() for a, b in zip(one.paths, two.paths, strict=True))


@pytest.mark.parametrize("customers", [1, 2, 20, 300])
@pytest.mark.parametrize("days", [60, 730])
def test_every_size_has_its_customers_and_only_files_with_rows(tmp_path: Path, customers: int, days: int) -> None:
    shop = simulate_shop(tmp_path / "shop", customers=customers, seed=1, days=days)
    assert len(people_of(shop)) == shop.counts["customers"] == customers
    assert all(rows_of(path) for path in shop.paths)
    assert set(shop.files) <= KINDS
    assert shop.counts["orders"] >= customers


def test_three_hundred_customers_fill_every_kind_of_file(dirty_shop: SimulatedShop) -> None:
    assert set(dirty_shop.files) == KINDS


def test_rows_in_files_are_those_the_truth_counts(dirty_shop: SimulatedShop, clean_shop: SimulatedShop) -> None:
    for shop in (dirty_shop, clean_shop):
        told = truth_of(shop)["files"]
        assert {path.name: len(rows_of(path)) for path in shop.paths} == {f: told[f]["rows"] for f in told}


def test_a_clean_shop_has_one_orders_file_and_nothing_unreadable(clean_shop: SimulatedShop) -> None:
    (orders,) = clean_shop.files["orders"]
    assert not any(flaw_of(row) for row in rows_of(orders))
    assert all(file["unreadable"] == {} and file["duplicates"] == 0 for file in truth_of(clean_shop)["files"].values())


@pytest.mark.parametrize("name", ["dirty_shop", "shop_of_blocks"])
def test_unreadable_rows_are_those_the_truth_counts(name: str, request: pytest.FixtureRequest) -> None:
    shop: SimulatedShop = request.getfixturevalue(name)
    told = truth_of(shop)["files"]
    found = Counter[str]()
    for path in shop.files["orders"]:
        flaws = Counter(flaw for row in rows_of(path) if (flaw := flaw_of(row)))
        assert flaws == told[path.name]["unreadable"]
        found += flaws
    assert set(found) == {"amount_unreadable", "customer_missing", "day_in_future"}
    assert found["day_in_future"] == 1


def test_odd_but_readable_rows_are_those_the_truth_counts(dirty_shop: SimulatedShop) -> None:
    rows = list(readable_once(dirty_shop))
    odd = truth_of(dirty_shop)["odd_but_readable"]
    assert odd["stray_blanks"] == sum(row["Customer ID"] != row["Customer ID"].strip() for row in rows) > 0
    assert odd["missing_words"] == sum(row["Channel"] in {"N/A", "NULL", "none"} for row in rows) > 0


def test_the_second_export_repeats_the_end_of_the_first(dirty_shop: SimulatedShop) -> None:
    first, second = (rows_of(path) for path in dirty_shop.files["orders"])
    repeated = sum(1 for row in first if row["Ordered at"] >= second[0]["Ordered at"])
    assert repeated > 0
    assert first[-repeated:] == second[:repeated]
    readable = sum(not flaw_of(row) for row in second[:repeated])
    assert readable < repeated
    assert truth_of(dirty_shop)["files"]["orders_again.csv"]["duplicates"] == readable


def test_rows_met_again_are_those_the_truth_counts(dirty_shop: SimulatedShop, shop_of_blocks: SimulatedShop) -> None:
    for shop in (dirty_shop, shop_of_blocks):
        readable = sum(not flaw_of(row) for path in shop.files["orders"] for row in rows_of(path))
        again = readable - len(list(readable_once(shop)))
        assert truth_of(shop)["files"]["orders_again.csv"]["duplicates"] == again > 0


def test_blocks_number_on_where_the_last_one_ended(shop_of_blocks: SimulatedShop) -> None:
    people = [person["customer_id"] for person in people_of(shop_of_blocks)]
    assert people == [f"C{number:07}" for number in range(1, 301)]
    orders = {row["Order ID"] for row in readable_once(shop_of_blocks)}
    assert orders == {f"O{number:07}" for number in range(1, shop_of_blocks.counts["orders"] + 1)}


@pytest.mark.parametrize("name", ["dirty_shop", "clean_shop", "shop_of_blocks"])
def test_money_and_orders_in_files_are_those_of_the_truth(name: str, request: pytest.FixtureRequest) -> None:
    shop: SimulatedShop = request.getfixturevalue(name)
    rows = list(readable_once(shop))
    told = truth_of(shop)
    bought = [row for row in rows if paid(row) > 0]
    returned = [row for row in rows if paid(row) < 0]
    assert sum(map(paid, rows), Decimal(0)) == Decimal(told["money"]["net"])
    assert -sum(map(paid, returned), Decimal(0)) == Decimal(told["money"]["refunded"])
    assert len(returned) == told["counts"]["refunds"] > 0
    assert len(bought) == told["counts"]["order_lines"]
    assert len({row["Order ID"] for row in bought}) == told["counts"]["orders"]


def test_each_customers_rows_add_up_to_the_truth(clean_shop: SimulatedShop) -> None:
    gross, refunded = Counter[str](), Counter[str]()
    orders: dict[str, set[str]] = {}
    for row in readable_once(clean_shop):
        who, cents = row["Customer ID"], int(paid(row) * 100)
        (gross if cents > 0 else refunded)[who] += abs(cents)
        orders.setdefault(who, set()).add(row["Order ID"])
    for person in people_of(clean_shop):
        who = person["customer_id"]
        assert gross[who] == person["spend_gross"] * 100
        assert refunded[who] == person["spend_refunded"] * 100
        assert len(orders[who]) == person["order_count"]


def test_refunds_are_told_both_ways(clean_shop: SimulatedShop) -> None:
    rows = [row for row in readable_once(clean_shop) if paid(row) < 0]
    ways = {(row["Refund"], Decimal(row["Amount"]) < 0) for row in rows}
    assert ways == {("yes", False), ("", True)}


def test_the_lines_of_an_order_share_customer_time_and_channel_but_no_category(clean_shop: SimulatedShop) -> None:
    orders: dict[str, list[dict[str, str]]] = {}
    for row in readable_once(clean_shop):
        if paid(row) > 0:
            orders.setdefault(row["Order ID"], []).append(row)
    assert max(map(len, orders.values())) == 3
    for lines in orders.values():
        assert len({(row["Customer ID"], row["Ordered at"], row["Channel"]) for row in lines}) == 1
        assert len({row["Category"] for row in lines}) == len(lines)


def test_nothing_happens_after_the_last_day_or_before_the_first(clean_shop: SimulatedShop) -> None:
    times = {"orders": "Ordered at", "usage": "Used at", "feedback": "Given at", "touches": "Touched at"}
    for kind, header in times.items():
        days = [row[header][:10] for path in clean_shop.files[kind] for row in rows_of(path)]
        assert min(days) >= "2023-01-02"
        assert max(days) <= "2024-12-31"


def test_texts_agree_with_the_score(clean_shop: SimulatedShop) -> None:
    rows = [row for path in clean_shop.files["feedback"] for row in rows_of(path) if row["Score"] and row["Text"]]
    gone_wrong = ("disappoint", "went wrong", "Unhappy", "失望", "不满意")
    delighted = ("Lovely", "delighted", "happy with", "喜欢这家", "满意。")
    for row in rows:
        low, high = float(row["Scale min"]), float(row["Scale max"])
        rating = (float(row["Score"]) - low) / (high - low)
        assert not (rating >= 0.7 and row["Text"].startswith(gone_wrong))
        assert not (rating < 0.45 and row["Text"].startswith(delighted))
    assert {row["Text"].isascii() for row in rows} == {True, False}


def test_only_tickets_have_a_reply_and_a_solution_after_it(clean_shop: SimulatedShop) -> None:
    rows = [row for path in clean_shop.files["feedback"] for row in rows_of(path)]
    assert {row["Feedback kind"] for row in rows} == {"nps", "csat", "ces", "review", "ticket"}
    for row in rows:
        is_ticket = row["Feedback kind"] == "ticket"
        assert bool(row["First reply minutes"]) == is_ticket
        assert bool(row["Score"]) != is_ticket
        assert not row["Resolved at"] or row["Resolved at"] > row["Given at"]


def test_a_friend_came_after_the_one_who_brought_them(clean_shop: SimulatedShop) -> None:
    people = {person["customer_id"]: person for person in people_of(clean_shop)}
    told = rows_of(clean_shop.files["referrals"][0])
    assert len(told) == sum(person["referrer_id"] is not None for person in people.values()) > 10
    for row in told:
        referrer, referred = people[row["Referrer ID"]], people[row["Referred ID"]]
        assert referred["referrer_id"] == row["Referrer ID"]
        assert referred["acquisition_channel"] == "referral"
        assert referrer["came_day"] < referred["came_day"]
        assert referrer["left_day"] is None or referrer["left_day"] >= referred["came_day"]


def test_the_newest_word_on_profiling_is_the_one_the_truth_knows(clean_shop: SimulatedShop) -> None:
    newest: dict[str, tuple[str, bool]] = {}
    for row in rows_of(clean_shop.files["consents"][0]):
        if row["Purpose"] == "profiling":
            known = newest.get(row["Customer ID"], ("", True))
            said = (row["Recorded at"], row["Granted"] == "yes")
            # On one and the same day the strictest wins.
            newest[row["Customer ID"]] = min(known, said, key=lambda word: word[1]) if said[0] == known[0] else said
    refused = {who for who, (_, granted) in newest.items() if not granted}
    assert refused == {person["customer_id"] for person in people_of(clean_shop) if not person["may_profile"]}
    assert refused


def test_addresses_and_numbers_reach_nobody(tmp_path: Path) -> None:
    english = simulate_shop(tmp_path / "en", customers=300, language="en").files["profiles"][0]
    chinese = simulate_shop(tmp_path / "zh", customers=300, language="zh").files["profiles"][0]
    emails = [row["Email"] for row in rows_of(english)] + [row["邮箱"] for row in rows_of(chinese)]
    assert {email.partition("@")[2] for email in emails if email} == {"example.com", "example.org", "example.net"}
    phones = [row["Phone"] for row in rows_of(english) if row["Phone"]]
    assert all(re.fullmatch(r"\+1-\d{3}-555-01\d{2}", phone) for phone in phones)
    mobiles = [row["手机号"] for row in rows_of(chinese) if row["手机号"]]
    assert all(re.fullmatch(r"154\d{8}", mobile) for mobile in mobiles)
    assert len(set(phones)) == len(phones) > 100
    assert len(set(mobiles)) == len(mobiles) > 100


def test_a_chinese_shop_speaks_chinese(tmp_path: Path) -> None:
    shop = simulate_shop(tmp_path / "shop", customers=300, language="zh")
    (orders, _) = shop.files["orders"]
    assert orders.read_bytes().startswith("\ufeff客户编号,订单号,下单时间,金额,".encode())
    rows = rows_of(orders)
    assert {row["币种"] for row in rows} == {"CNY"}
    assert {row["是否退款"] for row in rows} == {"", "是"}
    assert not any(header.isascii() for path in shop.paths for header in rows_of(path)[0])


def test_parquet_holds_the_same_shop_with_types(tmp_path: Path, clean_shop: SimulatedShop) -> None:
    shop = simulate_shop(tmp_path / "shop", customers=300, seed=3, dirty=False, format="parquet")
    table = pq.read_table(shop.files["orders"][0])
    assert str(table.schema.field("Amount").type) == "decimal128(18, 2)"
    assert str(table.schema.field("Ordered at").type).startswith("timestamp")
    rows = rows_of(clean_shop.files["orders"][0])
    assert [str(amount) for amount in table["Amount"].to_pylist()] == [row["Amount"] for row in rows]
    assert truth_of(shop)["money"] == truth_of(clean_shop)["money"]


def test_a_dirty_parquet_shop_has_the_flaws_that_types_allow(tmp_path: Path) -> None:
    shop = simulate_shop(tmp_path / "shop", customers=300, seed=3, format="parquet")
    told = truth_of(shop)["files"]
    flaws = [told[path.name]["unreadable"] for path in shop.files["orders"]]
    assert set().union(*flaws) == {"customer_missing", "day_in_future"}
    missing = sum(pq.read_table(path)["Customer ID"].null_count for path in shop.files["orders"])
    assert missing == sum(flaw.get("customer_missing", 0) for flaw in flaws)


def test_a_new_shop_replaces_an_older_one_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    simulate_shop(folder, customers=60, format="csv")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    shop = simulate_shop(folder, customers=20, format="parquet")
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in folder.iterdir()} == {"notes.txt", "truth", *(path.name for path in shop.paths)}


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    for place in (tmp_path, tmp_path / "diary.txt"):
        with pytest.raises(FolderOccupied, match="holds no simulated shop"):
            simulate_shop(place, customers=5)
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_a_shop_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(step: str, done: int, total: int) -> None:
        assert (step, done, total) == ("simulate", 30, 30)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate_shop(tmp_path / "shop", customers=30, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"customers": 0},
        {"customers": 10_000_000},
        {"days": 30},
        {"seed": -1},
        {"orders_per_customer": 1.0},
        {"last_day": date(1980, 1, 1)},
        {"language": "fr"},
        {"format": "xlsx"},
    ],
)
def test_what_cannot_be_is_refused_with_its_range(tmp_path: Path, asked: dict[str, Any]) -> None:
    (name,) = asked
    with pytest.raises(SimulationImpossible, match=f"{name} must be"):
        simulate_shop(tmp_path / "shop", **asked)
    assert list(tmp_path.iterdir()) == []
