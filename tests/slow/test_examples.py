"""The notebooks say what comes out of them today, to the last printed digit."""

import importlib.util
from pathlib import Path

import nbformat
import pytest

HOME = Path(__file__).parents[2]
NOTEBOOKS = sorted((HOME / "examples").glob("*.ipynb"))

pytestmark = pytest.mark.slow


def printed(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what each cell printed, and how many pictures it drew."""
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    return ["".join(each.get("text", f"[{each.output_type}]") for each in told) for told in outputs]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_what_comes_out_of_it(path: Path) -> None:
    tool = importlib.util.spec_from_file_location("run_examples", HOME / "tools" / "run_examples.py")
    assert tool is not None
    assert tool.loader is not None
    module = importlib.util.module_from_spec(tool)
    tool.loader.exec_module(module)
    assert printed(module.executed(path)) == printed(nbformat.read(path, as_version=4))


def test_there_is_one() -> None:
    assert NOTEBOOKS
