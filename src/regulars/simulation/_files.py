"""The files an owner would export, written block by block, and put in place only when all are whole."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from regulars.core import RegularsError
from regulars.simulation._plan import ShopPlan
from regulars.simulation._words import words

TRUTH = "truth"
_KINDS = (
    "orders",
    "usage",
    "feedback",
    "subscriptions",
    "touches",
    "assignments",
    "referrals",
    "profiles",
    "consents",
)
AGAIN = "orders_again"
"""The second orders file: a later export that overlaps the first."""


class FolderOccupied(RegularsError):
    """The folder holds something that is no simulated shop."""

    code = "folder_occupied"
    template = "{folder} is not empty and holds no simulated shop. Name a new or an empty folder."


class FolderUnwritable(RegularsError):
    """The folder cannot be made or written."""

    code = "folder_unwritable"
    template = "{folder} cannot be written: {problem}. Name another folder."


class Exports:
    """Writers by file, opened when the first rows come: a file without rows is never made."""

    def __init__(self, folder: Path, plan: ShopPlan) -> None:
        self.rows: dict[str, int] = {}
        self._folder, self._plan = folder, plan
        self._words = words(plan.language)
        self._writers: dict[str, Any] = {}
        self._open = ExitStack()

    def write(self, kind: str, table: pa.Table, *, name: str | None = None) -> None:
        """Append rows to the file of a kind, or to another file of that kind named `name`."""
        if table.num_rows == 0:
            return
        file = f"{name or kind}.{self._plan.format}"
        rows = self._as_exported(kind, table)
        if file not in self._writers:
            self._writers[file] = self._open.enter_context(self._opened(file, kind, rows.schema))
        self._writers[file].write_table(rows)
        self.rows[file] = self.rows.get(file, 0) + table.num_rows

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def _as_exported(self, kind: str, table: pa.Table) -> pa.Table:
        table = table.rename_columns(dict(self._words.headers[kind]))
        if self._plan.format == "parquet":
            return table
        for place, field in enumerate(table.schema):
            if pa.types.is_boolean(field.type):
                said = pc.if_else(table.column(place), self._words.yes, self._words.no)
                table = table.set_column(place, field.name, said)
        return table

    @contextmanager
    def _opened(self, file: str, kind: str, schema: pa.Schema) -> Iterator[Any]:
        if self._plan.format == "parquet":
            with pq.ParquetWriter(self._folder / file, schema, compression="zstd") as writer:
                yield writer
            return
        # A Chinese spreadsheet program takes UTF-8 only with its mark at the start.
        encoding = "utf-8-sig" if self._plan.language == "zh" else "utf-8"
        # Only texts can hold a comma; elsewhere a quote would be noise.
        quoting = "needed" if kind == "feedback" else "none"
        options = pcsv.WriteOptions(include_header=False, quoting_style=quoting)
        with (self._folder / file).open("wb") as stream:
            stream.write((",".join(schema.names) + "\n").encode(encoding))
            with pcsv.CSVWriter(stream, schema, write_options=options) as writer:
                yield writer


@contextmanager
def put_in_place(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder`; when all went well, its files become the folder's.

    Raises:
        FolderOccupied: the folder holds something, and that is no earlier simulated shop.
        FolderUnwritable: the folder beside it cannot be made, say because a file stands in the way.
    """
    is_ours = (folder / TRUTH / "truth.json").is_file()
    if folder.exists() and not is_ours and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderOccupied(folder=folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise FolderUnwritable(folder=folder, problem=error.strerror or "no permission") from error
    try:
        (partial / TRUTH).mkdir()
        yield partial
        _replace(folder, partial)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _replace(folder: Path, partial: Path) -> None:
    """Move the new files in and remove the files of an earlier shop; anything else in the folder stays."""
    (folder / TRUTH).mkdir(parents=True, exist_ok=True)
    for name in (*_KINDS, AGAIN):
        for ending in ("csv", "parquet"):
            (folder / f"{name}.{ending}").unlink(missing_ok=True)
    for path in sorted(partial.rglob("*")):
        if path.is_file():
            path.replace(folder / path.relative_to(partial))
