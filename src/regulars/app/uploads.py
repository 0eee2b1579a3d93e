"""Uploaded files until they are imported or given up: a folder each, gone when the import ends or after a day.

They lie in the shop's workspace, readable by its owner only, and no longer than they have to: they name people.
"""

import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from regulars.app._shop import Shop, served
from regulars.app.models import Job

_TOKEN = re.compile(r"[0-9a-f]{16}")
_MOST_BYTES = 200
_KEPT = timedelta(days=1)


class Arriving(TemporaryFileUploadHandler):
    """Writes a file while it is being sent, into a folder that holds nothing else."""

    def new_file(self, field_name: str, file_name: str, *told: Any, **more: Any) -> None:
        """Begin a file."""
        served().arriving.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().new_file(field_name, short(file_name), *told, **more)


def keep(shop: Shop, files: Iterable["UploadedFile[Any]"]) -> tuple[str, list[Path]]:
    """Keep uploaded files; return the name of the upload, and where each file lies, under its own name."""
    token = secrets.token_hex(8)
    places = []
    for number, file in enumerate(files):
        folder = _home(shop) / token / str(number)
        folder.mkdir(mode=0o700, parents=True)
        place = folder / short(Path(str(file.name)).name or "upload")
        written = getattr(file, "temporary_file_path", None)
        if written is not None:
            shutil.move(written(), place)  # on the same disk: no copy of a large file
        else:
            with place.open("wb") as kept:
                for chunk in file.chunks():
                    kept.write(chunk)
        place.chmod(0o600)
        places.append(place)
    return token, places


def short(name: str) -> str:
    """Return a name that a disk can hold, which counts bytes; what says the kind of file stays.

    >>> short("orders.csv"), short("客" * 100 + ".csv") == "客" * 65 + ".csv"
    ('orders.csv', True)
    """
    stem, kind = Path(name).stem, Path(name).suffix
    if len(kind.encode()) > _MOST_BYTES // 10:
        stem, kind = name, ""
    return stem.encode()[: _MOST_BYTES - len(kind.encode())].decode(errors="ignore") + kind


def is_there(shop: Shop, token: str) -> bool:
    """Whether an upload is still kept."""
    return bool(_TOKEN.fullmatch(token)) and (_home(shop) / token).is_dir()


def give_up(shop: Shop, token: str) -> None:
    """Remove the files of an upload; of one that is gone already, nothing."""
    if is_there(shop, token):
        shutil.rmtree(_home(shop) / token, ignore_errors=True)


def clear(shop: Shop, now: datetime) -> None:
    """Remove what an import was done with, in success or for good without, and what nobody came back for.

    Nothing of which a job is still to come is removed.
    """
    for path in shop.arriving.glob("*"):  # of a process that was killed meanwhile
        with suppress(FileNotFoundError):
            if now.timestamp() - path.stat().st_mtime > _KEPT.total_seconds():
                path.unlink()
    held = {path.name: path.stat().st_mtime for path in (_home(shop).iterdir() if _home(shop).is_dir() else ())}
    if not held:
        return
    jobs = Job.objects.filter(payload__upload__in=list(held))
    busy = set(jobs.filter(state__in=[Job.QUEUED, Job.RUNNING]).values_list("payload__upload", flat=True))
    ended = jobs.filter(kind="import", state__in=[Job.DONE, Job.FAILED, Job.CANCELLED])
    over = set(ended.values_list("payload__upload", flat=True))
    over |= {token for token, changed in held.items() if now.timestamp() - changed > _KEPT.total_seconds()}
    for token in over - busy:
        give_up(shop, token)


def _home(shop: Shop) -> Path:
    return shop.workspace / "uploads"
