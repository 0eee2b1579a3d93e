"""The words of each language, read from the TOML files beside this one, as Arrow arrays to pick from."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

from regulars.simulation._clock import Ints
from regulars.simulation._plan import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the files of one language say. `headers` is by kind, then by canonical column."""

    yes: str
    no: str
    channels: pa.Array
    acquisition_channels: pa.Array
    regions: pa.Array
    events: pa.Array
    consent_sources: pa.Array
    categories: pa.Array
    products: pa.Array
    plan: str
    period: str
    missing: pa.Array
    unreadable: pa.Array
    given: pa.Array
    given_latin: pa.Array
    family: pa.Array
    given_first: bool
    headers: Mapping[str, Mapping[str, str]]


@cache
def words(language: Language) -> Words:
    """Return the words of a language."""
    told = _read(f"words_{language}.toml")
    lists = ("channels", "acquisition_channels", "regions", "events", "consent_sources", "missing", "unreadable")
    return Words(
        **{name: pa.array(told[name]) for name in lists},
        **{name: pa.array(told["names"][name]) for name in ("given", "given_latin", "family")},
        given_first=told["names"]["given_first"],
        categories=pa.array([category["name"] for category in told["categories"]]),
        products=pa.array([product for category in told["categories"] for product in category["products"]]),
        **{name: told[name] for name in ("yes", "no", "plan", "period", "headers")},
    )


@cache
def texts(language: Language, tone: str) -> pa.Array:
    """Return every text of a tone: high, middle, low or ticket."""
    told = _read("texts.toml")[language]
    joint, parts = told["joint"], told[tone]
    return pa.array(
        [
            joint.join(part for part in (opening, point, closing) if part)
            for opening in parts["opening"]
            for point in parts["point"]
            for closing in parts["closing"]
        ]
    )


def picked(choices: pa.Array, numbers: Ints) -> pa.Array:
    """Return the choice of each number."""
    return choices.take(pa.array(numbers))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("regulars.simulation").joinpath(name).read_text(encoding="utf-8"))
