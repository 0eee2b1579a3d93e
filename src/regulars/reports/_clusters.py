"""Groups found in the records: what each is like, how their number was chosen, or why there are none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regulars.reports._columns import heading
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._groups import segment_rows
from regulars.reports._table import Cell, Column, Table, cells, columns
from regulars.reports._voice import Voice
from regulars.reports._words import word

# L. Kaufman and P. Rousseeuw, Finding Groups in Data (1990), p. 88: up to the first no structure, up to the second a
# weak one.
_NO_GAPS, _WEAK = 0.25, 0.5

_MEANS = ("order_day_count", "spend_mean", "days_since_last", "tenure_days", "usage_count")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGroups:
    """What is said of the groups, the groups, and how their number was chosen; without groups only the first."""

    lines: list[str]
    table: Table | None
    tried: Table | None


def found_groups(folder: ResultFolder, *, voice: Voice) -> FoundGroups | None:
    """Return the groups that clustering found; None for a result that knows nothing of them."""
    found: Row | None = folder.manifest.get("clusters")
    if not found:
        return None
    tried = _tried(found, voice=voice) if found["candidates"] else None
    if found["reason"]:
        return FoundGroups(lines=[_why_none(found, voice=voice)], table=None, tried=tried)
    return FoundGroups(lines=_chosen(found, voice=voice), table=_groups(folder, found, voice=voice), tried=tried)


def traits_text(group: Mapping[str, Any], *, voice: Voice) -> str:
    """Return in what a group differs from everybody's mean."""
    traits = [word("trait", trait["code"], voice=voice) for trait in group["traits"]]
    return voice.list(traits) or voice.t("near the mean in everything")


def _groups(folder: ResultFolder, found: Row, *, voice: Voice) -> Table:
    worth = {row["segment"]: row["lifetime_value"] for row in segment_rows(folder, "cluster", [])}
    measures = [name for name in _MEANS if any(name in group["means"] for group in found["clusters"])]
    table = Table(
        caption=voice.t("Groups of customers that are alike"),
        columns=(
            Column(text=voice.t("Group")),
            Column(text=voice.t("What sets them apart from the mean")),
            *columns(
                "#" + voice.t("Customers"),
                "#" + voice.t("Net spend"),
                "#" + voice.t("Value of the next 12 months"),
                *("#" + heading(name, voice=voice) for name in measures),
            ),
        ),
    )
    for group in found["clusters"]:
        value = worth.get(str(group["number"]))
        share = group["share_of_spend"]
        table.rows.append(
            [
                Cell(text=voice.t("Group {number}", number=group["number"])),
                Cell(text=traits_text(group, voice=voice)),
                Cell(text=voice.count(group["customers"]), notes=(voice.share(group["share_of_customers"]),)),
                Cell(
                    text=voice.rounded_money(float(group["spend_total"])),
                    notes=() if share is None else (voice.share(share),),
                ),
                Cell(text="–" if value is None else voice.rounded_money(value)),
                *(Cell(text=_mean(group["means"].get(name), name, voice=voice)) for name in measures),
            ]
        )
    return table


def _mean(value: float | None, name: str, *, voice: Voice) -> str:
    if value is None:
        return "–"
    if name == "spend_mean":
        return voice.money(value)
    return voice.count(value) if name in {"days_since_last", "tenure_days"} else voice.number(value)


def _chosen(found: Row, *, voice: Voice) -> list[str]:
    best = next(one for one in found["candidates"] if one["k"] == found["k"])
    lines = [
        voice.t(
            "{customers} customers with orders were compared by the figures in the last columns below. They fall into"
            " {k} groups; percentages are of these customers and of their spend.",
            customers=voice.count(found["customers"]),
            k=voice.count(found["k"]),
        ),
        voice.t(
            "Would other customers like these be sorted the same way? Agreement of {pairs} pairs of resamples:"
            " {agreement} ({interval}; 1 is the same groups, 0 is chance, {least} is asked for), on {people}"
            " customers.",
            pairs=voice.count(found["resample_pairs"]),
            agreement=voice.precise(best["stability"], digits=2),
            interval=_interval(best, voice=voice),
            least=voice.number(found["least_stability"], digits=2),
            people=voice.count(found["chosen_on"]),
        ),
    ]
    separation = voice.precise(best["silhouette"], digits=2)
    if best["silhouette"] <= _NO_GAPS:
        lines.append(
            voice.t(
                "The groups run into each other (separation {value} of 1): there are no gaps between them. Take them"
                " for a way to sort customers, not for kinds of people.",
                value=separation,
            )
        )
    elif best["silhouette"] <= _WEAK:
        lines.append(
            voice.t("The groups touch (separation {value} of 1): many customers stand near a border.", value=separation)
        )
    return lines


def _why_none(found: Row, *, voice: Voice) -> str:
    people, reason = voice.count(found["customers"]), found["reason"]
    if reason == "too_few_customers":
        return voice.t(
            "Groups are looked for from {least} customers with orders; there are {customers}. The groups of recency and"
            " frequency above say as much as there is to say.",
            least=voice.count(found["least_customers"]),
            customers=people,
        )
    if reason == "no_stable_groups":
        nearest = max(found["candidates"], key=lambda one: (one["stability"], -one["k"]))
        return voice.t(
            "No groups hold: other customers like these {customers} would be sorted otherwise (the best agreement, of"
            " {k} groups, is {agreement}, {interval}; {least} is asked for). Use the groups of recency and frequency"
            " above.",
            customers=people,
            k=voice.count(nearest["k"]),
            agreement=voice.precise(nearest["stability"], digits=2),
            interval=_interval(nearest, voice=voice),
            least=voice.number(found["least_stability"], digits=2),
        )
    return voice.t(
        "The {customers} customers with orders are alike in everything that groups could be made of.", customers=people
    )


def _tried(found: Row, *, voice: Voice) -> Table:
    table = Table(
        caption=voice.t(
            "How the number of groups was chosen: among those that would come out again, the best set apart"
        ),
        columns=columns(
            voice.t("Groups"), "#" + voice.t("Agreement of resamples"), "#" + voice.t("Separation (silhouette)"), ""
        ),
    )
    for one in found["candidates"]:
        agreed = voice.t(
            "{value} ({doubt})",
            value=voice.precise(one["stability"], digits=2),
            doubt=_interval(one, voice=voice),
        )
        said = voice.t("chosen") if one["k"] == found["k"] else ""
        if one["stability"] < found["least_stability"]:
            said = voice.t("would not come out again")
        row = cells(voice.count(one["k"]), agreed, voice.precise(one["silhouette"], digits=2), said)
        table.rows.append(row)
    return table


def _interval(candidate: Row, *, voice: Voice) -> str:
    doubt = candidate["stability_interval"]
    return voice.t(
        "{level} interval {low} to {high}",
        level=voice.share(doubt["level"]),
        low=voice.precise(doubt["low"], digits=2),
        high=voice.precise(doubt["high"], digits=2),
    )
