"""The settings of a shop, changed from a page: its file regulars.toml, rewritten once it is known to be right.

Comments that somebody wrote into the file are lost; what is not on a page stays as it was.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import tomli_w
from django.db import transaction

from regulars.app._shop import Shop
from regulars.core import Settings, load_settings

Sections: TypeAlias = Mapping[str, Mapping[str, Any]]


def change(shop: Shop, changes: Sections) -> Settings:
    """Write settings, section by section; None goes back to the default. Returns what holds now.

    Raises:
        SettingsError: a value means nothing; the file stays as it was.
    """
    path = shop.settings_file
    beside = path.with_name(path.name + ".new")
    with transaction.atomic():  # one at a time, whichever process: each reads what the other wrote
        try:
            settings = _written(shop, changes, beside)
            os.chmod(beside, 0o600)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    return settings


def tried(shop: Shop, changes: Sections) -> Settings:
    """Return what would hold with these changes, and change nothing.

    Raises:
        SettingsError: a value means nothing.
    """
    with TemporaryDirectory() as elsewhere:
        return _written(shop, changes, Path(elsewhere) / shop.settings_file.name)


def _written(shop: Shop, changes: Sections, place: Path) -> Settings:
    path = shop.settings_file
    held: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.exists() else {}
    for section, values in changes.items():
        kept = {**held.get(section, {}), **values}
        held[section] = {name: value for name, value in kept.items() if value is not None}
    place.write_text(as_toml(held), encoding="utf-8")
    return load_settings(place)


def as_toml(sections: Sections) -> str:
    """Return sections as TOML; what is None is left out, at any depth.

    >>> from decimal import Decimal
    >>> print(as_toml({"business": {"name": "Tea", "rates": {"EUR": Decimal("7.8"), "USD": None}}, "windows": {}}))
    [business]
    name = "Tea"
    <BLANKLINE>
    [business.rates]
    EUR = 7.8
    <BLANKLINE>
    """
    return tomli_w.dumps({section: _said(values) for section, values in sections.items() if values})


def _said(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _said(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_said(each) for each in value]
    return value
