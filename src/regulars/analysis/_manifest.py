"""The two JSON files of a result: how it came about (manifest), and the figures of the whole business (rates)."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars import network, prediction, rates, scoring, segments, strategy
from regulars._version import __version__
from regulars.analysis._economics import Economics
from regulars.analysis._fingerprint import FINGERPRINTED, fingerprint
from regulars.analysis._flow import Flow
from regulars.analysis._models import model_files
from regulars.analysis._past import Past
from regulars.analysis._valued import Valued
from regulars.core import Note, Settings

if TYPE_CHECKING:
    from regulars.analysis._run import Run

SCHEMA_VERSION = 1

_SHARED_KEYS_SHOWN = 20
_COUNTS = """
SELECT
    CAST(count(*) AS BIGINT) AS customers,
    CAST(count(*) FILTER (WHERE order_count > 0) AS BIGINT) AS customers_with_orders,
    CAST(coalesce(sum(order_count), 0) AS BIGINT) AS orders,
    CAST(coalesce(sum(refund_count), 0) AS BIGINT) AS refunds,
    CAST(coalesce(sum(spend_total), 0) AS DECIMAL(18, 4)) AS spend_total,
    CAST(count(*) FILTER (WHERE NOT may_profile) AS BIGINT) AS without_profiling,
    CAST(count(*) FILTER (WHERE NOT may_profile AND order_count > 0) AS BIGINT) AS buyers_without_profiling,
    CAST(count(*) FILTER (WHERE may_email OR may_message OR may_phone) AS BIGINT) AS may_be_contacted
FROM features
"""

_GRADES = """
SELECT loyalty_grade AS grade, CAST(count(*) AS BIGINT) AS n FROM scores
WHERE loyalty_grade IS NOT NULL GROUP BY loyalty_grade ORDER BY loyalty_grade
"""

_PORTFOLIO = """
SELECT avg(value_score) AS value, avg(satisfaction_score) AS satisfaction, avg(loyalty_score) AS loyalty,
    CAST(count(satisfaction_score) AS DOUBLE) / nullif(count(*), 0) AS coverage
FROM scores
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rooms found, as handed to the writers of the JSON files."""

    as_of: date
    first_day: date
    measured: rates.Rates
    sales: list[rates.SalesEfficiency]
    concentration: list[rates.ConcentrationPoint]
    clusters: segments.Clusters
    scores: scoring.ScoringSummary
    plan: strategy.PlanSummary
    values: list[rates.Comparison]
    outlier_above: float | None
    referrals: network.NetworkSummary
    advocates: tuple[network.Advocate, ...]
    past: Past
    valued: Valued
    predicted: prediction.Prediction
    by_period: Mapping[int, tuple[rates.Comparison, ...]]
    economics: Economics
    flow: Flow | None


def write_json_files(run: "Run", folder: Path, rows: Mapping[str, int], *, digested: Mapping[str, bytes]) -> None:
    """Write the models, rates and manifest; the manifest last, since its presence says that a result is whole.

    `rows` says how many each table has, `digested` what its part of the fingerprint is made of.
    """
    (folder / "models").mkdir()
    for place, content in model_files(run).items():
        _write(folder / place, content)
    _write(folder / "rates.json", _rates(run))
    _write(folder / "manifest.json", _manifest(run, rows, digested))


def _rates(run: "Run") -> dict[str, object]:
    facts = run.facts
    measured = facts.measured
    (portfolio,) = run.engine.fetch(_PORTFOLIO).to_pylist()
    grades = {row["grade"]: row["n"] for row in run.engine.fetch(_GRADES).to_pylist()}
    values = [asdict(one) for one in facts.values]
    # What customers are worth is of a day, not of a period; what it was a shorter or longer period ago was not asked.
    of_the_day = [{**one, "previous": None} for one in values]
    return {
        "eight": _eight(measured.eight, values),
        "periods": [{"days": days, "eight": _eight(six, of_the_day)} for days, six in sorted(facts.by_period.items())],
        "rates": measured.rates,
        "sales_efficiency": facts.sales,
        "concentration": facts.concentration,
        "portfolio": portfolio,
        "grades": {grade: grades.get(grade, 0) for grade in ("low", "medium", "high")},
        "plan": facts.plan,
        "referrals": facts.referrals,
        "advocates": facts.advocates,
        "flow": facts.flow,
    }


def _eight(six: Sequence[rates.Comparison], values: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the eight numbers in their order: the two values stand before the new customers."""
    *first, new = (asdict(one) for one in six)
    return [{"name": one["now"]["name"], **one} for one in (*first, *values, new)]


def _manifest(run: "Run", rows: Mapping[str, int], digested: Mapping[str, bytes]) -> dict[str, object]:
    facts, settings = run.facts, run.settings
    currency = settings.business.currency or run.records.currency
    (counts,) = run.engine.fetch(_COUNTS).to_pylist()
    return {
        "schema_version": SCHEMA_VERSION,
        "regulars_version": __version__,
        "as_of": facts.as_of,
        "today": run.today,
        "first_day": facts.first_day,
        "seed": run.seed,
        "engine": run.engine.name,
        "versions": {
            "python": platform.python_version(),
            **run.engine.versions,
            **{name: version(name) for name in ("pyarrow", "numpy", "scikit-learn")},
        },
        "business": {**settings.business.model_dump(mode="json"), "currency": currency},
        "settings": settings.model_dump(mode="json"),
        "inputs": [
            {
                **asdict(file),
                "left_out_total": file.left_out_total,
                "accepted": file.accepted - run.cleaning.duplicates.get(file_id, 0),
                "duplicates": run.cleaning.duplicates.get(file_id, 0),
                "repeated": run.cleaning.repeated.get(file_id, 0),
                "soundness": run.cleaning.sources[file_id],
            }
            for file_id, file in enumerate(run.records.files)
        ],
        "counts": {**counts, **{f"{name}_rows": count for name, count in rows.items()}},
        "matching": _matching(run),
        "notes": _notes(run, counts, settings),
        "outlier_above": facts.outlier_above,
        "clusters": facts.clusters,
        "scoring": facts.scores,
        "timings": run.timings,
        "content_hash": fingerprint(digested[name] for name in FINGERPRINTED),
    }


def _matching(run: "Run") -> dict[str, object] | None:
    """Return how many accounts were found to be another's, and by what; of keys that join nobody only their shape."""
    found = run.cleaning.matching
    if found is None:
        return None
    return {
        "accounts": found.accounts,
        "merged": found.merged,
        "on_review_list": found.review.num_rows,
        "shared_keys": found.shared_keys[:_SHARED_KEYS_SHOWN],
        "likeness": found.likeness,
    }


def _notes(run: "Run", counts: Mapping[str, Any], settings: Settings) -> list[Note]:
    """Return what a reader must know before believing the figures."""
    notes = [*run.notes]
    notes += _notes_of_files(run)
    if run.identities.has_hashed and run.identities.folder is None:
        notes.append(Note(code="key_of_this_run"))
    if not counts["may_be_contacted"] and not settings.consent.marketing:
        is_any = any(file.kind == "consents" and file.accepted for file in run.records.files)
        code = "no_marketing_consent_given" if is_any else "no_marketing_consent_recorded"
        notes.append(Note(code=code, params={"customers": counts["customers"]}))
    if counts["buyers_without_profiling"]:
        notes.append(Note(code="value_without_refusers", params={"customers": counts["buyers_without_profiling"]}))
    notes += _shared_keys(run)
    # An export names its people the same way in all its tables: who is nobody there has no order that counts.
    if run.cleaning.consents_of_nobody and any(
        file.kind == "consents" and file.export is None for file in run.records.files
    ):
        notes.append(Note(code="consents_of_nobody", params={"people": run.cleaning.consents_of_nobody}))
    notes += _conflicts(run, settings.business.currency or run.records.currency)
    notes += _by_older(run, settings.business.currency or run.records.currency)
    if not (settings.business.currency or run.records.currency):
        notes.append(Note(code="currency_not_stated"))
    notes += [
        Note(code="behaviour_dropped", params={"figure": figure, "behaviour": behaviour})
        for figure, behaviours in run.facts.scores.dropped.items()
        for behaviour in behaviours
    ]
    if run.previous is not None:
        notes.append(Note(code="bounds_of_previous", params={"as_of": run.previous["as_of"]}))
    return notes


def _conflicts(run: "Run", currency: str) -> list[Note]:
    """Return what is said twice of order numbers, by file: money may count twice, and nobody would see it."""
    return [
        Note(
            code=each.issue,
            params={
                "orders": each.orders,
                "file": run.records.files[each.file_id].file,
                "line": each.line,
                "example": each.example,
                "amount": f"{each.amount:.2f} {currency}".strip(),
            },
        )
        for each in run.cleaning.conflicts
    ]


def _by_older(run: "Run", currency: str) -> list[Note]:
    """Return which files are overruled by one that looks older, though it was read last."""
    return [
        Note(
            code="overruled_by_older",
            params={
                "orders": file.by_older.rows,
                "file": file.file,
                "line": file.by_older.line,
                "example": file.by_older.example,
                "amount": f"{file.by_older.amount or 0:.2f} {currency}".strip(),
            },
        )
        for file in run.records.files
        if file.by_older is not None
    ]


def _shared_keys(run: "Run") -> list[Note]:
    """Return what is to be known of phones and addresses with several names, by what became of them."""
    rows: dict[str, int] = {}
    for row in run.cleaning.quality.to_pylist():
        if row["issue"] in {"key_of_several_names", "key_of_many_names"}:
            rows[row["issue"]] = rows.get(row["issue"], 0) + row["row_count"]
    return [Note(code=issue, params={"rows": count}) for issue, count in sorted(rows.items())]


def _notes_of_files(run: "Run") -> list[Note]:
    """Return what must be known of single files, and of files beside each other."""
    notes = [
        Note(code="mapping_confirmed_before", params={"file": file.file})
        for file in run.records.files
        if file.told_by == "confirmed"
    ]
    notes += [
        Note(code="people_by_name", params={"file": file.file})
        for file in run.records.files
        if file.by_name and file.kind == "orders" and file.accepted and not file.file.endswith("/refunds")
    ]
    notes += [
        Note(
            code="payments_beside_orders",
            params={
                "payments": ", ".join(twice.payments),
                "orders": ", ".join(twice.orders),
                "alike": twice.alike,
                "sales": twice.sales,
            },
        )
        for twice in run.cleaning.paid_twice
    ]
    return notes


def _write(path: Path, content: Mapping[str, object]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False, default=_plain)
    path.write_text(text + "\n", encoding="utf-8")


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a result cannot hold a {type(value).__name__}")
