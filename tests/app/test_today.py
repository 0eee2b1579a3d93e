"""Today: the words to send stand ready, and what changed since the last result is told once and rightly."""

import json
import re
import secrets
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client

from regulars.app import messages
from regulars.app._shop import Shop
from regulars.app.privacy import erasing
from regulars.app.publication import listing
from regulars.app.publication.boards import prepare
from regulars.app.publication.current import Published, publish
from regulars.app.views.today import names_of

STAGE, EARLIER = "lapsed", "growth"


def _place(shop: Shop) -> Path:
    """Return where the next result goes: under a name of its own, for what a board says is remembered by it."""
    return shop.results / f"000002-{secrets.token_hex(4)}"


def rewritten(path: Path, column: str, values: list[Any]) -> None:
    table = pq.read_table(path)
    place = table.schema.get_field_index(column)
    pq.write_table(table.set_column(place, column, pa.array(values, table.schema.field(place).type)), path)


@pytest.fixture
def listed(tea: Published) -> list[str]:
    """Who is on the list, by rank."""
    return [str(row["customer_id"]) for row in listing.suggestions(tea, first=1, size=500)]


@pytest.fixture
def moved(tea: Published) -> list[str]:
    """Whom the earlier result had in another stage: all who lapsed."""
    rows = pq.read_table(tea.folder / "customers.parquet").to_pylist()
    return [row["customer_id"] for row in rows if row["lifecycle_stage"] == STAGE]


@pytest.fixture
def again(shop: Shop, tea: Published, listed: list[str], moved: list[str]) -> Published:
    """A result like the one before, which did not list the first, listed one more, and had the lapsed growing."""
    actions = pq.read_table(tea.folder / "actions.parquet").to_pylist()
    ranks = [None if row["customer_id"] == listed[0] else row["rank"] for row in actions]
    others = next(place for place, row in enumerate(actions) if row["rank"] is None)
    customers = pq.read_table(tea.folder / "customers.parquet").to_pylist()
    new = _place(shop)
    shutil.copytree(tea.folder, new, ignore=shutil.ignore_patterns("pages"))
    rewritten(tea.folder / "actions.parquet", "rank",
              [9_999 if place == others else rank for place, rank in enumerate(ranks)])  # fmt: skip
    for name, value in (("within_budget", True), ("held_out", False)):
        rewritten(tea.folder / "actions.parquet", name,
                  [value if place == others else row[name] for place, row in enumerate(actions)])  # fmt: skip
    stages = [EARLIER if row["customer_id"] in moved else row["lifecycle_stage"] for row in customers]
    rewritten(tea.folder / "customers.parquet", "lifecycle_stage", stages)
    for path in (tea.pages / "board.en.json", tea.pages / "board.zh.json"):
        board = json.loads(path.read_text(encoding="utf-8"))
        board["cards"][0]["value"] = "4,711"
        path.write_text(json.dumps(board), encoding="utf-8")
    prepare(new, before=tea.folder)
    return publish(shop, new)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_to_send_stand_beside_each_suggestion_with_the_name_filled_in(
    client: Client, tea: Published, listed: list[str], language: Any
) -> None:
    client.cookies["regulars_language"] = language
    row = listing.some(tea, listed[:1])[listed[0]]
    text = messages.text_of(row["next_action"], language)
    assert text
    begin = messages.filled(text.split("{shop}")[0].split("{days}")[0], {"name": names_of(listed[:1])[listed[0]]})
    page = client.get("/").content.decode()
    assert begin in page
    assert "{name}" not in page
    assert "{shop}" not in page


def test_a_text_of_the_shops_own_is_filled_in_and_runs_nowhere(
    client: Client, tea: Published, listed: list[str]
) -> None:
    play = listing.some(tea, listed[:1])[listed[0]]["next_action"]
    messages.keep(play, {"en": "</textarea><script>{name}</script>"})
    page = client.get("/").content.decode()
    assert "&lt;/textarea&gt;&lt;script&gt;" in page
    assert "</textarea><script>" not in page


def test_what_to_write_is_on_paper_whole_though_it_is_closed_on_the_page(
    client: Client, tea: Published, listed: list[str]
) -> None:
    play = listing.some(tea, listed[:1])[listed[0]]["next_action"]
    messages.keep(play, {"en": "Dear {name},\n<i>tea</i>"})
    page = client.get("/").content.decode()
    on_screen = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    on_paper = re.findall(r'<p class="d-none d-print-block message">(.*?)</p>', page, re.DOTALL)
    assert on_paper == on_screen
    assert any(text.endswith(",\n&lt;i&gt;tea&lt;/i&gt;") for text in on_paper)
    assert page.count('<details class="mb-2 d-print-none">') == len(on_paper)


def test_the_first_result_has_nothing_to_compare_with(client: Client, tea: Published) -> None:
    assert tea.board("en")["changes"] is None
    assert "What changed" not in client.get("/").content.decode()


def test_a_result_like_the_one_before_changed_nothing(client: Client, shop: Shop, tea: Published) -> None:
    new = _place(shop)
    shutil.copytree(tea.folder, new, ignore=shutil.ignore_patterns("pages"))
    prepare(new, before=tea.folder)
    told = publish(shop, new).board("en")["changes"]
    assert (told["moved"], told["stages"]) == ([], [])
    assert told["entered"] == told["left"] == {"n": 0, "ids": []}
    assert "Nothing changed." in client.get("/").content.decode()


def test_who_came_and_went_which_figure_moved_and_who_is_elsewhere_is_told(
    client: Client, again: Published, listed: list[str], moved: list[str]
) -> None:
    told = again.board("en")["changes"]
    assert told["entered"] == {"n": 1, "ids": listed[:1]}
    assert told["left"]["n"] == 1
    assert not set(told["left"]["ids"]) & set(listed)
    assert [each["before"] for each in told["moved"]] == ["4,711"]
    assert told["stages"] == [{"before": EARLIER, "now": STAGE, "n": len(moved)}]
    page = client.get("/").content.decode()
    query = f"order=total_value&amp;lifecycle_stage={STAGE}&amp;stage_before={EARLIER}"
    assert query in page
    found = client.get(f"/customers/?{query.replace('&amp;', '&')}").content.decode()
    assert all(f"/customers/{who}/" in found for who in moved[:50])
    groups = client.get("/groups/").content.decode()
    flow = groups[groups.index("<caption>From stage to stage since") :].split("</table>")[0]
    assert "<td>Growing</td><td>Lapsed</td>" in flow
    assert f'{query}">{len(moved)}</a>' in flow
    nobody = client.get(f"/customers/?order=total_value&lifecycle_stage={STAGE}&stage_before=retention")
    assert not [who for who in moved if f"/customers/{who}/" in nobody.content.decode()]


def test_what_changed_names_nobody_who_was_erased_meanwhile(
    client: Client, shop: Shop, again: Published, listed: list[str]
) -> None:
    (left,) = again.board("en")["changes"]["left"]["ids"]
    for who in (left, listed[0]):
        assert f"/customers/{who}/" in client.get("/").content.decode()
        erasing.shred(shop, who, by="lin")
        assert f"/customers/{who}/" not in client.get("/").content.decode()
    shutil.rmtree(again.pages)
    prepare(again.folder, before=shop.results / "000001-00000001")
    assert json.loads((again.pages / "board.en.json").read_text())["changes"]["left"] == {"n": 0, "ids": []}
