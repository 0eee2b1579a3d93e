"""The settings of a shop, changed from a page: its file regulars.toml, rewritten once it is known to be right.

Comments that somebody wrote into the file are lost; what is not on a page stays as it was.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from regulars.app._shop import Shop
from regulars.core import Settings, load_settings

Sections: TypeAlias = Mapping[str, Mapping[str, Any]]


def change(shop: Shop, changes: Sections) -> Settings:
    """Write settings, section by section; None goes back to the default. Returns what holds now.

    Raises:
        SettingsError: a value means nothing; the file stays as it was.
    """
    path = shop.settings_file
    held: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.exists() else {}
    for section, values in changes.items():
        kept = {**held.get(section, {}), **values}
        held[section] = {name: value for name, value in kept.items() if value is not None}
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_text(as_toml(held), encoding="utf-8")
        settings = load_settings(beside)
        os.chmod(beside, 0o600)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return settings


def as_toml(sections: Sections) -> str:
    """Return sections as TOML; inside one, tables are written in a line.

    >>> print(as_toml({"business": {"name": "Tea", "rates": {"EUR": Decimal("7.8")}}, "windows": {}}))
    [business]
    name = "Tea"
    rates = { EUR = 7.8 }
    <BLANKLINE>
    """
    blocks = [
        "\n".join([f"[{section}]", *(f"{name} = {_value(value)}" for name, value in values.items())]) + "\n"
        for section, values in sections.items()
        if values
    ]
    return "\n".join(blocks)


def _value(value: Any) -> str:
    if isinstance(value, bool | int | float | Decimal):
        return (
            str(value).lower() if isinstance(value, bool) else format(value, "f" if value.__class__ is Decimal else "")
        )
    if isinstance(value, Mapping):
        inside = [f"{_key(name)} = {_value(each)}" for name, each in value.items() if each is not None]
        return "{ " + ", ".join(inside) + " }" if inside else "{}"
    if isinstance(value, list | tuple):
        if any(isinstance(each, Mapping) for each in value):
            return "[\n" + "".join(f"  {_value(each)},\n" for each in value) + "]"
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return _text(str(value))


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else _text(name)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
