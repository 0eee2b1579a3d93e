"""One person in words: a line of a list, a suggestion, a portrait, and what happened to them. For pages, row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from regulars.reports._chance_parts import chance_parts
from regulars.reports._contacts import action_words, titles, why
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._reasons import reason_text
from regulars.reports._scores import SCORES
from regulars.reports._sentences import FIGURES, why_not_in_it
from regulars.reports._voice import N_, Voice
from regulars.reports._words import WORDS, readable, word

_HAPPENED: Mapping[str, str] = {
    "order": N_("Ordered"),
    "refund": N_("Was refunded"),
    "usage": N_("Used it"),
    "feedback": N_("Gave feedback"),
    "touch": N_("Was contacted"),
    "subscribed": N_("Subscribed"),
    "unsubscribed": N_("Ended a subscription"),
    "brought": N_("Brought somebody"),
}


@dataclass(frozen=True, kw_only=True)
class People:
    """The words for people of one result, in one voice."""

    folder: ResultFolder
    voice: Voice

    @cached_property
    def _own_titles(self) -> dict[str, str]:
        return titles(self.folder)

    def line(self, row: Row) -> dict[str, str]:
        """Return what a list shows of a row of customers.parquet: figures by name, nothing where they are unknown."""
        voice = self.voice
        said = {name: "" if row.get(name) is None else voice.score(row[name]) for name in SCORES.values()}
        said["lifetime_value"] = "" if row.get("lifetime_value") is None else voice.money(float(row["lifetime_value"]))
        for name in ("order_count", "days_since_last"):
            said[name] = "" if row.get(name) is None else voice.count(row[name])
        said["lifecycle_stage"] = word("stage", row.get("lifecycle_stage"), voice=voice)
        action = row.get("next_action")
        said["next_action"] = action_words(action, self._own_titles, voice=voice) if action else ""
        return said

    def suggestion(self, row: Row) -> dict[str, Any]:
        """Return a suggestion in words, from a row of actions.parquet with the columns its trigger looked at."""
        voice = self.voice
        day = row["do_by"]
        offer = float(row["offer_cost"] or 0)
        advice = WORDS["advice"].get(row["next_action"])
        return {
            "what": action_words(row["next_action"], self._own_titles, voice=voice),
            "advice": voice.t(advice) if advice and row["next_action"] not in self._own_titles else "",
            "offer": voice.t("offer worth up to {cost}", cost=voice.money(offer)) if offer else "",
            "why": why(row, row, voice=voice),
            "channel": word("channel", row["channel"], voice=voice),
            "gain": voice.money(row["expected_gain"]),
            "gain_range": voice.t(
                "{low} to {high}",
                low=voice.money(row["expected_gain_low"]),
                high=voice.money(row["expected_gain_high"]),
            ),
            "do_by": voice.short_day(day if isinstance(day, date) else date.fromisoformat(day)),
        }

    def portrait(self, customer: Row, reasons: Sequence[Row]) -> dict[str, Any]:
        """Return a person's figures: the scores with their parts, the value with its interval, the chance to buy."""
        voice = self.voice
        return {
            **self.line(customer),
            "loyalty_grade": word("grade", customer.get("loyalty_grade"), voice=voice),
            "rfm_group": word("group", customer.get("rfm_group"), voice=voice),
            "p_purchase": "" if customer.get("p_purchase") is None else voice.share(customer["p_purchase"]),
            "scores": [self._score(name, customer, reasons) for name in SCORES.values()],
            "value": self._value(customer),
            "facts": self._facts(customer),
            "forecast": self._forecast(customer),
            "reasons": [self._part(row) for row in reasons if row["figure"] == "next_action"],
            "may": {
                name: bool(customer[name])
                for name in ("may_profile", "may_email", "may_message", "may_phone", "may_share")
            },
            "since": "" if customer.get("first_order_day") is None else voice.short_day(customer["first_order_day"]),
        }

    def events(self, rows: Sequence[Row]) -> list[dict[str, str]]:
        """Return what happened to a person, from rows of events.parquet, the newest first."""
        ordered = sorted(rows, key=lambda row: row["day"] or date.min, reverse=True)
        return [self._event(row) for row in ordered]

    def _score(self, name: str, customer: Row, reasons: Sequence[Row]) -> dict[str, Any]:
        voice = self.voice
        own = sorted(
            (row for row in reasons if row["figure"] == name),
            key=lambda row: (-(row["contribution"] or 0), row["code"]),
        )
        value = customer.get(name)
        return {
            "name": voice.t(FIGURES[name]),
            "value": voice.t("not known") if value is None else voice.score(value),
            "share": 0.0 if value is None else value / 100,
            "parts": [self._part(row) for row in own],
        }

    def _part(self, row: Row) -> dict[str, str]:
        voice = self.voice
        reason = reason_text(row["code"], row["value"], language=voice.language, currency=voice.currency)
        points = ""
        if row["contribution"]:
            points = (
                voice.money(row["contribution"]) if row["figure"] == "next_action" else voice.score(row["contribution"])
            )
        return {"reason": reason or readable(row["code"]), "points": points}

    def _value(self, customer: Row) -> dict[str, str]:
        voice = self.voice
        brought = customer.get("referral_value")
        through = voice.money(brought) if brought else ""
        if customer.get("lifetime_value") is None:
            return {"value": voice.t("not known"), "range": "", "through": through}
        low, high = customer.get("lifetime_value_low"), customer.get("lifetime_value_high")
        return {
            "value": voice.money(customer["lifetime_value"]),
            "through": through,
            "range": ""
            if low is None or high is None
            else voice.t("{low} to {high}", low=voice.money(low), high=voice.money(high)),
        }

    def _forecast(self, customer: Row) -> dict[str, Any]:
        """Return the chances to buy and to lapse, and what they rest on; or why there are none."""
        voice = self.voice
        chance = customer.get("p_purchase")
        if chance is None:
            code = customer.get("prediction_reason")
            why_not = why_not_in_it(code, voice=voice) if code else ""
            return {"buys": "", "lapses": "", "days": "", "rests_on": None, "why_not": why_not}
        model = self.folder.optional("models/purchase.json")
        return {
            "buys": voice.share(chance),
            "lapses": voice.share(1 - chance),
            "days": "" if model is None else voice.count(model["horizon"]["days"]),
            "rests_on": chance_parts(model, customer, voice=voice),
            "why_not": "",
        }

    def _facts(self, customer: Row) -> list[dict[str, str]]:
        voice = self.voice
        told = []
        for name, said in (
            ("order_count", voice.count), ("spend_total", voice.money), ("spend_mean", voice.money),
            ("days_since_last", voice.count), ("gap_mean_days", voice.number), ("refund_total", voice.money),
            ("usage_count", voice.count), ("rating_recent_mean", voice.score), ("referral_count", voice.count),
            ("cost_to_serve", voice.money),
        ):  # fmt: skip
            if customer.get(name):
                told.append({"name": word("feature", name, voice=voice), "value": said(float(customer[name]))})
        return told

    def _event(self, row: Row) -> dict[str, str]:
        voice = self.voice
        day, kind = row["day"], row["kind"]
        notes = []
        if kind == "usage":
            notes.append(voice.nt("{n} time", "{n} times", int(row["number"])))
        elif kind == "feedback" and row["number"] is not None:
            notes.append(voice.t("rating {value} of 100", value=voice.number(row["number"], digits=0)))
        elif row["amount"] is not None and kind != "touch":
            notes.append(voice.money(row["amount"]))
        if row["detail"] and kind in {"order", "touch"}:
            notes.append(word("channel", row["detail"], voice=voice))
        elif row["detail"] and kind in {"subscribed", "unsubscribed"}:
            notes.append(str(row["detail"]))
        when = "" if day is None else voice.month(day) if kind == "usage" else voice.short_day(day)
        return {"kind": kind, "when": when, "what": voice.t(_HAPPENED[kind]), "notes": voice.t("; ").join(notes)}
