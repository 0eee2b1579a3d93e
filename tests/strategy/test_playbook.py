"""A playbook that means nothing is refused before anything is planned by it, and the line says what to mend."""

from pathlib import Path

import pytest

from regulars.core import SettingsError, load_settings

_PLAY = 'code = "write"\nchannels = ["email"]\neffect = 0.1\neffect_low = 0.0\neffect_high = 0.2\n'
_TRIGGER = "[strategy.plays.trigger]\n"


def _book(play: str = _PLAY, trigger: str = "", head: str = "") -> str:
    return f"[strategy]\n{head}\n[[strategy.plays]]\n{play}{_TRIGGER}{trigger}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_book(trigger='stages = ["asleep"]'), "at_risk"),
        (_book(trigger='groups = ["whales"]'), "champions"),
        (_book(trigger="min_orders = 3\nmax_orders = 2"), "nobody can meet both"),
        (_book(trigger="min_days_since_last = 30\nmax_days_since_last = 7"), "nobody can meet both"),
        (_book(trigger="min_satisfaction = 80\nmax_satisfaction = 40"), "nobody can meet both"),
        (_book(trigger="min_orders = 0"), "is 0, but must be 1 or more"),
        (_book(trigger="max_satisfaction = 140"), "is 140, but must be 100 or less"),
        (_book(trigger="max_satisfaction = nan"), "max_satisfaction"),
        (_book(trigger="town = 'Kunming'"), "town"),
        (_book(_PLAY.replace("write", "leave_alone")), "another code"),
        (_book(_PLAY.replace("write", "Write!")), "code"),
        (_book(_PLAY.replace('["email"]', "[]")), "channels"),
        (_book(_PLAY.replace('["email"]', '["pigeon"]')), "in_parcel"),
        (_book(_PLAY.replace('["email"]', '["email", "email"]')), "name each channel once"),
        (_book(_PLAY.replace("effect = 0.1", "effect = 0.3")), "outside effect_low..effect_high"),
        (_book(_PLAY.replace("effect = 0.1", "effect = nan")), "effect"),
        (_book(_PLAY.replace("effect_high = 0.2", "effect_high = 1.2")), "is 1.2, but must be 1 or less"),
        (_book(_PLAY + "offer_cost = -1\n"), "offer_cost"),
        (_book(_PLAY + 'offer_cost = "0.00001"\n'), "may have 4 digits behind the point at most"),
        (_book(_PLAY + "within_days = 0\n"), "within_days"),
        (_book(head="budget = -5"), "budget"),
        (_book(head="max_contacts = 0"), "max_contacts"),
        (_book(head="holdout_share = 1.0"), "holdout_share"),
        (_book(head="channel_costs = {phone = 4}"), "play write uses email, which has no cost"),
        (_book(head="channel_costs = {email = -4}"), "channel_costs"),
        (_book(head='campaign = " "'), "campaign"),
        (_book() + f"[[strategy.plays]]\n{_PLAY}{_TRIGGER}", "two plays have the code write"),
    ],
)
def test_a_senseless_playbook_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "regulars.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load_settings(file)
    assert said in str(refused.value)
    assert (
        str(refused.value)
        .removeprefix(f"{file}: there is no setting ")
        .removeprefix(f"{file}: ")
        .startswith("strategy")
    )


def test_a_playbook_can_be_written_by_hand(tmp_path: Path) -> None:
    file = tmp_path / "regulars.toml"
    file.write_text(_book(trigger='stages = ["lapsed"]\nmin_orders = 2', head="budget = 50"), encoding="utf-8")
    (only,) = load_settings(file).strategy.plays
    assert (only.code, only.trigger.stages, only.effect_basis) == ("write", ("lapsed",), "assumed")
