"""What may be wrong with a settings file, in words: of an unknown name the nearest known one, of a value its rule."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from regulars.core._errors import RegularsError

_LONGEST_SHOWN = 60


class SettingsError(RegularsError):
    """A settings file that cannot be read or holds a value that means nothing."""

    code = "settings_invalid"
    template = "{file}: {place}: {problem}. Every setting and its default is listed in docs/settings.md."


class SettingsMissing(SettingsError):
    """A settings file that is not there."""

    code = "settings_missing"
    template = "There is no settings file {file}. Name it as seen from the current folder, or leave out --settings."


class SettingUnknown(SettingsError):
    """A name that no setting has, near to one that is."""

    code = "setting_unknown"
    template = (
        "{file}: there is no setting {place}. Did you mean {nearest}?"
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingForeign(SettingsError):
    """A name that no setting has, nor one like it."""

    code = "setting_foreign"
    template = (
        "{file}: there is no setting {place}, nor one of a similar name."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingMissing(SettingsError):
    """A setting without a default that is not there."""

    code = "setting_missing"
    template = (
        "{file}: {place} is missing, and has no default. Every setting and its default is listed in docs/settings.md."
    )


class SettingNotWhole(SettingsError):
    """A setting that must be a whole number."""

    code = "setting_not_whole"
    template = (
        "{file}: {place} is {value}, but must be a whole number."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingNotNumber(SettingsError):
    """A setting that must be a number."""

    code = "setting_not_number"
    template = (
        "{file}: {place} is {value}, but must be a number. Every setting and its default is listed in docs/settings.md."
    )


class SettingEndless(SettingsError):
    """A number that is infinite, or none at all."""

    code = "setting_endless"
    template = (
        "{file}: {place} is {value}, but must be a finite number."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingNotFlag(SettingsError):
    """A setting that is switched on or off."""

    code = "setting_not_flag"
    template = (
        "{file}: {place} is {value}, but must be true or false."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingNotText(SettingsError):
    """A setting that must be a text."""

    code = "setting_not_text"
    template = (
        "{file}: {place} is {value}, but must be a text in quotation marks."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingNotList(SettingsError):
    """A setting that holds several values."""

    code = "setting_not_list"
    template = (
        "{file}: {place} is {value}, but must be a list in square brackets."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingNotSection(SettingsError):
    """A setting that holds settings of its own."""

    code = "setting_not_section"
    template = (
        "{file}: {place} is {value}, but must hold settings of its own, each with a name."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingNotOneOf(SettingsError):
    """A word that is none of those a setting knows."""

    code = "setting_not_one_of"
    template = (
        "{file}: {place} is {value}, but must be one of {limit}."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingTooSmall(SettingsError):
    """A number below the least."""

    code = "setting_too_small"
    template = (
        "{file}: {place} is {value}, but must be {limit} or more."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingTooLarge(SettingsError):
    """A number above the most."""

    code = "setting_too_large"
    template = (
        "{file}: {place} is {value}, but must be {limit} or less."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingNotAbove(SettingsError):
    """A number that is not above its bound."""

    code = "setting_not_above"
    template = (
        "{file}: {place} is {value}, but must be above {limit}."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingNotBelow(SettingsError):
    """A number that is not below its bound."""

    code = "setting_not_below"
    template = (
        "{file}: {place} is {value}, but must be below {limit}."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingTooLong(SettingsError):
    """A text with too many letters, or a number with too many digits."""

    code = "setting_too_long"
    template = (
        "{file}: {place} is {value}, but may have {limit} letters or digits at most."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingTooFine(SettingsError):
    """An amount with too many digits behind the point."""

    code = "setting_too_fine"
    template = (
        "{file}: {place} is {value}, but may have {limit} digits behind the point at most."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingEmpty(SettingsError):
    """A list that must not be empty."""

    code = "setting_empty"
    template = (
        "{file}: {place} is empty, but must name {limit} at least."
        " Every setting and its default is listed in docs/settings.md."
    )


class SettingMiswritten(SettingsError):
    """A text that does not look as it must."""

    code = "setting_miswritten"
    template = (
        "{file}: {place} is {value}, but must look like {limit}."
        " Every setting and its default is listed in docs/settings.md."
    )


# What the checker calls a fault -> what it is called here, and which of its figures is the limit.
_FAULTS: Mapping[str, tuple[type[SettingsError], str]] = {
    "missing": (SettingMissing, ""),
    "int_type": (SettingNotWhole, ""),
    "int_parsing": (SettingNotWhole, ""),
    "int_from_float": (SettingNotWhole, ""),
    "float_type": (SettingNotNumber, ""),
    "float_parsing": (SettingNotNumber, ""),
    "finite_number": (SettingEndless, ""),
    "decimal_type": (SettingNotNumber, ""),
    "decimal_parsing": (SettingNotNumber, ""),
    "bool_type": (SettingNotFlag, ""),
    "bool_parsing": (SettingNotFlag, ""),
    "string_type": (SettingNotText, ""),
    "tuple_type": (SettingNotList, ""),
    "model_type": (SettingNotSection, ""),
    "dict_type": (SettingNotSection, ""),
    "literal_error": (SettingNotOneOf, "expected"),
    "greater_than_equal": (SettingTooSmall, "ge"),
    "less_than_equal": (SettingTooLarge, "le"),
    "greater_than": (SettingNotAbove, "gt"),
    "less_than": (SettingNotBelow, "lt"),
    "string_too_long": (SettingTooLong, "max_length"),
    "decimal_max_digits": (SettingTooLong, "max_digits"),
    "decimal_max_places": (SettingTooFine, "decimal_places"),
    "too_short": (SettingEmpty, "min_length"),
    "string_pattern_mismatch": (SettingMiswritten, "pattern"),
}


# A pattern means nothing to who writes a file; one that stands nowhere here is shown as it is.
_LOOKS: Mapping[object, str] = {
    "^([A-Z]{3})?$": "EUR",
    "^[A-Z]{3}$": "EUR",
    "^([A-Z]{2})?$": "CN",
    "^[a-z][a-z0-9_]*$": "win_back",
    r"^(\S(.*\S)?)?$": "'spring', without blanks at its ends",
}


def fault_of(error: ValidationError, *, file: Path, settings: type[BaseModel]) -> SettingsError:
    """Return the first thing that is wrong, as an error that names the place, the value and the rule."""
    # A misspelt name leaves another missing: it is the one to mend.
    found = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")[0]
    steps = found["loc"][:-2] if found["loc"][-1:] == ("[key]",) else found["loc"]
    place = ".".join(str(step) for step in steps) or "file"
    if found["type"] == "extra_forbidden":
        nearest = _nearest(place, sorted(_names(settings)))
        if nearest is None:
            return SettingForeign(file=file, place=place)
        return SettingUnknown(file=file, place=place, nearest=nearest)
    if found["type"] == "value_error":
        return SettingsError(file=file, place=place, problem=found["ctx"]["error"])
    return _of_rule(found, file=file, place=place)


def _of_rule(found: ErrorDetails, *, file: Path, place: str) -> SettingsError:
    kind, limit = _FAULTS.get(found["type"], (SettingsError, ""))
    shown = repr(found["input"])
    said = {
        "value": shown if len(shown) <= _LONGEST_SHOWN else shown[: _LONGEST_SHOWN - 1] + "…",
        "limit": _limit(found["ctx"][limit]) if limit else "",
        "problem": found["msg"],
    }
    return kind(file=file, place=place, **said)


def _limit(limit: object) -> str:
    """Return a limit as it would be written in the file; of a pattern, what looks like it."""
    if limit in _LOOKS:
        return _LOOKS[str(limit)]
    return f"{limit:g}" if isinstance(limit, float) else str(limit).replace(" or ", ", ")


def _names(settings: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the name of every section and every setting, with the sections before it."""
    for name, field in settings.model_fields.items():
        yield prefix + name
        kind = field.annotation
        for inner in (kind, *getattr(kind, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _names(inner, f"{prefix}{name}.")


def _nearest(place: str, names: list[str]) -> str | None:
    """Return the known name that was meant, looked for in the same section first; None where none is like it."""
    # A play is known by its number, its settings by their names.
    plain = ".".join(part for part in place.split(".") if not part.isdigit())
    section, _, last = plain.rpartition(".")
    beside = {name.rpartition(".")[2]: name for name in names if name.rpartition(".")[0] == section}
    elsewhere = {name.rpartition(".")[2]: name for name in names}
    for known, likeness in ((beside, 0.6), (elsewhere, 0.8)):
        meant = get_close_matches(last, known, n=1, cutoff=likeness)
        if meant:
            return known[meant[0]]
    return None
