"""Who brings whom: how many customers came through others, and who brought the most."""

from dataclasses import dataclass

from regulars.reports._folder import ResultFolder, Row, figure
from regulars.reports._sentences import sentence
from regulars.reports._table import Cell, Table, columns
from regulars.reports._voice import Voice
from regulars.reports._words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrals:
    """What is said of the referrals, and the advocates; None where nobody is one."""

    lines: list[str]
    advocates: Table | None


def referrals(folder: ResultFolder, *, voice: Voice) -> Referrals | None:
    """Return everything the section on referrals shows; None for a result that knows nothing of them."""
    found: Row | None = folder.rates.get("referrals")
    if found is None:
        return None
    if not found["referral_count"]:
        line = voice.t("No referrals are recorded. With a file of who brought whom, your advocates stand here.")
        return Referrals(lines=[line], advocates=None)
    advocates: list[Row] = folder.rates.get("advocates") or []
    return Referrals(
        lines=_lines(folder, found, voice=voice),
        advocates=_table(folder, advocates, voice=voice) if advocates else None,
    )


def own_values(folder: ResultFolder, advocates: list[Row]) -> dict[str, float | None]:
    """Return what the advocates are expected to bring themselves; None where that is not known."""
    people = folder.customers([row["customer_id"] for row in advocates], ["lifetime_value"])
    return {customer: row.get("lifetime_value") for customer, row in people.items()}


def _lines(folder: ResultFolder, found: Row, *, voice: Voice) -> list[str]:
    brought = figure(found["brought"])
    lines = [] if brought is None else [sentence(brought, language=voice.language, currency=voice.currency)]
    if found["advocate_count"]:
        lines.append(
            voice.nt(
                "{n} customer brought at least one who went on to order; the longest chain has {steps}.",
                "{n} customers brought at least one who went on to order; the longest chain has {steps}.",
                found["advocate_count"],
                steps=voice.nt("{n} step", "{n} steps", found["deepest_chain"]),
            )
        )
        lines.append(
            voice.t(
                "Of what somebody brought is expected to be worth, {share} counts for who brought them, and the same"
                " part of that at each step further up. Totals of the business count everybody's own value only.",
                share=voice.share(folder.setting("network", "share", 0.5)),
            )
        )
    left_out = [
        voice.t("{name}: {value}", name=word("referral_fault", code, voice=voice), value=voice.count(count))
        for code, count in found["left_out"].items()
        if count
    ]
    if left_out:
        lines.append(
            voice.t(
                "{without} of {n} referrals do not count ({reasons}).",
                without=voice.count(sum(found["left_out"].values())),
                n=voice.count(found["referral_count"]),
                reasons=voice.t("; ").join(left_out),
            )
        )
    return lines


def _table(folder: ResultFolder, advocates: list[Row], *, voice: Voice) -> Table:
    own = own_values(folder, advocates)
    table = Table(
        caption=voice.t("Who brings the most (expected value of the next 12 months)"),
        columns=columns(
            voice.t("Customer"),
            "#" + voice.t("People brought"),
            "#" + voice.t("Value through others"),
            "#" + voice.t("Own value"),
            "#" + voice.t("Together"),
        ),
    )
    for row in advocates:
        further = row["referred_in_all"] - row["referred_directly"]
        notes = (voice.nt("and {n} through them", "and {n} through them", further),) if further else ()
        value = own.get(row["customer_id"])
        table.rows.append(
            [
                Cell(text=row["customer_id"]),
                Cell(text=voice.count(row["referred_directly"]), notes=notes),
                Cell(text=voice.money(row["referral_value"])),
                Cell(text=voice.t("not known") if value is None else voice.money(value)),
                Cell(text=voice.money(row["total_value"])),
            ]
        )
    return table
