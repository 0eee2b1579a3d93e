"""Keys stand in a database of their own, so that a backup of the other one opens nothing."""

from typing import Any

_KEYS = {"wrappedkey", "secret", "audithead"}


class KeysApart:
    """Django's router: wrapped keys, and where the log ends, to `keys`; everything else to `default`."""

    def db_for_read(self, model: Any, **_: Any) -> str:
        """Return the database of a model or of a row."""
        return "keys" if model._meta.app_label == "app" and model._meta.model_name in _KEYS else "default"

    db_for_write = db_for_read

    def allow_relation(self, one: Any, other: Any, **_: Any) -> bool:
        """Say whether two rows may refer to each other: not across databases."""
        return self.db_for_read(one) == self.db_for_read(other)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        """Say in which database a table is made."""
        return bool(db == hints.get("database", "keys" if app_label == "app" and model_name in _KEYS else "default"))
