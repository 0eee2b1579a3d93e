"""The app's day: today where the business is. Every other file of the app asks here."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import timezone

from regulars.app._shop import served
from regulars.core import Settings, load_settings


def today() -> date:
    """Return the day in the business's time zone."""
    return day_of(timezone.now())


def day_of(moment: datetime) -> date:
    """Return the day of a moment in the business's time zone."""
    return there(moment).date()


def there(moment: datetime) -> datetime:
    """Return a moment as the clocks of the business show it."""
    return moment.astimezone(ZoneInfo(shop_settings().business.time_zone))


def shop_settings() -> Settings:
    """Return the settings of the shop: those of its file, or the usual ones."""
    path = served().settings_file
    changed = path.stat().st_mtime_ns if path.exists() else 0
    return _loaded(changed)


@lru_cache(maxsize=2)
def _loaded(changed: int) -> Settings:
    """Read the file anew when it has changed."""
    return load_settings(served().settings_file if changed else None)
