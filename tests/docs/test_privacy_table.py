"""The table of the laws names a test behind each row; each of them exists, and both manuals name the same."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| .* \| `(tests/[\w/.]+)::(\w+)` \|$", re.MULTILINE)


def named(name: str) -> list[tuple[str, str]]:
    return ROW.findall((ROOT / "docs" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("file", "test"), sorted(set(named("manual.md"))))
def test_the_test_behind_a_row_exists(file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_both_manuals_name_the_same_tests() -> None:
    assert named("manual.md") == named("manual.zh-CN.md")
    assert len(named("manual.md")) >= 15
