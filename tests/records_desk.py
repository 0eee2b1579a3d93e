"""A desk to lay files on: writes them, has them read, and shows what came of it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from regulars.core import Settings
from regulars.engines import Engine
from regulars.records import RecordSet, Source, read

TODAY = date(2024, 6, 30)
HEADER = "customer_id,ordered_at,amount\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    engine: Engine
    folder: Path

    def file(self, content: str | bytes, name: str = "orders.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, *sources: Path | Source, **settings: dict[str, Any]) -> RecordSet:
        given = [source if isinstance(source, Source) else Source(data=source) for source in sources]
        return read(self.engine, given, settings=Settings.model_validate(settings), today=TODAY)

    def text(self, content: str | bytes, **settings: dict[str, Any]) -> RecordSet:
        return self.read(self.file(content), **settings)

    def orders(self, *columns: str) -> list[tuple[Any, ...]]:
        return self.rows("raw_orders", *columns)

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        found = self.engine.fetch(f"SELECT {', '.join(columns)} FROM {table} ORDER BY file_id, line")
        return [tuple(row.values()) for row in found.to_pylist()]

    def aside(self) -> list[tuple[Any, ...]]:
        return self.rows("quarantine", "line", "column_name", "reason", "raw_value")
