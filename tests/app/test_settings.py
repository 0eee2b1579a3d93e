"""Settings: what is written is what was meant, nothing senseless is kept, and an effect shown is the one that comes."""

import re
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from app.conftest import TODAY, Told
from regulars import analysis
from regulars.app import messages, what_if, what_if_cut
from regulars.app import shop_settings as written
from regulars.app._shop import Shop
from regulars.app.clock import shop_settings
from regulars.app.models import AuditEvent, Job
from regulars.app.privacy import erasing
from regulars.app.publication.current import Published
from regulars.app.segments import asking
from regulars.app.shop_settings import as_toml, change
from regulars.core import Settings, SettingsError

VALUES = (
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.dictionaries(st.from_regex(r"[a-z_]+", fullmatch=True),
                       VALUES | st.lists(VALUES) | st.dictionaries(NAMES, VALUES)
                       | st.lists(st.dictionaries(NAMES, VALUES), min_size=1), min_size=1))  # fmt: skip
def test_what_is_written_as_toml_is_read_as_it_was(values: dict[str, Any]) -> None:
    assert tomllib.loads(as_toml({"section": values})) == {"section": values}


def test_every_default_can_be_written_and_read_again(shop: Shop) -> None:
    change(shop, Settings().model_dump())
    assert shop_settings() == Settings()
    shop.settings_file.unlink()


def test_a_senseless_value_leaves_the_file_as_it_was(shop: Shop) -> None:
    change(shop, {"business": {"name": "Tea"}})
    with pytest.raises(SettingsError):
        change(shop, {"scoring": {"grade_medium": 90, "grade_high": 10}})
    assert shop_settings().business.name == "Tea"
    change(shop, {"business": {"name": None}})
    assert shop_settings() == Settings()
    assert sorted(path.name for path in shop.folder.glob("regulars.toml*")) == ["regulars.toml"]
    shop.settings_file.unlink()


def test_settings_are_read_and_written_by_one_at_a_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    def loaded(path: Path) -> Settings:
        held.append(len(connection.savepoint_ids))
        return Settings()

    monkeypatch.setattr(written, "load_settings", loaded)
    before = len(connection.savepoint_ids)
    change(shop, {"business": {"name": "Tea"}})
    assert held == [before + 1], "who writes holds the database, which one process can"
    shop.settings_file.unlink()


def _business(**said: Any) -> dict[str, Any]:
    return {"name": "", "currency": "", "country": "", "time_zone": "UTC", "rates": "", "period_days": 90, **said}


def test_the_business_is_kept_and_a_new_analysis_is_asked_for(client: Client, tea: Published, shop: Shop) -> None:
    client.post("/settings/", _business(name="茶 {x} \"'", currency="cny", rates="USD = 7.2，EUR=7.8", horizon_days=30))
    now = shop_settings()
    assert (now.business.name, now.business.currency) == ("茶 {x} \"'", "CNY")
    assert now.business.rates == {"USD": Decimal("7.2"), "EUR": Decimal("7.8")}
    assert now.prediction.horizon_days == 30
    assert "business" in AuditEvent.objects.get(what="settings", actor="lin").details["sections"]
    assert Job.objects.get(kind="analyse").state == Job.QUEUED
    shop.settings_file.unlink()


def test_the_language_of_the_shop_is_that_of_whoever_chose_none(client: Client, tea: Published, shop: Shop) -> None:
    stranger = Client(headers={"accept-language": "en"})
    client.post("/settings/", _business(language="zh"))
    assert 'lang="zh-Hans"' in stranger.get("/login/").content.decode().split(">")[1]
    assert 'lang="zh-Hans"' in client.get("/").content.decode().split(">")[1]
    stranger.post("/language/en/")
    assert 'lang="en"' in stranger.get("/login/").content.decode().split(">")[1]
    client.post("/settings/", _business())
    assert 'lang="en"' in Client(headers={"accept-language": "en"}).get("/login/").content.decode().split(">")[1]
    shop.settings_file.unlink(missing_ok=True)


def test_when_customers_are_at_risk_and_lapsed_is_set_on_the_page(client: Client, tea: Published, shop: Shop) -> None:
    client.post("/settings/", _business(at_risk_gaps="3.5", lapsed_windows="6"))
    assert (shop_settings().segments.at_risk_gaps, shop_settings().segments.lapsed_windows) == (3.5, 6)
    assert 'value="3.5"' in client.get("/settings/").content.decode()
    shop.settings_file.unlink()


def test_where_rfm_is_cut_is_set_on_the_page_and_emptied_goes_back_to_fifths(client: Client, shop: Shop) -> None:
    cuts = {"recency_cuts": "30, 60，90、 180", "frequency_cuts": "2 3 5 8", "monetary_cuts": "0.5;100;1234567.89;2e6"}
    assert client.post("/settings/", _business(**cuts)).status_code == 302
    now = shop_settings().segments
    assert now.recency_cuts == (30, 60, 90, 180)
    assert now.frequency_cuts == (2, 3, 5, 8)
    assert now.monetary_cuts == (0.5, 100, 1234567.89, 2e6)
    page = client.get("/settings/").content.decode()
    shown = {name: re.search(rf'name="{name}"[^>]* value="([^"]*)"', page) for name in cuts}
    said = {name: found[1] for name, found in shown.items() if found}
    assert said["monetary_cuts"] == "0.5, 100, 1234567.89, 2000000"
    client.post("/settings/", _business(**said))
    assert shop_settings().segments == now
    client.post("/settings/", _business(recency_cuts=said["recency_cuts"]))
    assert shop_settings().segments == Settings().segments.model_copy(update={"recency_cuts": now.recency_cuts})
    shop.settings_file.unlink()


@pytest.mark.parametrize(
    "cuts", ["30, 60, 90", "30, 60, 60, 90", "4, 3, 2, 1", "1, 2, 3, x", "1, 2, 3, nan", "1 2 3 4 5"]
)
@pytest.mark.parametrize(
    ("name", "en", "zh"),
    [("recency_cuts", "Recency: cut at days: give four", "最近购买的分界（天）：请填四个"),
     ("frequency_cuts", "Frequency: cut at days with orders: give four", "购买频率的分界（有订单的天数）：请填四个"),
     ("monetary_cuts", "Monetary value: cut at amounts: give four", "消费金额的分界：请填四个")],
)  # fmt: skip
def test_cuts_that_cut_nothing_are_refused_in_words(
    client: Client, shop: Shop, cuts: str, name: str, en: str, zh: str
) -> None:
    for language, said in (("en", en), ("zh", zh)):
        client.cookies["regulars_language"] = language
        answer = client.post("/settings/", _business(**{name: cuts}))
        assert answer.status_code == 422
        page = answer.content.decode()
        assert said in page
        assert f'value="{cuts}"' in page
    assert not shop.settings_file.exists()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "said",
    [{"rates": "USD = many"}, {"rates": "USD = 7"}, {"time_zone": "Asia/Tokyo"}, {"period_days": 0}, {"currency": "¥"}],
    ids=str,
)
def test_what_cannot_be_is_said_in_words_and_not_kept(
    client: Client, tea: Published, shop: Shop, said: dict[str, Any], language: str
) -> None:
    client.cookies["regulars_language"] = language
    answer = client.post("/settings/", _business(**said))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert "docs/settings.md" not in page
    assert not shop.settings_file.exists()


def _weights(**said: Any) -> dict[str, Any]:
    hundredths = {f"{figure}-{part}": 50 for figure, parts in what_if.PARTS.items() for part in parts}
    return {"do": "look", "weighting": "manual", "grade_medium": 30, "grade_high": 60, **hundredths, **said}


@pytest.mark.parametrize("weighting", ["manual", "equal", "entropy"])
def test_the_effect_shown_is_what_the_next_analysis_says(
    tea: Published, made: tuple[Path, Told], tmp_path: Path, weighting: str
) -> None:
    folder, told = made
    tried = Settings.model_validate({"scoring": {
        "weighting": weighting, "grade_medium": 45, "grade_high": 70,
        "value_weights": {"purchase": 0.1, "referral": 0.9, "feedback": 0.35},
        "satisfaction_weights": {"rating": 0.2, "service": 0.7},
        "loyalty_weights": {"purchase": 0.0, "usage": 0.3, "feedback": 0.9},
    }})  # fmt: skip
    analysis.analyze(workspace=folder / "workspace", today=TODAY, crosswalk=told, settings=tried, out=tmp_path / "r")
    wanted = {row["customer_id"]: row for row in pq.read_table(tmp_path / "r" / "customers.parquet").to_pylist()}
    shown = what_if.effect(tea, tried, figure="value_score")
    for figure, weights in shown.weights.items():
        sql, params = what_if.scored(figure, weights)
        for row in asking.fetch(tea, f"SELECT customer_id, {sql} AS score FROM customers", **params).to_pylist():
            score = wanted[row["customer_id"]][figure]
            assert (score is None) == (row["score"] is None)
            assert score is None or score == pytest.approx(row["score"], abs=1e-9)
    ranked = sorted((row for row in wanted.values() if row["value_score"] is not None),
                    key=lambda row: (-row["value_score"], row["customer_id"]))  # fmt: skip
    assert [row.customer_id for row in shown.top_after] == [row["customer_id"] for row in ranked[:10]]
    better = [sum(other["value_score"] > row["value_score"] for other in ranked) for row in ranked[:10]]
    assert [row.place_after for row in shown.top_after] == [n + 1 for n in better]
    assert shown.top_before[0].place_before == 1
    grades = [row["loyalty_grade"] for row in wanted.values()]
    assert shown.grades_after == {grade: grades.count(grade) for grade in what_if.GRADES}


CUTS: dict[str, Any] = {"recency_cuts": [20, 45, 90, 200], "monetary_cuts": [50, 100, 200, 500], "at_risk_gaps": 1.5}


def test_the_groups_shown_are_those_that_come(tea: Published, made: tuple[Path, Told], tmp_path: Path) -> None:
    folder, told = made
    tried = Settings.model_validate({"segments": CUTS})
    analysis.analyze(workspace=folder / "workspace", today=TODAY, crosswalk=told, settings=tried, out=tmp_path / "r")
    shown = what_if_cut.effect(tea, tried)
    for side, result in (("before", tea.folder), ("after", tmp_path / "r")):
        table = pq.read_table(result / "customers.parquet", columns=[*what_if_cut.PLACES])
        for column, places in shown.items():
            values = [str(value) for value in table[column].to_pylist() if value is not None]
            assert {each.place: getattr(each, side) for each in places if getattr(each, side)} == Counter(values)
    assert shown["recency_score"] != what_if_cut.effect(tea, Settings())["recency_score"]


def test_looking_at_cuts_saves_nothing_and_says_what_is_wrong(client: Client, tea: Published, shop: Shop) -> None:
    said = _business(
        do="look", **{name: ", ".join(map(str, cuts)) for name, cuts in CUTS.items() if name != "at_risk_gaps"}
    )
    part = client.post("/settings/", said, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="effect"')
    assert "Points for spending much" in part
    assert "Customers by stage of life" in part
    assert part in client.post("/settings/", said).content.decode()
    wrong = client.post("/settings/", {**said, "recency_cuts": "4 3 2 1"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 200
    assert "Recency: cut at days: give four" in wrong.content.decode()
    assert not shop.settings_file.exists()
    assert not Job.objects.exists()


def test_an_effect_names_nobody_who_was_erased(client: Client, tea: Published, shop: Shop) -> None:
    first = what_if.effect(tea, Settings(), figure="value_score").top_before[0].customer_id
    assert f"/customers/{first}/" in client.get("/settings/scores/").content.decode()
    erasing.shred(shop, first, by="lin")
    assert first not in client.get("/settings/scores/").content.decode()


def test_looking_at_weights_saves_nothing_and_saving_does(client: Client, tea: Published, shop: Shop) -> None:
    assert client.post("/settings/scores/", _weights(), headers={"HX-Request": "true"}).status_code == 200
    assert not shop.settings_file.exists()
    client.post("/settings/scores/", _weights(do="save"))
    assert shop_settings().scoring.value_weights == {"purchase": 0.5, "referral": 0.5, "feedback": 0.5}
    shop.settings_file.unlink()


def _playbook(shop: Shop, **said: Any) -> dict[str, Any]:
    now = shop_settings().strategy
    offers = {f"offer-{play.code}": "0" for play in now.plays}
    return {**offers, **{f"cost-{name}": str(cost) for name, cost in now.channel_costs.items()},
            **{f"on-{play.code}": "1" for play in now.plays}, "holdout": 10, "margin": 100, **said}  # fmt: skip


def test_a_play_switched_off_is_no_longer_suggested_and_comes_back_as_it_was(
    client: Client, tea: Published, shop: Shop
) -> None:
    before = shop_settings().strategy
    said = _playbook(shop, **{"offer-win_back": "2.5", "budget": "100"})
    client.post("/settings/playbook/", {name: value for name, value in said.items() if name != "on-win_back"})
    now = shop_settings().strategy
    assert {play.code for play in before.plays} - {play.code for play in now.plays} == {"win_back"}
    assert now.budget == 100
    client.post("/settings/playbook/", said)
    (back,) = [play for play in shop_settings().strategy.plays if play.code == "win_back"]
    (was,) = [play for play in before.plays if play.code == "win_back"]
    assert back == was.model_copy(update={"offer_cost": Decimal("2.5")})
    assert client.post("/settings/playbook/", {**said, "offer-win_back": "-1"}).status_code == 422
    shop.settings_file.unlink()


@given(st.text(), st.dictionaries(st.sampled_from(sorted(messages.PLACES)), st.text()))
def test_a_text_is_filled_in_and_never_run(text: str, values: dict[str, str]) -> None:
    filled = messages.filled(text, values)
    if not any("{" + place + "}" in text for place in messages.PLACES):
        assert filled == text
    assert messages.filled("{name}", {"name": "{shop}" + text, "shop": "x"}) == "{shop}" + text


def test_a_message_with_a_place_that_is_none_is_refused(client: Client, tea: Published) -> None:
    said = {f"{code}-{language}": messages.text_of(code, "zh" if language == "zh" else "en")
            for code in ("win_back", "reminder") for language in ("en", "zh")}  # fmt: skip
    answer = client.post("/settings/messages/", {**said, "win_back-en": "Dear {0.__class__}"})
    assert answer.status_code == 422
    assert "{0.__class__}" in answer.content.decode()
    client.post("/settings/messages/", {**said, "win_back-en": "Hi {name}!"})
    assert messages.text_of("win_back", "en") == "Hi {name}!"
    assert messages.text_of("reminder", "en") == said["reminder-en"]
