"""Reports: how do I see it?

Reads a result folder and nothing else (manifest.json, rates.json, customers, reasons, actions, cohorts, segments and
quality.parquet; forecast.json and models/*.json where there are any); adds report.html, tables.xlsx and the options
behind charts.json. It computes nothing: it picks, counts, formats and says, in English or Chinese, what the rooms
below handed over as codes and numbers.

>>> reason_text("order_count", 3, language="en")
'orders so far: 3'
"""

from regulars.reports._charts import charts
from regulars.reports._date_orders import date_order_text
from regulars.reports._excel import write_xlsx
from regulars.reports._folder import ResultFolder, ResultMissing, ResultUnreadable
from regulars.reports._lines import action_rows, explanation_lines
from regulars.reports._notes import error_text, note_text
from regulars.reports._page import render_html, sections
from regulars.reports._people import People
from regulars.reports._reasons import reason_text
from regulars.reports._sentences import sentence
from regulars.reports._target import ReportUnwritable
from regulars.reports._voice import N_, Language, Voice
from regulars.reports._words import word

__all__ = [
    "N_",
    "Language",
    "People",
    "ReportUnwritable",
    "ResultFolder",
    "ResultMissing",
    "ResultUnreadable",
    "Voice",
    "action_rows",
    "charts",
    "date_order_text",
    "error_text",
    "explanation_lines",
    "note_text",
    "reason_text",
    "render_html",
    "sections",
    "sentence",
    "word",
    "write_xlsx",
]
