"""The settings page tells the truth: its defaults are the program's, and nothing is left out."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from regulars import core
from regulars.core import Settings, SettingsError, load_settings
from regulars.core._settings_faults import _FAULTS, _LOOKS

CORE = Path(core.__file__).parent

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
DEFAULTS, PLAY = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)


def names(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        yield from names(value, f"{prefix}{name}.") if isinstance(value, Mapping) else [f"{prefix}{name}"]


def test_the_page_shows_the_defaults() -> None:
    assert Settings.model_validate(tomllib.loads(DEFAULTS)) == Settings()


def test_the_page_names_every_setting() -> None:
    everything = set(names(Settings().model_dump())) - {"strategy.plays"}
    shown = set(names(tomllib.loads(re.sub(r"^# (\w+ =)", r"\1", DEFAULTS, flags=re.MULTILINE))))
    assert everything == shown


def test_the_play_on_the_page_is_one_and_names_every_field() -> None:
    settings = Settings.model_validate(tomllib.loads(PLAY))
    (play,) = settings.strategy.plays
    assert set(tomllib.loads(PLAY)["strategy"]["plays"][0]) == set(play.model_dump())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[business]\ncurrency = 'yuan'", "business.currency"),
        ("[business]\ntime_zone = 'Mars/Base'", "business.time_zone"),
        ("[scoring]\nvalue_weights = { purchase = -1 }", "scoring.value_weights"),
        ("[segments]\nrecency_cuts = [3, 2, 1, 0]", "segments.recency_cuts"),
        ("[strategy]\nholdout_share = 1.5", "strategy.holdout_share"),
        ("[weather]\nx = 1", "there is no setting weather, nor one of a similar name"),
        ("[window]\nperiod_days = 30", "there is no setting window. Did you mean windows?"),
        ("[windows]\nperiod_day = 30", "there is no setting windows.period_day. Did you mean windows.period_days?"),
        ("[strategy]\nperiod_days = 3", "there is no setting strategy.period_days. Did you mean windows.period_days?"),
        (
            "[[strategy.plays]]\ncod = 'a'",
            "there is no setting strategy.plays.0.cod. Did you mean strategy.plays.code?",
        ),
        ("[[strategy.plays]]\ncode = 'a'", "strategy.plays.0.trigger is missing"),
        ("[windows]\nperiod_days = 'x'", "windows.period_days is 'x', but must be a whole number"),
        ("[windows]\nperiod_days = 1.5", "windows.period_days is 1.5, but must be a whole number"),
        ("[strategy]\nbudget = 'much'", "strategy.budget is 'much', but must be a number"),
        ("[customers]\noutlier_fence = nan", "customers.outlier_fence is nan, but must be a finite number"),
        ("[customers]\noutlier_fence = 0", "customers.outlier_fence is 0, but must be above 0"),
        ("[consent]\nprofiling = 'perhaps'", "consent.profiling is 'perhaps', but must be true or false"),
        ("[business]\nname = 3", "business.name is 3, but must be a text in quotation marks"),
        ("[strategy]\nplays = 3", "strategy.plays is 3, but must be a list in square brackets"),
        ("windows = 3", "windows is 3, but must hold settings of its own"),
        ("[scoring]\nvalue_weights = 3", "scoring.value_weights is 3, but must hold settings of its own"),
        ("[scoring]\nweighting = 'x'", "scoring.weighting is 'x', but must be one of 'manual', 'equal', 'entropy'"),
        ("[scoring]\nvalue_weights = { a = 1 }", "scoring.value_weights is 'a', but must be one of 'purchase', "),
        (f"[strategy]\ncampaign = '{'x' * 90}'", "but may have 80 letters or digits at most"),
        ("[business]\ncurrency = 'eur'", "business.currency is 'eur', but must look like EUR."),
        ("not toml", "TOML"),
    ],
)
def test_a_senseless_setting_is_named(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "regulars.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="regulars.toml: .*" + re.escape(place)) as refused:
        load_settings(path)
    assert not re.search("Input|Value error|pydantic|valid dictionary", str(refused.value))


def test_a_settings_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml"):
        load_settings(tmp_path / "absent.toml")


def test_every_rule_of_every_setting_has_words_of_our_own() -> None:
    """Whatever the checker may find wrong with a plain value, it is not the checker who says it."""
    wrong: tuple[object, ...] = (None, [], {}, "", "?", -1e9, 1e9, 0.123456789, float("nan"), "x" * 99, {"?": 1}, ["?"])
    settings = Settings().model_dump()
    found = set()
    for section, values in settings.items():
        for name in values:
            for value in wrong:
                try:
                    Settings.model_validate({section: {name: value}})
                except ValidationError as error:
                    found |= {each["type"] for each in error.errors()}
    assert len(found) > 15
    assert found - {"value_error", "extra_forbidden"} <= set(_FAULTS)


def test_every_pattern_of_a_setting_has_an_example_that_looks_like_it() -> None:
    patterns = set(re.findall(r'pattern=r"(.*?)"', "".join(path.read_text("utf-8") for path in CORE.glob("*.py"))))
    assert patterns
    assert patterns <= set(_LOOKS)
    for pattern, example in _LOOKS.items():
        assert re.fullmatch(str(pattern), example.split(",")[0].strip("'")), pattern
