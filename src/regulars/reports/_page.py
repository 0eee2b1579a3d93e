"""The report as one HTML file: styles, scripts and data inside, nothing fetched from anywhere."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from regulars.reports._acquisition import acquisition
from regulars.reports._alive import alive
from regulars.reports._business import efficiency, rates
from regulars.reports._chances import chances
from regulars.reports._charts import charts
from regulars.reports._clusters import found_groups
from regulars.reports._contacts import contacts
from regulars.reports._flow import flow
from regulars.reports._folder import ResultFolder
from regulars.reports._forecasts import revenue
from regulars.reports._groups import cohorts, grid, groups, lifecycle
from regulars.reports._headline import cards, periods, summary
from regulars.reports._levers import levers
from regulars.reports._method import method
from regulars.reports._model_cards import model_cards
from regulars.reports._quality import quality
from regulars.reports._referrals import referrals
from regulars.reports._scores import scores
from regulars.reports._subscriptions import subscriptions
from regulars.reports._target import writable
from regulars.reports._values import values
from regulars.reports._voice import Language, Voice

_TEMPLATES = Path(__file__).parent / "templates"
_CHART_LIBRARY = Path(__file__).parent / "vendor" / "echarts.min.js"
_HTML_LANGUAGE = {"en": "en", "zh": "zh-Hans"}


def render_html(folder: Path, *, path: Path | None = None, language: Language = "en") -> Path:
    """Write the report of a result as one HTML file that needs no network, and return its path.

    Args:
        folder: a result, as `regulars.analyze` wrote it; nothing else is read.
        path: the file to write, missing folders above it included; default report.html in the folder.
        language: of every word and number in it.

    Raises:
        ResultMissing: the folder holds no result.
        ResultUnreadable: the result is damaged or of another version.
        ReportUnwritable: the file cannot be written.
    """
    result = ResultFolder(path=Path(folder))
    voice = Voice(language=language, currency=result.currency)
    page = (
        _environment()
        .get_template("report.html")
        .render(
            **_sections(result, voice),
            html_language=_HTML_LANGUAGE[language],
            t=voice.t,
            nt=voice.nt,
            voice=voice,
            style=_text(_TEMPLATES / "report.css"),
            script=_text(_TEMPLATES / "report.js"),
            chart_library=_text(_CHART_LIBRARY),
        )
    )
    target = writable(Path(folder) / "report.html" if path is None else Path(path))
    target.write_text(page, encoding="utf-8")
    return target


def sections(folder: Path, *, language: Language) -> dict[str, Any]:
    """Return everything the report says, section by section, as plain lists and mappings of texts: for other pages.

    Raises:
        ResultMissing: the folder holds no result.
        ResultUnreadable: the result is damaged or of another version.
    """
    result = ResultFolder(path=Path(folder))
    return {
        name: _bare(told)
        for name, told in _sections(result, Voice(language=language, currency=result.currency)).items()
    }


def _sections(result: ResultFolder, voice: Voice) -> dict[str, Any]:
    makers: Mapping[str, Callable[..., Any]] = {
        "summary": summary, "cards": cards, "periods": periods, "contacts": contacts, "scores": scores,
        "lifecycle": lifecycle, "flow": flow, "revenue": revenue, "chances": chances, "values": values,
        "levers": levers, "alive": alive,
        "model_cards": model_cards, "grid": grid, "found_groups": found_groups, "referrals": referrals,
        "subscriptions": subscriptions, "acquisition": acquisition, "groups": groups, "cohorts": cohorts,
        "rates": rates, "efficiency": efficiency, "quality": quality, "method": method,
    }  # fmt: skip
    return {
        "shop": result.shop,
        "as_of": voice.day(result.as_of),
        "first_day": voice.day(result.first_day),
        "period_days": result.setting("windows", "period_days", 90),
        **{name: make(result, voice=voice) for name, make in makers.items()},
        "charts": charts(result.path, voice.language),
    }


def _bare(told: Any) -> Any:
    """Return what is told without its types."""
    if is_dataclass(told) and not isinstance(told, type):
        return {field.name: _bare(getattr(told, field.name)) for field in fields(told)}
    if isinstance(told, dict):
        return {name: _bare(value) for name, value in told.items()}
    return [_bare(each) for each in told] if isinstance(told, list | tuple) else told


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("regulars.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
