"""Core: which words does everybody use?

Errors, money, periods, intervals, figures and settings. Every room may import this one; it imports none.

>>> Window(end=date(2024, 3, 31), days=90).start
datetime.date(2024, 1, 2)
"""

from datetime import date

from regulars.core._errors import RegularsError
from regulars.core._figures import Figure, Note, Period, Unit
from regulars.core._intervals import Interval, wilson
from regulars.core._money import MONEY, MONEY_SQL, to_money
from regulars.core._periods import DAYS_PER_YEAR, Window
from regulars.core._playbook import Channel, Group, Play, Stage
from regulars.core._settings import Settings, load_settings
from regulars.core._settings_faults import SettingsError

__all__ = [
    "DAYS_PER_YEAR",
    "MONEY",
    "MONEY_SQL",
    "Channel",
    "Figure",
    "Group",
    "Interval",
    "Note",
    "Period",
    "Play",
    "RegularsError",
    "Settings",
    "SettingsError",
    "Stage",
    "Unit",
    "Window",
    "date",
    "load_settings",
    "to_money",
    "wilson",
]
