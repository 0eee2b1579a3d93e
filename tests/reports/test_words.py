"""Every code of every room has words in English and Chinese; the catalogue and the vendored files are in order."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import regulars
from regulars import (
    analysis,
    backtest,
    customers,
    lifetime,
    network,
    prediction,
    rates,
    records,
    scoring,
    segments,
    strategy,
)
from regulars.backtest.metrics import Metric
from regulars.core import Settings, _playbook
from regulars.records._recognition import guesses
from regulars.reports._columns import COLUMNS, CUSTOMER_COLUMNS
from regulars.reports._notes import NOTES, NOTES_THAT_COUNT
from regulars.reports._quality_words import AMOUNT_COSTS, ISSUE_COSTS, SET_ASIDE_COSTS
from regulars.reports._reasons import has_words
from regulars.reports._sentences import FIGURES, MEANINGS, WHY_MISSING
from regulars.reports._trials import MEASURES
from regulars.reports._words import WORDS, Vocabulary

ROOT = Path(__file__).parents[2]
SOURCE = Path(regulars.__file__).parent


def without_words(vocabulary: Vocabulary, codes: object) -> list[str]:
    assert codes
    return sorted(set(codes) - set(WORDS[vocabulary]))  # type: ignore[call-overload]


def strings_of(room: object) -> set[str]:
    """Return every text constant in the source of a room."""
    folder = Path(inspect.getfile(room)).parent  # type: ignore[arg-type]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")]
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_group_and_every_stage_has_words() -> None:
    assert without_words("group", segments.GROUPS) == []
    assert without_words("stage", segments.STAGES) == without_words("stage_meaning", segments.STAGES) == []


def test_every_play_has_words_and_advice() -> None:
    codes = [play.code for play in Settings().strategy.plays]
    assert without_words("action", [*codes, strategy.LEAVE_ALONE]) == without_words("advice", codes) == []


def test_every_channel_has_words() -> None:
    assert without_words("channel", get_args(_playbook.Channel)) == []


def test_every_reason_of_an_action_has_words() -> None:
    assert [code for code in strategy.REASON_CODES if not has_words(code)] == []


def test_every_behaviour_of_a_score_has_words() -> None:
    scorings = Settings().scoring
    behaviours = {*scorings.value_weights, *scorings.satisfaction_weights, *scorings.loyalty_weights}
    assert [code for code in behaviours if not has_words(code)] == without_words("part", behaviours) == []
    assert {"no_consent", "no_records", "short_history"} <= strings_of(scoring) | set(WHY_MISSING)
    assert all(has_words(code) for code in ("no_consent", "no_records", "short_history", "no_spread"))


def test_every_setting_that_is_a_code_has_words() -> None:
    fields = type(Settings().scoring).model_fields
    for name in ("weighting", "normaliser"):
        assert without_words(name, get_args(fields[name].annotation)) == []


def test_every_kind_and_column_of_records_has_words() -> None:
    assert without_words("kind", records.KINDS) == []
    assert without_words("column", {column.name for kind in records.KINDS.values() for column in kind.columns}) == []
    assert without_words("key_role", {column for kind in records.KINDS.values() for column in kind.keys}) == []


def test_every_reason_to_set_a_row_aside_has_words() -> None:
    assert without_words("quarantine", [code for code in records.REASONS if code]) == []


def test_no_word_is_a_code_itself() -> None:
    said = [text for words in WORDS.values() for text in words.values()]
    assert [text for text in said if "_" in text] == []


def test_every_problem_of_the_records_has_its_cost_in_words() -> None:
    assert set(SET_ASIDE_COSTS) == set(records.KINDS)
    assert set(ISSUE_COSTS) == set(WORDS["issue"]) - {"missing"}
    assert set(AMOUNT_COSTS) == {
        "duplicate", "repeated", "order_in_two_files", "order_number_shared", "set_aside", "key_of_several_names",
        "key_of_many_names", "overruled_by_older",
    }  # fmt: skip


def test_every_confidence_and_every_ground_of_a_mapping_has_words() -> None:
    assert without_words("confidence", get_args(guesses.Confidence)) == []
    assert without_words("why_mapped", get_args(guesses.Why)) == []
    assert without_words("dimension", get_args(customers._quality.Dimension)) == []


def test_everything_that_is_left_out_has_words() -> None:
    rows = {code for one in records.exports().values() for code in one.codes}
    rows |= {
        "title_row",
        "summary_row",
        "blank_row",
        "nobody_named",
        "told_order_by_order",
        "stated_again",
        "refund_told_by_row",
        "line_apart",
        "header_row",
        "referrer_unknown",
    }
    assert without_words("left_out", rows) == []
    tables = ("hidden_sheet", "chart_sheet", "empty_table", "no_records", "format_unknown", "mapping_unconfirmed")
    assert without_words("tables_left_out", tables) == []


def test_every_trait_of_a_group_and_every_reason_for_none_has_words() -> None:
    assert without_words("trait", segments.TRAITS) == []
    reasons = {"too_few_customers", "no_stable_groups", "no_spread", "no_consent", "no_orders"}
    assert reasons <= strings_of(segments) | {"no_consent", "no_orders"}
    assert [code for code in reasons if not has_words(code)] == []


def test_every_referral_left_out_and_every_reason_for_no_value_has_words() -> None:
    texts = strings_of(network)
    faults = {"self_referral", "unknown_person", "repeated", "other_referrer", "cycle"}
    assert faults <= texts
    assert without_words("referral_fault", faults) == []
    reasons = {text for sql in texts for text in re.findall("THEN '([a-z_]+)'", sql)} - faults
    assert {"no_referrals", "referrals_left_out", "no_own_value", "brought_only"} <= reasons
    assert [code for code in reasons if not has_words(code)] == []


def test_every_reason_of_a_verdict_and_of_a_fit_has_words() -> None:
    verdict = get_args(get_type_hints(backtest.Verdict)["reason"])
    fit, _ = get_args(get_type_hints(lifetime.models.ModelFit)["reason"])
    codes = {*verdict, *get_args(fit), "no_repeat_orders", "no_forecast_then", "no_model_then"}
    assert {"no_forecast_then", "no_model_then"} <= strings_of(analysis)
    assert {"model_better", "not_converged"} <= codes
    assert [code for code in codes if not has_words(code)] == []


def test_every_model_and_every_parameter_has_words() -> None:
    assert without_words("candidate", get_args(get_type_hints(lifetime.models.ModelFit)["model"])) == []
    assert without_words("candidate", {"logistic", "bg_nbd", "recency", "rfm", "hiatus", "plain"}) == []
    assert {"logistic", "recency", "rfm", "hiatus"} <= strings_of(prediction)
    parameters = (
        lifetime.models.BetaGeometricNBD.with_parameters(r=1, alpha=1, a=1, b=1).fit_.parameters,
        lifetime.models.BetaGeometricCondensedNBD.with_parameters(k=2, r=1, alpha=1, a=1, b=1).parameters_,
        lifetime.models.ParetoNBD.with_parameters(r=1, alpha=1, s=1, beta=1).fit_.parameters,
        lifetime.models.BetaGeometricBetaBinomial.with_parameters(alpha=1, beta=1, gamma=1, delta=1).fit_.parameters,
        lifetime.models.ShiftedBetaGeometric.with_parameters(alpha=1, beta=1).fit_.parameters,
        lifetime.models.GammaGamma.with_parameters(p=1, q=2, v=1).fit_.parameters,
    )
    assert without_words("parameter", {name for named in parameters for name in named}) == []
    paid_at = get_args(get_type_hints(lifetime.Discounting)["paid_at"])
    assert without_words("paid_at", paid_at) == []


def test_every_measure_shown_is_one_that_the_tests_take() -> None:
    measured = {name for name in backtest.metrics.__all__ if isinstance(getattr(backtest.metrics, name), Metric)}
    assert set(MEASURES) - measured == set()


def test_every_number_of_a_customer_that_a_model_may_look_at_has_words() -> None:
    columns = [column for column in analysis.COLUMNS if column.file == "customers.parquet"]
    names = [column.name for column in columns]
    features = columns[: names.index("may_profile")]
    numbers = [column.name for column in features if column.type in {"count", "money", "number", "share", "score"}]
    assert len(numbers) > 40
    # How far out an order is depends on later ones, so no model looks at it.
    assert without_words("feature", numbers) == ["outlier_count"]


def test_every_part_of_a_chance_has_words() -> None:
    ranks = {"recency_rank", "frequency_rank", "monetary_rank", "hiatus"}
    assert ranks <= strings_of(prediction)
    assert [code for code in {"base", *ranks, *prediction.READS} if not has_words(code)] == ["may_profile"]


def test_every_interval_says_how_it_was_made() -> None:
    methods = set()
    for path in SOURCE.rglob("*.py"):
        methods |= set(re.findall(r'method="(student|wilson|normal|poisson|\w*bootstrap)"', path.read_text("utf-8")))
    assert {"student", "paired_bootstrap"} <= methods
    assert without_words("method", methods) == []


def test_every_rate_and_every_reason_for_a_missing_one_has_words() -> None:
    texts = strings_of(rates)
    reasons = {text for text in texts if re.fullmatch("(no|before)_[a-z_]+", text)}
    assert reasons
    assert sorted(reasons - set(WHY_MISSING)) == []
    assert {text for text in texts if text.endswith("_rate")} - set(rates.__all__) <= set(FIGURES)


def test_every_note_of_an_analysis_has_words() -> None:
    noted = set()
    for path in (SOURCE / "analysis").glob("*.py"):
        noted |= set(re.findall(r'Note\(\s*code="(\w+)"', path.read_text(encoding="utf-8")))
    assert sorted(noted - set(NOTES) - set(NOTES_THAT_COUNT)) == []


def test_a_workbook_has_a_heading_for_every_customer_column_it_shows() -> None:
    assert [name for name in CUSTOMER_COLUMNS if name not in COLUMNS] == []
    assert set(MEANINGS) <= set(FIGURES)


@pytest.mark.parametrize("tool", ["compile_catalog.py", "vendor_frontend.py"])
def test_catalogue_and_vendored_files_are_up_to_date(tool: str) -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "tools" / tool, "--check"], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_no_chinese_stands_in_the_code_of_this_room() -> None:
    for path in (SOURCE / "reports").rglob("*"):
        if path.suffix in {".py", ".html", ".css", ".js"} and path.parent.name != "vendor":
            assert re.findall("[\u3400-\u9fff]", path.read_text(encoding="utf-8")) == [], path
