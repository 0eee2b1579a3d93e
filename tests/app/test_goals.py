"""Goals: each is measured over the period that it was set for, whatever period the page shows."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from regulars.app import clock
from regulars.app.models import Goal
from regulars.app.publication.current import Published

PAGES = ("/pulse/", "/pulse/?days=30", "/pulse/?days=365")


@pytest.fixture
def by() -> date:
    """A day to come."""
    return clock.today() + timedelta(days=30)


def _cards(tea: Published, days: int) -> dict[str, str]:
    (cards,) = (period["cards"] for period in tea.board("en")["periods"] if period["days"] == days)
    return {card["name"]: card["value"] for card in cards if card["is_known"]}


def _differing(tea: Published) -> str:
    """Return a figure that is another one over 30 days, over 90 and over a year."""
    known = [_cards(tea, days) for days in (30, 90, 365)]
    return next(name for name in known[0] if len({cards.get(name) for cards in known}) == 3)


def _told(client: Client, page: str) -> list[str]:
    shown = client.get(page).content.decode()
    goals = shown[shown.index("<h2>Goals</h2>") :].split("</section>")[0]
    lines = re.findall(r"<li><p>(.*?)</p>", goals, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", line).replace("\u2009", " ").split(": ", 1)[1] for line in lines]


@pytest.mark.parametrize("days", [30, 365])
def test_a_goal_is_measured_over_the_period_that_it_was_set_for(
    client: Client, tea: Published, by: date, days: int
) -> None:
    figure = _differing(tea)
    form = {"figure": figure, "target": "1", "by": by.isoformat(), "days": days}
    assert client.post("/pulse/goal/", form).headers["Location"] == f"/pulse/?days={days}"
    now = _cards(tea, days)[figure].replace("\u2009", " ")
    for page in PAGES:
        (line,) = _told(client, page)
        assert line.startswith(f"{now} of ")
        assert f" · Last {days} days" in line


def test_the_form_sets_a_goal_for_the_period_that_the_page_shows(client: Client, tea: Published) -> None:
    for page, value in zip(PAGES, ("", "30", "365"), strict=True):
        shown = client.get(page).content.decode()
        assert f'<input type="hidden" name="days" value="{value}">' in shown
        figure, cards = _differing(tea), _cards(tea, int(value or 90))
        assert re.search(rf'<option value="{figure}">[^<]*\({re.escape(cards[figure])}\)', shown)


def test_a_figure_has_a_goal_for_each_period_and_the_latest_holds(client: Client, tea: Published, by: date) -> None:
    figure = _differing(tea)
    for days, target in ((30, 1), ("", 2), (30, 3), ("x", 4)):
        client.post("/pulse/goal/", {"figure": figure, "target": target, "by": by.isoformat(), "days": days})
    assert set(Goal.objects.values_list("days", flat=True)) == {30, None}
    assert sorted(line.split(" · ")[1] for line in _told(client, "/pulse/")) == ["Last 30 days", "Last 90 days"]


@pytest.mark.parametrize(("figure", "days"), [("revenue", 77), ("no_longer_there", None)])
def test_a_goal_that_cannot_be_measured_stays_to_be_forgotten(
    client: Client, tea: Published, by: date, figure: str, days: int | None
) -> None:
    goal = Goal.objects.create(figure=figure, days=days, target=1, by=by, set_on=clock.today())
    (line,) = _told(client, "/pulse/")
    assert line.startswith("not known of ")
    client.post(f"/pulse/goal/{goal.pk}/drop/")
    assert "None is set." in client.get("/pulse/").content.decode()
