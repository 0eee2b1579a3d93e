"""A form that was not taken: why, in words, beside the form, and with all that was typed still in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError

from regulars.reports import N_, Voice

_RULES: Mapping[str, str] = {
    "required": N_("{field}: something has to stand here."),
    "max_length": N_("{field}: {limit} characters at most."),
    "min_value": N_("{field}: it must be {limit} or more."),
    "max_value": N_("{field}: it must be {limit} or less."),
    "invalid_choice": N_("{field}: choose one of those that are offered."),
    "over": N_("{field}: the day must be after today."),
    "null_characters_not_allowed": N_("{field}: it holds a character that cannot be kept."),
}
_ELSE = N_("{field}: this cannot be used.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a form was not taken, and what stood in it; `form` tells it from the other forms of its page."""

    form: str = ""
    why: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)

    def of(self, form: str) -> tuple[str, ...]:
        """Return why a form was not taken; nothing of a form that was not sent."""
        return self.why if form == self.form else ()

    def typed(self, form: str, name: str, otherwise: object = "") -> str:
        """Return what was typed into a field; of a form that was not sent, what else stands there."""
        return self.said.get(name, "") if form == self.form else str(otherwise)


NOTHING = Refused()
"""No form was sent."""


def refused(name: str, form: forms.Form, *, called: Mapping[str, str], voice: Voice) -> Refused:
    """Return why a form cannot be taken.

    Args:
        name: what the page calls the form.
        form: a form that is not valid.
        called: what each field is called on the page, in English, as the catalogue has it.
        voice: in whose words.
    """
    why = [
        _sentence(fault, form.fields[place], voice.t(called[place]), voice)
        for place, faults in form.errors.as_data().items()
        for fault in faults
    ]
    return Refused(form=name, why=tuple(why), said={place: form.data.get(place, "") for place in form.fields})


def _sentence(fault: ValidationError, field: forms.Field, called: str, voice: Voice) -> str:
    limit = (fault.params or {}).get("limit_value", "")
    return voice.t(_RULES.get(fault.code or "", _shape(field)), field=called, limit=limit)


def _shape(field: forms.Field) -> str:
    """Return what a field of this kind has to look like."""
    if isinstance(field, forms.DateField):
        return N_("{field}: it must be a day, such as 2026-03-31.")
    if isinstance(field, forms.FloatField):
        return N_("{field}: it must be a number.")
    return N_("{field}: it must be a whole number.") if isinstance(field, forms.IntegerField) else _ELSE
