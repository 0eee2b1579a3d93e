"""Mappings somebody said yes to, kept in the workspace (`mappings.json`, readable by its owner only).

They are known by the fingerprint of the header line, so the next export of the same form is read without asking.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from regulars.core import RegularsError
from regulars.records._results import Confirmed, FileReport

_NAME = "mappings.json"
_VERSION = 1
_LETTERS = 32


class MappingsUnreadable(RegularsError):
    """A file of mappings that holds something else."""

    code = "mappings_unreadable"
    template = "{path} holds no mappings that can be used: {problem}. Delete it, and what it kept is asked again."


class MappingNotKept(RegularsError):
    """The name of a mapping that the workspace does not keep."""

    code = "mapping_not_kept"
    template = "{folder} keeps no mapping '{name}'. Those it keeps: regulars mappings list --workspace {folder}"


def fingerprint(headers: Iterable[str]) -> str:
    """Return what tells one header line from another, whatever the order of its columns.

    >>> fingerprint(["id", "when "]) == fingerprint(["when", "id"]), fingerprint(["id"]) == fingerprint(["id", "id"])
    (True, False)
    """
    text = json.dumps(sorted(header.strip() for header in headers), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_LETTERS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mappings:
    """What a workspace keeps of mappings; `folder` need not exist to be asked."""

    folder: Path

    def kept(self) -> dict[str, Confirmed]:
        """Return the mappings by fingerprint.

        Raises:
            MappingsUnreadable: the file holds something else.
        """
        path = self.folder / _NAME
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            return {one: _confirmed(entry) for one, entry in _entries(held).items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise MappingsUnreadable(path=path, problem=error.strerror or "it cannot be read") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise MappingsUnreadable(path=path, problem="it is something else, or damaged") from error

    def keep(self, files: Iterable[FileReport], *, day: date) -> None:
        """Keep the mappings of files that were read as somebody said, and not as their headers say by themselves."""
        kept = self.kept()
        before = dict(kept)
        for file in files:
            if file.told_by == "headers":
                continue
            known = kept.get(file.headers_id)
            if known is None or (known.kind, known.mapping) != (file.kind, file.mapping):
                kept[file.headers_id] = Confirmed(kind=file.kind, mapping=file.mapping, file=file.file, day=day)
        if kept != before:
            self._write(kept)

    def forget(self, name: str) -> dict[str, Confirmed]:
        """Forget the mappings whose fingerprint begins so, or that were confirmed for a file of this name.

        Raises:
            MappingNotKept: there is none.
            MappingsUnreadable: the file holds something else.
        """
        kept = self.kept()
        gone = {one: held for one, held in kept.items() if held.file == name or (name and one.startswith(name))}
        if not gone:
            raise MappingNotKept(folder=self.folder, name=name)
        self._write({one: held for one, held in kept.items() if one not in gone})
        return gone

    def _write(self, kept: Mapping[str, Confirmed]) -> None:
        """Write beside, then take the place: never half a file, and nobody else may read it."""
        entries = {
            one: {
                "kind": held.kind,
                "mapping": dict(held.mapping),
                "file": held.file,
                "confirmed_on": held.day.isoformat() if held.day else None,
            }
            for one, held in sorted(kept.items())
        }
        path = self.folder / _NAME
        beside = path.with_name(_NAME + ".new")
        beside.touch(mode=0o600)
        os.chmod(beside, 0o600)
        text = json.dumps({"version": _VERSION, "mappings": entries}, ensure_ascii=False, indent=1)
        beside.write_text(text + "\n", encoding="utf-8")
        os.replace(beside, path)


def _entries(held: dict[str, Any]) -> dict[str, Any]:
    if held["version"] != _VERSION:
        raise ValueError("another version")
    entries: dict[str, Any] = held["mappings"]
    return entries


def _confirmed(entry: dict[str, Any]) -> Confirmed:
    mapping = {str(name): str(header) for name, header in entry["mapping"].items()}
    day = date.fromisoformat(entry["confirmed_on"]) if entry["confirmed_on"] else None
    return Confirmed(kind=str(entry["kind"]), mapping=mapping, file=str(entry["file"]), day=day)
