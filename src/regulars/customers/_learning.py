"""Learns how strongly each level of likeness speaks, from the records of the business itself; once, then kept.

A level that no sample met is given what the sample allows at most (the rule of three: 3/n is the upper 95 % bound of a
share of which n draws showed none; J. A. Hanley, A. Lippman-Hand (1983), JAMA 249(13)), and one of which nothing
was learned speaks neither way.
"""

from typing import TYPE_CHECKING, Any

from regulars.customers._comparisons import BLOCKS, COMPARISONS, KNOWN_AS_ONE, TRAINED_BY

if TYPE_CHECKING:
    from splink import Linker
    from splink.internals.splink_dataframe import SplinkDataFrame

Model = dict[str, Any]
"""`traits`: what it compares; `settings`: splink's own form of it, with m and u for every level."""

_PAIRS_DRAWN = 1_000_000
_PAIRS_TO_LEARN_FROM = 1_000_000
_FOUND_BY_RULES = 0.7
_SMALLEST_SHARE = 1e-9
_DIGITS = 12


def learn(people: "SplinkDataFrame", traits: list[str], *, seed: int) -> Model | None:
    """Return a model of these traits, or None if no two records seem to be one person's.

    Args:
        people: the traits and blocks of everybody, as `People` lays them out.
        traits: names of COMPARISONS.
        seed: of the pairs drawn at random.
    """
    from splink import Linker, SettingsCreator, block_on  # noqa: PLC0415

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="customer_id",
        comparisons=[{"output_column_name": name, "comparison_levels": COMPARISONS[name]} for name in traits],
        blocking_rules_to_generate_predictions=[block_on(name) for name in BLOCKS],
        retain_matching_columns=False,
        linker_uid="regulars",
    )
    linker = Linker(people, settings, log_level=None)
    if not _expect_matches(linker, traits):
        return None
    linker.training.estimate_u_using_random_sampling(max_pairs=_PAIRS_DRAWN, seed=seed)
    for rule in TRAINED_BY:
        _learn_from(linker, rule, traits)
    return {"traits": traits, "settings": _completed(linker.misc.save_model_to_json())}


def _expect_matches(linker: "Linker", traits: list[str]) -> bool:
    """Estimate how many pairs are one person; return whether any are."""
    from splink import block_on  # noqa: PLC0415
    from splink.internals.blocking_rule_creator import BlockingRuleCreator  # noqa: PLC0415

    rules: list[str | BlockingRuleCreator] = [
        block_on(*columns) for columns in KNOWN_AS_ONE if set(columns) <= set(traits)
    ]
    if not rules:
        return True
    linker.training.estimate_probability_two_random_records_match(rules, recall=_FOUND_BY_RULES)
    share: float = linker.misc.save_model_to_json()["probability_two_random_records_match"]
    return share > 0


def _learn_from(linker: "Linker", rule: str, traits: list[str]) -> None:
    """Learn from the pairs that agree in one thing, if there are such pairs."""
    from splink import block_on  # noqa: PLC0415
    from splink.internals.exceptions import EMTrainingException  # noqa: PLC0415

    if rule not in traits:
        return
    try:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(rule), max_pairs=_PAIRS_TO_LEARN_FROM, record_sample_proportion=1.0
        )
    except EMTrainingException:
        return


def _completed(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with m and u for every level, rounded so that a machine's last bits decide nothing."""
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            m, u = level.get("m_probability"), level.get("u_probability")
            u = 3 / _PAIRS_DRAWN if u is None and m is not None else u
            u = _SMALLEST_SHARE if u is None else max(u, _SMALLEST_SHARE)
            m = u if m is None else max(m, _SMALLEST_SHARE)
            level["m_probability"], level["u_probability"] = (float(f"{share:.{_DIGITS}g}") for share in (m, u))
    return settings
