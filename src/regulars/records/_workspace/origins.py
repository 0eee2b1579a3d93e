"""What was handed over, known again by its content: the same file twice is one import, whatever it is called."""

from collections.abc import Iterable, MutableMapping, Sequence
from hashlib import file_digest
from pathlib import Path

from regulars.core import RegularsError
from regulars.records._results import FileReport, Source
from regulars.records._workspace.batch import Batch, Origin

Digests = MutableMapping[Path, str]
"""The SHA-256 of files before they were read, by path."""


class SourceChanged(RegularsError):
    """A file that holds something else than when its reading began: which of the two was read, nobody can say."""

    code = "source_changed"
    template = (
        "{file} changed while it was read, so nothing was kept of it. Wait until no program writes to it"
        " (or copy it), and import it again."
    )


def origin_of(source: Source, files: Iterable[FileReport], before: Digests) -> Origin:
    """Return what a batch says of a source, in which these tables of records were found.

    Raises:
        SourceChanged: its bytes are not those from before.
    """
    digest = _digest(source)
    if isinstance(source.data, Path) and before.get(source.data, digest) != digest:
        raise SourceChanged(file=_name(source))
    name = _name(source)
    found = [file for file in files if file.file == name or file.file.startswith(f"{name}/")]
    kinds = {kind for file in found for kind in (file.kind, file.export) if kind}
    size = source.data.stat().st_size if isinstance(source.data, Path) else None
    return Origin(name=name, sha256=digest, bytes=size, kinds=tuple(sorted(kinds)))


def sort_out(
    batches: Sequence[Batch], sources: Iterable[Source], before: Digests
) -> tuple[list[Source], list[tuple[str, str]]]:
    """Return the sources that no batch holds, and the names of the others with their batch; a second copy is neither.

    The hash of each file is noted in `before`.

    A file that was read as one kind may be read as another too: a list of orders may also tell of people.
    """
    held = [(batch.id, origin) for batch in batches for origin in batch.origins]
    fresh, known = [], []
    met: set[tuple[str, str | None]] = set()
    for source in sources:
        digest, kind = _digest(source), source.kind
        if digest is not None and isinstance(source.data, Path):
            before[source.data] = digest
        batch = next((batch for batch, origin in held if _is_held(digest, kind, origin)), None)
        if batch is not None:
            known.append((_name(source), batch))
        elif digest is None or (digest, kind) not in met:
            fresh.append(source)
            met |= {(digest, kind)} if digest is not None else set()
    return fresh, known


def _is_held(digest: str | None, kind: str | None, origin: Origin) -> bool:
    return digest is not None and digest == origin.sha256 and (kind is None or kind in origin.kinds)


def _name(source: Source) -> str:
    return source.data.name if isinstance(source.data, Path) else source.kind or "table"


def _digest(source: Source) -> str | None:
    """Return the SHA-256 of a file; of one that cannot be opened none, for reading it says what is the matter.

    Nor has a table in memory or a pipe, which can be looked at once.
    """
    if not isinstance(source.data, Path) or not source.data.is_file():
        return None
    try:
        with source.data.open("rb") as opened:
            return file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None
