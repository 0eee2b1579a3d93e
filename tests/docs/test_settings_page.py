"""The settings page tells the truth: its defaults are the program's, and nothing is left out."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from regulars.core import Settings, SettingsError, load_settings

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
        ("[nonsense]\nx = 1", "nonsense"),
        ("not toml", "TOML"),
    ],
)
def test_a_senseless_setting_is_named(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "regulars.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(f"regulars.toml: {place}")):
        load_settings(path)


def test_a_settings_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml"):
        load_settings(tmp_path / "absent.toml")
