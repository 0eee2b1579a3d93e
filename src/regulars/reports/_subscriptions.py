"""How long subscribers stay, by plan: who is left after so many months, and what the running ones will still bring."""

from dataclasses import dataclass

from regulars.reports._amounts import amount, amounts_between
from regulars.reports._curves import HEIGHT, MOST_LINES, curves
from regulars.reports._drawing import Chart, chart_of
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._table import Cell, Table, cells, columns
from regulars.reports._voice import Voice
from regulars.reports._words import word

_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionsTold:
    """The plans, the months of all of them, and what is said of them."""

    lines: list[str]
    plans: Table
    months: Table


def subscriptions(folder: ResultFolder, *, voice: Voice) -> SubscriptionsTold | None:
    """Return what is known of subscriptions; None for a business, or an older result, without them."""
    plans = _plans(folder)
    if not plans:
        return None
    lines = [
        voice.t(
            "Who is left is counted in whole months from each subscription's own first day; those that were not seen"
            " for a whole month yet ({new} of {all}) are left out.",
            new=voice.count(plans[0]["too_new"]),
            all=voice.count(plans[0]["contracts"]),
        )
    ]
    if any(plan["residual"] for plan in plans):
        lines.append(
            voice.t(
                "Still to come are the renewals that the subscription model expects of the running ones, later ones"
                " discounted. Lifetime values may hold this money too: the two do not add up."
            )
        )
    return SubscriptionsTold(
        lines=lines, plans=_plan_table(plans, voice=voice), months=_month_table(plans[0], voice=voice)
    )


def subscriptions_chart(folder: ResultFolder, *, voice: Voice) -> Chart | None:
    """Return a line for each of the largest plans: who is left; and for one plan alone, what the model expects."""
    plans = [plan for plan in _plans(folder) if plan["months"]][:MOST_LINES]
    if not plans:
        return None
    title = voice.t("How many subscribers are left after so many months")
    names = [_name(plan, voice=voice) for plan in plans]
    lines = {
        name: [(0, 1.0), *((row["month"], row["survival"]) for row in plan["months"])]
        for name, plan in zip(names, plans, strict=True)
    }
    expected = [(row["month"], row["expected"]) for row in plans[0]["months"] if row["expected"] is not None]
    if len(plans) == 1 and expected:
        lines[voice.t("Expected by the model")] = [(0, 1.0), *expected]
    option = curves(lines, months=voice.t("Months since the start"), voice=voice)
    return chart_of(title, option, _left_table(title, plans, voice=voice), height=HEIGHT, voice=voice)


def _plans(folder: ResultFolder) -> list[Row]:
    found = folder.optional("subscriptions.json")
    return [] if found is None else list(found["plans"])


def _plan_table(plans: list[Row], *, voice: Voice) -> Table:
    table = Table(
        caption=voice.t("Subscriptions by plan"),
        columns=columns(
            voice.t("Plan"),
            "#" + voice.t("Subscriptions"),
            "#" + voice.t("Running"),
            "#" + voice.t("Left after a year (95%)"),
            "#" + voice.t("Still to come of the running ones (95%)"),
            "#" + voice.t("Of it in 12 months"),
        ),
    )
    for plan in plans:
        row = cells(_name(plan, voice=voice), voice.count(plan["contracts"]), voice.count(plan["running"]))
        table.rows.append([*row, _after_a_year(plan, voice=voice), *_to_come(plan, voice=voice)])
    return table


def _after_a_year(plan: Row, *, voice: Voice) -> Cell:
    row = next((row for row in plan["months"] if row["month"] == _YEAR), None)
    if row is None:
        return Cell(text=voice.t("not known"), notes=(voice.t("none was seen for so long"),))
    return Cell(text=voice.share(row["survival"]), notes=(_shares_between(row, "survival", voice=voice),))


def _to_come(plan: Row, *, voice: Voice) -> list[Cell]:
    residual = plan["residual"]
    if residual is None:
        return [
            Cell(text=voice.t("not known"), notes=(word("no_residual", plan["reason"], voice=voice),)),
            Cell(text="–"),
        ]
    between = amounts_between(residual["value_low"], residual["value_high"], voice=voice)
    return [
        Cell(text=amount(residual["value"], voice=voice), notes=(between,)),
        Cell(text=amount(residual["value_12_months"], voice=voice)),
    ]


def _month_table(plan: Row, *, voice: Voice) -> Table:
    table = Table(
        caption=voice.t("Month by month: {plan}", plan=_name(plan, voice=voice)),
        columns=columns(
            voice.t("Month"),
            "#" + voice.t("There at its start"),
            "#" + voice.t("Ended in it"),
            "#" + voice.t("Retention (95%)"),
            "#" + voice.t("Left at its end (95%)"),
            "#" + voice.t("Expected by the model"),
        ),
    )
    for row in plan["months"]:
        table.rows.append(
            [
                *cells(voice.count(row["month"]), voice.count(row["at_risk"]), voice.count(row["lost"])),
                Cell(text=voice.share(row["retention"]), notes=(_shares_between(row, "retention", voice=voice),)),
                Cell(text=voice.share(row["survival"]), notes=(_shares_between(row, "survival", voice=voice),)),
                Cell(text="–" if row["expected"] is None else voice.share(row["expected"])),
            ]
        )
    return table


def _left_table(title: str, plans: list[Row], *, voice: Voice) -> Table:
    """Return who is left of each plan that is drawn, month by month, as far as the longest was seen."""
    expected = {row["month"]: row["expected"] for row in plans[0]["months"]} if len(plans) == 1 else {}
    headings = [*(_name(plan, voice=voice) for plan in plans)]
    if any(share is not None for share in expected.values()):
        headings.append(voice.t("Expected by the model"))
    table = Table(caption=title, columns=columns(voice.t("Month"), *("#" + heading for heading in headings)))
    shares = [{row["month"]: row["survival"] for row in plan["months"]} for plan in plans]
    if len(headings) > len(plans):
        shares.append(expected)
    for month in range(1, max(max(each) for each in shares) + 1):
        said = ("–" if each.get(month) is None else voice.share(each[month]) for each in shares)
        table.rows.append(cells(voice.count(month), *said))
    return table


def _shares_between(row: Row, name: str, *, voice: Voice) -> str:
    return voice.t("{low} to {high}", low=voice.share(row[f"{name}_low"]), high=voice.share(row[f"{name}_high"]))


def _name(plan: Row, *, voice: Voice) -> str:
    if plan["is_all"]:
        return voice.t("All plans together")
    return str(plan["plan"]) if plan["plan"] else voice.t("No plan named")
