"""Groups of one's own: conditions part everybody, their rules are those of logic, what is handed over is allowed."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.app._shop import Shop
from regulars.app.models import AuditEvent, Consent, Person, SavedSegment
from regulars.app.privacy import access, consents, erasing
from regulars.app.publication.current import Published
from regulars.app.segments import asking, drafts, handover
from regulars.app.segments.columns import ALL
from regulars.app.segments.conditions import OPERATORS, VALUES, Condition, Group, Segment, read
from regulars.app.vault import store

TEXTS = st.text(min_size=1, max_size=8).filter(lambda text: "\0" not in text)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Draw a condition over any column, with values of its type."""
    column = ALL[draw(st.sampled_from(sorted(ALL)))]
    test = draw(st.sampled_from(OPERATORS[column.type]))
    values: st.SearchStrategy[str] = TEXTS
    if test.startswith("days_ago"):
        values = st.integers(0, 900).map(str)
    elif column.type == "number":
        values = st.floats(-5, 500, allow_nan=False).map(str)
    elif column.type == "day":
        values = st.dates().map(str)
    elif column.type == "code":
        values = st.sampled_from(column.codes)
    return Condition(column=column.name, test=test, values=tuple(draw(values) for _ in range(VALUES[test])))


def groups(depth: int = 2) -> st.SearchStrategy[Group]:
    """Draw a group of conditions and smaller groups."""
    inner: st.SearchStrategy[Any] = conditions()
    if depth:
        inner = inner | groups(depth - 1)
    joins = st.sampled_from(["all", "any", "none"])
    return st.builds(Group, join=joins, parts=st.lists(inner, max_size=3).map(tuple))


def _count(result: Published, *parts: Condition | Group, join: Any = "all") -> int:
    return asking.count(result, Segment(root=Group(join=join, parts=parts)))[0]


quietly = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@quietly
@given(one=conditions(), other=conditions())
def test_conditions_follow_the_rules_of_logic(tea: Published, one: Condition, other: Condition) -> None:
    everybody = asking.count(tea, Segment())[1]
    assert _count(tea, one) + _count(tea, one, join="none") == everybody
    both, either = _count(tea, one, other), _count(tea, one, other, join="any")
    assert both + either == _count(tea, one) + _count(tea, other)
    assert _count(tea, one, other, join="none") == everybody - either
    not_one, not_other = (Group(join="none", parts=(each,)) for each in (one, other))
    assert _count(tea, not_one, not_other, join="any") == everybody - both


@quietly
@given(condition=conditions())
def test_a_test_and_its_contrary_part_everybody(tea: Published, condition: Condition) -> None:
    contraries = {"is": "is_not", "contains": "contains_not", "known": "unknown"}
    if condition.test in contraries:
        contrary = condition.model_copy(update={"test": contraries[condition.test]})
        assert _count(tea, condition) + _count(tea, contrary) == asking.count(tea, Segment())[1]


def test_a_group_holds_whom_its_words_say(tea: Published) -> None:
    rows = asking.fetch(tea, "SELECT * FROM customers").to_pylist()
    for condition, holds in (
        (Condition(column="order_count", test="at_least", values=("3",)), lambda row: row["order_count"] >= 3),
        (Condition(column="may_email", test="yes"), lambda row: row["may_email"]),
        (Condition(column="rfm_group", test="is", values=("champions", "loyal")),
         lambda row: row["rfm_group"] in {"champions", "loyal"}),
        (Condition(column="main_channel_share", test="at_most", values=("50",)),
         lambda row: row["main_channel_share"] is not None and row["main_channel_share"] <= 0.5),
        (Condition(column="last_order_day", test="days_ago_at_most", values=("30",)),
         lambda row: row["last_order_day"] is not None and 0 <= (asking.as_of(tea) - row["last_order_day"]).days < 30),
    ):  # fmt: skip
        wanted = sorted(row["customer_id"] for row in rows if holds(row))
        found = asking.members(tea, Segment(root=Group(parts=(condition,))), ("customer_id",))
        assert found["customer_id"].to_pylist() == wanted
        assert 0 < len(wanted) < len(rows)


def _fields(draft: drafts.Draft, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield what a browser sends of the page of a draft."""
    yield (f"join.{path}" if path else "join", draft["join"])
    for number, part in enumerate(draft["parts"]):
        place = f"{path}.{number}" if path else str(number)
        yield "part", place
        if "parts" in part:
            yield from _fields(part, place)
        else:
            yield f"column.{place}", part["column"]
            yield f"test.{place}", part["test"]
            yield from ((f"value.{place}", value) for value in part["values"])


def _sent(draft: drafts.Draft) -> QueryDict:
    said = QueryDict(mutable=True)
    for name, value in _fields(draft):
        said.appendlist(name, value)
    return said


@given(root=groups())
def test_what_a_page_shows_of_a_group_is_what_it_sends(root: Group) -> None:
    draft = drafts.of_segment(Segment(root=root))
    again = drafts.segment_of(drafts.of_form(_sent(draft)))
    stripped = drafts.segment_of(_trimmed(draft))
    assert again == stripped


def _trimmed(draft: drafts.Draft) -> drafts.Draft:
    """Return a draft as a browser's field keeps it: without blanks around a text."""
    if "parts" in draft:
        return {**draft, "parts": [_trimmed(part) for part in draft["parts"]]}
    return {**draft, "values": [value.strip() for value in draft["values"]]}


@quietly
@given(
    said=st.dictionaries(
        st.sampled_from(["part", "join", "join.0", "column.0", "test.0", "value.0", "do", "name", "segment"]),
        st.lists(st.text(max_size=20) | st.sampled_from(["0", "0.1", "spend_total", "between", "add ", "group 0"]),
                 max_size=3),
    )
)  # fmt: skip
def test_nothing_that_is_sent_breaks_the_builder(client: Client, tea: Published, said: dict[str, list[str]]) -> None:
    assert client.post("/groups/build/", said).status_code in {200, 302}


@pytest.mark.parametrize("kept", [
    None, [], {"root": {"join": "xor", "parts": []}},
    {"root": {"join": "all", "parts": [{"column": "customer_id) --", "test": "known"}]}},
    {"root": {"parts": [{"column": "spend_total", "test": "at_least", "values": ["nan"]}]}},
    {"root": {"parts": [{"column": "spend_total", "test": "contains", "values": ["1"]}]}},
    {"root": {"parts": [{"column": "top_category", "test": "is", "values": []}]}},
])  # fmt: skip
def test_what_is_no_group_is_none(kept: Any) -> None:
    assert read(kept) is None


def test_a_group_is_saved_renamed_and_deleted(client: Client, tea: Published) -> None:
    draft = {"join": "all", "parts": [{"column": "order_count", "test": "at_least", "values": ["2"]}]}
    client.post("/groups/build/", {**_sent(draft), "do": "save", "name": "常客"} | {"part": ["0"]})
    kept = SavedSegment.objects.get(name="常客")
    assert "常客" in client.get("/groups/").content.decode()
    assert client.get(f"/groups/{kept.id}/count/").status_code == 200
    client.post("/groups/build/", {**_sent(draft), "do": "save", "name": "Regulars", "segment": kept.id})
    assert list(SavedSegment.objects.values_list("name", flat=True)) == ["Regulars"]
    client.post(f"/groups/{kept.id}/remove/")
    assert not SavedSegment.objects.exists()


def _saved(*parts: Condition) -> SavedSegment:
    made = Segment(root=Group(parts=parts))
    return SavedSegment.objects.create(name="all", conditions=made.model_dump(mode="json"), made_at="2024-07-01T00:00Z")


def _handed(client: Client, segment: SavedSegment, what: str) -> list[str]:
    answer = client.post(f"/groups/{segment.id}/hand-over/", {"what": what})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # of streaming answers
    return text.removeprefix("\ufeff").split("\r\n")[1:-1]


def test_only_who_may_be_written_to_is_handed_over_and_nobody_who_is_restricted(client: Client, tea: Published) -> None:
    rows = asking.fetch(
        tea, "SELECT customer_id, may_email, may_message, may_phone, may_share FROM customers"
    ).to_pylist()
    allowed = [row["customer_id"] for row in rows if row["may_email"] or row["may_message"] or row["may_phone"]]
    assert 1 < len(allowed) < len(rows)
    segment = _saved()
    assert len(_handed(client, segment, "ids")) == len(rows)
    assert [line.split(",")[0] for line in _handed(client, segment, "people")] == sorted(allowed)
    Person.objects.filter(customer_id=allowed[0]).update(restricted=True)
    assert [line.split(",")[0] for line in _handed(client, segment, "people")] == sorted(allowed[1:])
    assert len(_handed(client, segment, "ids")) == len(rows) - 1
    shared = {row["customer_id"] for row in rows if row["may_share"]}
    told = store.reveal(sorted(shared), ("email",))
    hashes = {sha256(handover.email_for("meta", found["email"][0]).encode()).hexdigest() for found in told.values()
              if "email" in found}  # fmt: skip
    handed = {line.split(",")[0] for line in _handed(client, segment, "meta")} - {""}
    assert handed <= hashes
    assert not [line for line in _handed(client, segment, "google") if "@" in line]


def test_whoever_was_erased_or_took_a_word_back_is_handed_over_no_more(
    client: Client, tea: Published, shop: Shop, owner: User
) -> None:
    segment = _saved()
    first, second, *rest = [line.split(",")[0] for line in _handed(client, segment, "people")]
    erasing.shred(shop, first, by="lin")
    consents.say(shop, second, purposes=Consent.MARKETING, granted=False, by=owner, source=Consent.PAGE)
    assert [line.split(",")[0] for line in _handed(client, segment, "people")] == rest
    assert first not in _handed(client, segment, "ids")
    assert second in _handed(client, segment, "ids")
    everybody = asking.count(tea, Segment())[1]
    lines = AuditEvent.objects.filter(what="handed_over", actor="lin", details__members=everybody)
    assert sorted(line.details["form"] for line in lines) == ["ids", "ids", "people", "people"]


def test_the_access_file_says_in_which_files_a_person_was_handed_on(client: Client, tea: Published, shop: Shop) -> None:
    segment = _saved()
    ids, people = ([line.split(",")[0] for line in _handed(client, segment, what)] for what in ("ids", "people"))
    inside, outside = people[0], next(who for who in ids if who not in people)
    for who, forms in ((inside, ["ids", "people"]), (outside, ["ids"]), ("somebody", [])):
        told = access.everything(shop, tea, who)["recipients"]
        assert [line["details"]["form"] for line in told] == forms
    page = client.post(f"/customers/{inside}/access/", {"form": "html"}).content.decode()
    assert "name and addresses" in page
    assert "Nobody outside the shop" not in page


def test_a_group_shows_nobody_who_was_erased(client: Client, tea: Published, shop: Shop) -> None:
    draft: dict[str, Any] = {"join": "all", "parts": []}
    first = asking.first(tea, Segment(), 1)[0]
    assert first in client.post("/groups/people/", _sent(draft)).content.decode()
    erasing.shred(shop, first, by="lin")
    assert first not in client.post("/groups/people/", _sent(draft)).content.decode()


def test_an_address_is_hashed_in_the_spelling_that_the_platforms_document() -> None:
    wanted = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"  # of test@example.com
    assert handover.hashed(handover.email_for("meta", " Test@Example.com ")) == wanted
    assert handover.hashed(handover.email_for("google", "test@example.com")) == wanted
    assert handover.hashed("") == ""


def test_a_second_process_leaves_the_engine_of_the_first_alone(tea: Published) -> None:
    everybody = Segment(root=Group(join="all"))
    asked = asking.first(tea, everybody, 3)
    other = asking._Ready()
    other.fetch(tea, "SELECT count(*) AS n FROM customers", {})
    assert asking.first(tea, everybody, 3) == asked
