"""How it was computed: conventions, the settings that matter, and what would be needed to repeat it."""

from dataclasses import dataclass
from typing import Any

from regulars.reports._folder import ResultFolder
from regulars.reports._notes import note_text
from regulars.reports._table import Table, cells, columns
from regulars.reports._voice import Voice
from regulars.reports._words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The section's sentences and tables; `is_plain` where lifetime values are those of the plain rule.

    `risk_days` is the horizon of the chances that make the value at risk; None where a stage of life makes it.
    """

    is_plain: bool
    risk_days: int | None
    notes: list[str]
    settings: Table
    versions: Table


def method(folder: ResultFolder, *, voice: Voice) -> Method:
    """Return everything the section on method shows."""
    notes = [
        note_text(note["code"], note.get("params") or {}, language=voice.language)
        for note in folder.manifest.get("notes", [])
    ]
    lifetime = folder.optional("models/lifetime.json") or {}
    purchase = folder.optional("models/purchase.json") or {}
    is_plain = lifetime.get("in_use", "plain") == "plain"
    risk_days = purchase["horizon"]["days"] if purchase.get("in_use") else None
    return Method(
        is_plain=is_plain,
        risk_days=risk_days,
        notes=notes,
        settings=_settings(folder, voice=voice),
        versions=_versions(folder, voice=voice),
    )


def _settings(folder: ResultFolder, *, voice: Voice) -> Table:
    budget, contacts = folder.setting("strategy", "budget"), folder.setting("strategy", "max_contacts")
    rows = (
        (voice.t("Length of a period"), _days(folder.setting("windows", "period_days", 90), voice=voice)),
        (voice.t("Time zone of the days"), str(folder.manifest.get("business", {}).get("time_zone", "UTC"))),
        (voice.t("Discount rate a year"), voice.share(folder.setting("lifetime", "annual_discount_rate", 0.1))),
        (voice.t("Months of lifetime value"), voice.count(folder.setting("lifetime", "horizon_months", 12))),
        (
            voice.t("Weights of the scores"),
            word("weighting", folder.setting("scoring", "weighting", "manual"), voice=voice),
        ),
        (
            voice.t("Scale of the scores"),
            word("normaliser", folder.setting("scoring", "normaliser", "minmax"), voice=voice),
        ),
        (voice.t("Extremes pulled in at each end"), voice.share(folder.setting("scoring", "winsor_share", 0.01))),
        (voice.t("Held out by lot"), voice.share(folder.setting("strategy", "holdout_share", 0.1))),
        (voice.t("Budget"), voice.money(float(budget)) if budget is not None else voice.t("no limit")),
        (voice.t("Most contacts"), voice.count(contacts) if contacts is not None else voice.t("no limit")),
        (voice.t("Margin where no cost is recorded"), voice.share(folder.setting("strategy", "margin_share", 1.0))),
        (voice.t("Profiling where no consent is recorded"), _allowed(folder, "profiling", voice=voice)),
        (voice.t("Marketing where no consent is recorded"), _allowed(folder, "marketing", voice=voice)),
    )
    table = Table(caption=voice.t("Settings that matter"), columns=columns(voice.t("Setting"), voice.t("Value")))
    table.rows.extend(cells(*row) for row in rows)
    return table


def _versions(folder: ResultFolder, *, voice: Voice) -> Table:
    manifest = folder.manifest
    versions: dict[str, Any] = manifest.get("versions") or {}
    table = Table(caption=voice.t("To repeat it"), columns=columns(voice.t("What"), voice.t("Value")))
    table.rows.append(cells("regulars", str(manifest.get("regulars_version", ""))))
    table.rows.extend(cells(name, str(version)) for name, version in versions.items() if name != "regulars")
    table.rows.append(cells(voice.t("Engine"), word("engine", manifest.get("engine"), voice=voice)))
    table.rows.append(cells(voice.t("Seed"), str(manifest.get("seed", ""))))
    table.rows.append(cells(voice.t("Fingerprint of the result"), str(manifest.get("content_hash", ""))[:16]))
    return table


def _days(days: int, *, voice: Voice) -> str:
    return voice.nt("{n} day", "{n} days", days)


def _allowed(folder: ResultFolder, purpose: str, *, voice: Voice) -> str:
    return voice.t("allowed") if folder.setting("consent", purpose) else voice.t("not allowed")
