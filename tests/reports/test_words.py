"""Every code of every room has words in English and Chinese; the catalogue and the vendored files are in order."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import regulars
from regulars import rates, records, scoring, segments, strategy
from regulars.core import Settings, _playbook
from regulars.reports._columns import COLUMNS, CUSTOMER_COLUMNS
from regulars.reports._notes import NOTES
from regulars.reports._reasons import has_words
from regulars.reports._sentences import FIGURES, MEANINGS, WHY_MISSING
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
    assert sorted(noted - set(NOTES)) == []


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
