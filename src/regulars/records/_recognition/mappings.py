"""Mappings somebody said yes to, kept in the workspace (`mappings.json`, readable by its owner only).

They are known by the fingerprint of the header line, so the next export of the same form is read without asking.
What was said for an import goes with it: a mapping that only undone batches were read by counts no more.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from regulars.core import RegularsError
from regulars.records._marks import N_
from regulars.records._results import Confirmed, FileReport

_NAME = "mappings.json"
_BATCHES = "batches"
"""The folder of a workspace that holds its batches, each under its id."""
_VERSION = 1
_LETTERS = 32


class MappingsUnreadable(RegularsError):
    """A file of mappings that holds something else."""

    code = "mappings_unreadable"
    texts = frozenset({"problem"})
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
        """Return the mappings by fingerprint, without those that only undone imports confirmed.

        Raises:
            MappingsUnreadable: the file holds something else.
        """
        standing = {one: self._standing(held) for one, held in self._held().items()}
        return {one: held for one, held in standing.items() if held is not None}

    def _standing(self, held: Confirmed) -> Confirmed | None:
        """Return a mapping if it still counts, else the one before it, if that does."""
        earlier = None if held.earlier is None else self._standing(held.earlier)
        if held.batches is None:
            return held
        live = tuple(batch for batch in held.batches if (self.folder / _BATCHES / batch).is_dir())
        return replace(held, batches=live, earlier=earlier) if live else earlier

    def _held(self) -> dict[str, Confirmed]:
        path = self.folder / _NAME
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            return {one: _confirmed(entry) for one, entry in _entries(held).items()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise MappingsUnreadable(path=path, problem=error.strerror or N_("it cannot be read")) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise MappingsUnreadable(path=path, problem=N_("it is something else, or damaged")) from error

    def keep(self, files: Iterable[FileReport], *, day: date, batch: str | None = None) -> tuple[str, ...]:
        """Keep the mappings of files that were read as somebody said, and not as their headers say by themselves.

        Return the files whose mapping took the place of one that was kept.
        `batch` is the one that the files became; what was said for it alone goes when it is undone.
        """
        before, kept = self._held(), self.kept()
        changed: list[str] = []
        for file in files:
            if file.told_by == "headers":
                continue
            known = kept.get(file.headers_id)
            if known is None or (known.kind, known.mapping) != (file.kind, file.mapping):
                changed += [] if known is None else [file.file]
                kept[file.headers_id] = Confirmed(
                    kind=file.kind, mapping=file.mapping, file=file.file, day=day,
                    batches=None if batch is None else (batch,), earlier=None if batch is None else known,
                )  # fmt: skip
            elif known.batches is not None:
                kept[file.headers_id] = _used(known, batch, is_said_again=file.told_by == "person")
        if kept != before:
            self._write(kept)
        return tuple(changed)

    def forget_undone(self) -> None:
        """Forget what only undone imports confirmed; where nothing is left, no file is either.

        Raises:
            MappingsUnreadable: the file holds something else.
        """
        before, kept = self._held(), self.kept()
        if before and not kept:
            (self.folder / _NAME).unlink()
        elif kept != before:
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
        entries = {one: _entry(held) for one, held in sorted(kept.items())}
        path = self.folder / _NAME
        beside = path.with_name(_NAME + ".new")
        beside.touch(mode=0o600)
        os.chmod(beside, 0o600)
        text = json.dumps({"version": _VERSION, "mappings": entries}, ensure_ascii=False, indent=1)
        beside.write_text(text + "\n", encoding="utf-8")
        os.replace(beside, path)


def _used(known: Confirmed, batch: str | None, *, is_said_again: bool) -> Confirmed:
    """Return a mapping of imports that one more of them used; what is said outside of any stays whatever is undone."""
    if batch is not None:
        return replace(known, batches=tuple(dict.fromkeys([*(known.batches or ()), batch])))
    return replace(known, batches=None, earlier=None) if is_said_again else known


def _entry(held: Confirmed) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "kind": held.kind,
        "mapping": dict(held.mapping),
        "file": held.file,
        "confirmed_on": held.day.isoformat() if held.day else None,
    }
    if held.batches is not None:
        entry["batches"] = list(held.batches)
    if held.earlier is not None:
        entry["earlier"] = _entry(held.earlier)
    return entry


def _entries(held: dict[str, Any]) -> dict[str, Any]:
    if held["version"] != _VERSION:
        raise ValueError("another version")
    entries: dict[str, Any] = held["mappings"]
    return entries


def _confirmed(entry: dict[str, Any]) -> Confirmed:
    mapping = {str(name): str(header) for name, header in entry["mapping"].items()}
    day = date.fromisoformat(entry["confirmed_on"]) if entry["confirmed_on"] else None
    batches, earlier = entry.get("batches"), entry.get("earlier")
    return Confirmed(
        kind=str(entry["kind"]), mapping=mapping, file=str(entry["file"]), day=day,
        batches=None if batches is None else tuple(str(batch) for batch in batches),
        earlier=None if earlier is None else _confirmed(earlier),
    )  # fmt: skip
