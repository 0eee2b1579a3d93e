"""What the shop does by itself: an analysis each night, and whatever lies in the inbox, without a cron."""

import os
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

from regulars.app import uploads
from regulars.app._shop import served
from regulars.app.clock import shop_settings
from regulars.app.jobs import queue
from regulars.app.models import Job
from regulars.app.publication.current import current

_AT = time(3)
_SETTLED = timedelta(seconds=20)
"""For how long a file has to be unchanged before it is taken for whole."""


def ask_what_is_due() -> None:
    """Ask for an analysis if last night's is missing or something new lies in the inbox."""
    shop = served()
    now = timezone.now()
    uploads.clear(shop, now)
    if _is_new(shop.workspace / "inbox", now):
        queue.ask("analyse", key="analyse")
    elif current(shop) is not None:
        night = _last_night(now, ZoneInfo(shop_settings().business.time_zone))
        if not Job.objects.filter(kind="analyse", asked_at__gte=night).exists():
            queue.ask("analyse", key="analyse")


def _last_night(now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    night = datetime.combine(local.date(), _AT, zone)
    return night if night <= local else night - timedelta(days=1)


def _is_new(inbox: Path, now: datetime) -> bool:
    """Whether a file lies there that nobody is still writing, and that no run has looked at and left."""
    changed = [path.stat().st_mtime for path in _files(inbox) if path.is_file()]
    if not changed or now.timestamp() - max(changed) < _SETTLED.total_seconds():
        return False
    seen = Job.objects.filter(kind="analyse").order_by("-asked_at").values_list("asked_at", flat=True).first()
    return seen is None or seen.timestamp() < max(changed) + _SETTLED.total_seconds()


def _files(inbox: Path) -> Iterator[Path]:
    """Yield what lies in the inbox and in folders in it, but for what runs put there: files that are in, and notes."""
    for place, folders, names in os.walk(inbox):
        folders[:] = [name for name in folders if name[0] != "." and Path(place) / name != inbox / "done"]
        yield from (Path(place) / name for name in names if name[0] != "." and not name.endswith(".problem.txt"))
