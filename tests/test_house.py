"""The walls: floors, doors, sizes, names, clocks. import-linter keeps the floors; this keeps the rest."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src" / "regulars"
ROOMS = sorted(folder.name for folder in HOUSE.iterdir() if (folder / "__init__.py").exists())
MODULES = sorted(HOUSE.rglob("*.py"))
EVERY_PYTHON_FILE = [path for top in ("src", "tests", "bench", "tools") for path in sorted((ROOT / top).rglob("*.py"))]

FILE_LINES = 400
FUNCTION_LINES = 50
PUBLIC_NAMES = 20
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "base"}
CLOCKS = {"today", "now", "utcnow", "time_ns", "localtime"}
EDGES = {"analysis/_clock.py", "cli/_merges.py"}
DRIVERS = {"duckdb", "pyspark", "sqlglot"}


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_floors_are_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_room_is_entered_through_its_door(path: Path) -> None:
    own = path.relative_to(HOUSE).parts[0]
    for module in _imports(path):
        parts = module.split(".")
        if parts[0] == "regulars" and len(parts) > 2 and parts[1] != own:
            pytest.fail(f"{path.name} climbs over the wall of {parts[1]}: {module}")
        assert parts[0] not in DRIVERS or own == "engines", f"{path.name} speaks to a driver: {module}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_says_its_question_and_is_small(room: str) -> None:
    door = _tree(HOUSE / room / "__init__.py")
    docstring = ast.get_docstring(door) or ""
    assert "?" in docstring.splitlines()[0], f"{room}: the first line of a door asks the room's question"
    names = [ast.literal_eval(node.value) for node in door.body if isinstance(node, ast.Assign)]
    assert names, f"{room} has no __all__"
    assert len(names[0]) <= PUBLIC_NAMES


@pytest.mark.parametrize("path", EVERY_PYTHON_FILE, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short_named_for_their_idea_and_say_why_they_exist(path: Path) -> None:
    assert path.stem.strip("_") not in EMPTY_NAMES
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES
    tree = _tree(path)
    assert ast.get_docstring(tree), "no module docstring"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "analyze":
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES, f"{node.name} is {length} lines long"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_there_is_no_clock_below_the_edge(path: Path) -> None:
    place = path.relative_to(HOUSE).as_posix()
    if place in EDGES or place.startswith("app/"):
        return  # whoever asks on a page asks now
    called = {
        node.func.attr
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & CLOCKS, f"{place} reads a clock: {called & CLOCKS}"


def test_every_path_edge_exists() -> None:
    assert all((HOUSE / place).exists() for place in EDGES)


def test_nothing_tracked_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so nothing is tracked")
    machine = re.compile(r"/(?:ro{2}t|home|Use[r]s)/\w|https?://[\w.]*(?:py[p]i|np[m]js|pythonhos[t]ed)")
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".txt", ".in", ".json", ""} and path.is_file():
            found = machine.search(path.read_text(encoding="utf-8", errors="ignore"))
            assert found is None, f"{name} names {found and found[0]}"
