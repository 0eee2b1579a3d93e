"""The walls: floors, doors, sizes, names, clocks. import-linter keeps the floors; this keeps the rest."""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src" / "regulars"
ROOMS = sorted(folder.name for folder in HOUSE.iterdir() if (folder / "__init__.py").exists())
MODULES = sorted(HOUSE.rglob("*.py"))
EVERY_PYTHON_FILE = [
    path
    for top in ("src", "tests", "bench", "tools")
    for path in sorted((ROOT / top).rglob("*.py"))
    if ROOT / "bench" / "data" not in path.parents  # environments of peers
]

FILE_LINES = 400
FUNCTION_LINES = 50
PUBLIC_NAMES = 20
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "base"}
CLOCKS = {"today", "now", "utcnow", "time_ns", "localtime"}
EDGES = {"analysis/_clock.py", "cli/_merges.py"}
DRIVERS = {"duckdb", "pyspark", "sqlglot"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the walls ask of a file: it is read and parsed once for all of them, and its tree is not kept."""

    docstring: str
    lines: int
    imports: frozenset[str]
    longest: tuple[int, str]
    called: frozenset[str]


@cache
def _told(path: Path) -> Told:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    imports, called, lengths = set(), set(), [(0, "")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports.add(node.module)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "analyze":
            lengths.append(((node.end_lineno or node.lineno) - node.lineno + 1, node.name))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called.add(node.func.attr)
    return Told(
        docstring=ast.get_docstring(tree) or "",
        lines=len(text.splitlines()),
        imports=frozenset(imports),
        longest=max(lengths),
        called=frozenset(called),
    )


def test_the_floors_are_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_room_is_entered_through_its_door() -> None:
    through_the_wall = []
    for path in MODULES:
        place = path.relative_to(HOUSE)
        own = place.parts[0]
        for module in _told(path).imports:
            room, *deeper = module.split(".")[1:] or [""]
            if module.startswith("regulars.") and deeper and room != own:
                through_the_wall.append(f"{place} climbs over the wall of {room}: {module}")
            if module.split(".")[0] in DRIVERS and own != "engines":
                through_the_wall.append(f"{place} speaks to a driver: {module}")
    assert not through_the_wall


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_says_its_question_and_is_small(room: str) -> None:
    path = HOUSE / room / "__init__.py"
    door = ast.parse(path.read_text(encoding="utf-8"))
    assert "?" in _told(path).docstring.splitlines()[0], f"{room}: the first line of a door asks the room's question"
    names = [ast.literal_eval(node.value) for node in door.body if isinstance(node, ast.Assign)]
    assert names, f"{room} has no __all__"
    assert len(names[0]) <= PUBLIC_NAMES


def test_files_are_short_named_for_their_idea_and_say_why_they_exist() -> None:
    wrong = []
    for path in EVERY_PYTHON_FILE:
        told, place = _told(path), path.relative_to(ROOT)
        length, name = told.longest
        if path.stem.strip("_") in EMPTY_NAMES:
            wrong.append(f"{place} has a name that says nothing")
        if told.lines > FILE_LINES:
            wrong.append(f"{place} is {told.lines} lines long")
        if not told.docstring:
            wrong.append(f"{place} has no module docstring")
        if length > FUNCTION_LINES:
            wrong.append(f"{place}: {name} is {length} lines long")
    assert not wrong


def test_there_is_no_clock_below_the_edge() -> None:
    read = {path.relative_to(HOUSE).as_posix(): _told(path).called & CLOCKS for path in MODULES}
    # On a page, whoever asks asks now.
    assert not {place for place in read if read[place] and place not in EDGES and not place.startswith("app/")}


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
