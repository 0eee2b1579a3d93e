"""Run the notebooks in `examples/` and keep what they printed and drew: `python tools/run_examples.py`."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parent.parent / "examples"


def executed(notebook: Path) -> nbformat.NotebookNode:
    """Return a notebook with the outputs of a fresh run, and without the times it was run at.

    Raises:
        CellExecutionError: a cell of it fails.
    """
    found: nbformat.NotebookNode = nbformat.read(notebook, as_version=4)
    NotebookClient(found, record_timing=False, resources={"metadata": {"path": str(notebook.parent)}}).execute()
    for cell in found.cells:
        cell.metadata.pop("execution", None)
    return found


if __name__ == "__main__":
    for path in sorted(EXAMPLES.glob("*.ipynb")):
        nbformat.write(executed(path), path)
        print(path.name)
