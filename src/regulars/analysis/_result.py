"""What an analysis gives back: a folder, and the few questions most often asked of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any, Literal
from weakref import finalize

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars import prediction, reports, strategy
from regulars.analysis._arguments import check_language
from regulars.core import RegularsError
from regulars.reports import ResultMissing, ResultUnreadable


class CustomerUnknown(RegularsError):
    """A customer id that the result does not have."""

    code = "customer_unknown"
    template = "No customer '{customer_id}' in {folder}. The ids stand in the first column of customers.parquet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything a result says of one customer: the row, and the reasons behind its figures."""

    customer: dict[str, Any]
    reasons: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One analysis, read from its folder when asked.

    `customers` has one row a customer, `actions` everyone in order of rank; both are Arrow tables, and every
    column is described in docs/columns.md. `rates` holds the eight numbers, rates, concentration and the plan.
    """

    folder: Path

    @classmethod
    def in_temporary(cls, folder: Path) -> "Result":
        """Return the result in a folder whose parent is removed when the result is no longer held by anybody."""
        result = cls(folder=folder)
        finalize(result, rmtree, folder.parent, ignore_errors=True)
        return result

    @classmethod
    def open(cls, folder: Path | str) -> "Result":
        """Return the result in a folder.

        Raises:
            ResultMissing: there is no manifest in it.
        """
        folder = Path(folder)
        if not (folder / "manifest.json").is_file():
            raise ResultMissing(folder=folder, file="manifest.json")
        return cls(folder=folder)

    @property
    def manifest(self) -> dict[str, Any]:
        """What was read, with which settings, versions and seed."""
        return self._json("manifest.json")

    @property
    def rates(self) -> dict[str, Any]:
        """The figures of the whole business."""
        return self._json("rates.json")

    @property
    def customers(self) -> pa.Table:
        """One row a customer, ordered by customer_id."""
        return self._table("customers.parquet")

    @property
    def actions(self) -> pa.Table:
        """One row a customer, ordered by rank; those to be left alone come last."""
        return self._table("actions.parquet")

    def report(self, path: Path | str, *, language: Literal["en", "zh"] = "en") -> Path:
        """Write the report as one HTML file that needs no network; return its path.

        Raises:
            ArgumentInvalid: no report is written in that language.
            ReportUnwritable: the file cannot be written; missing folders above it are made.
        """
        check_language(language)
        return reports.render_html(self.folder, path=Path(path), language=language)

    def explain(self, customer_id: str) -> Explanation:
        """Return the row of one customer and the reasons behind its figures.

        Raises:
            CustomerUnknown: the result has no such customer.
            ResultMissing: a file of the result is gone.
            ResultUnreadable: a file of the result is damaged.
        """
        chosen = pc.field("customer_id") == customer_id
        found = self._table("customers.parquet", chosen).to_pylist()
        if not found:
            raise CustomerUnknown(customer_id=customer_id, folder=self.folder)
        reasons = self._table("reasons.parquet", chosen).to_pylist()
        return Explanation(
            customer=found[0],
            reasons=[*reasons, *self._seen(found[0], chosen, reasons), *self._forecast(found[0])],
        )

    def _forecast(self, customer: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield what adds up to the log-odds of p_purchase, worked out from the stored model; the base comes first."""
        model = self._json("models/purchase.json")
        parts = prediction.parts(model, customer)
        if parts:
            parts.insert(0, prediction.Part("base", None, prediction.base(model) or 0.0))
        for code, value, contribution in parts:
            yield _row(customer, "p_purchase", code, value, contribution)

    def _seen(
        self, customer: dict[str, Any], chosen: pc.Expression, told: list[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        """Yield what the trigger of the next action saw, which is no part of its gain and stands in no file of rows."""
        (action,) = self._table("actions.parquet", chosen).to_pylist()
        plays = self.manifest["settings"]["strategy"]["plays"]
        effect = next((play["effect"] for play in plays if play["code"] == action["action"]), None)
        have = {row["code"] for row in told if row["figure"] == "next_action"}
        for code, value in strategy.seen(action["reasons"], customer, effect=effect).items():
            if code not in have:
                yield _row(customer, "next_action", code, value, 0.0)

    def _table(self, name: str, chosen: pc.Expression | None = None) -> pa.Table:
        try:
            return pq.read_table(self.folder / name, filters=chosen)
        except FileNotFoundError as error:
            raise ResultMissing(folder=self.folder, file=name) from error
        except (OSError, pa.ArrowInvalid) as error:
            raise ResultUnreadable(file=self.folder / name, problem=error) from error

    def _json(self, name: str) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except OSError as error:
            raise ResultMissing(folder=self.folder, file=name) from error
        except ValueError as error:
            raise ResultUnreadable(file=self.folder / name, problem=error) from error
        return content


def _row(customer: dict[str, Any], figure: str, code: str, value: float | None, contribution: float) -> dict[str, Any]:
    """Return a reason that stands in no file, in the form of those that do."""
    who = customer["customer_id"]
    return {"customer_id": who, "figure": figure, "code": code, "value": value, "contribution": contribution}
