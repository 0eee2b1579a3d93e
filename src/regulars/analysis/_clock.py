"""The edge where the machine is asked what time it is. Everything below is told."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from regulars.core import Settings


def machine_time() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def machine_day(settings: Settings) -> date:
    """Return today's date in the business's time zone."""
    return machine_time().astimezone(ZoneInfo(settings.business.time_zone)).date()
