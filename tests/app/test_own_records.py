"""What happens in the app counts in the next result: an answer, a message sent, and whom the lot left out."""

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.utils import timezone

from regulars import analysis, records
from regulars.app import assignments, own_records, surveys
from regulars.app._shop import Shop
from regulars.app.clock import shop_settings
from regulars.app.jobs import kinds
from regulars.app.models import Assignment, Message, Survey
from regulars.app.privacy import access, erasing
from regulars.app.publication import listing
from regulars.app.publication.current import Published, current
from regulars.app.vault import store
from regulars.app.vault.crosswalk import VaultCrosswalk
from regulars.app.vault.marks import Fact

PEOPLE = ("ana", "bo", "cy", "di", "ed")


def _quietly(step: str, done: float) -> None:
    """Nobody listens."""


def _row(shop: Shop, who: str) -> dict[str, Any]:
    result = current(shop)
    assert result is not None
    rows = pq.read_table(result.folder / "customers.parquet").to_pylist()
    return next(row for row in rows if row["customer_id"] == who)


def _answered(who: str, *, kind: str, score: int | None, text: str = "") -> str:
    survey = Survey.objects.create(kind=kind, title="t", question="?", language="en", made_at=timezone.now())
    token = surveys.invite(survey, store.meet(who))
    answer = {"score": "" if score is None else str(score), "text": text}
    assert Client().post(f"/answer/{token}/", answer).status_code == 200
    return token


@pytest.fixture
def small(shop: Shop) -> Shop:
    """Five customers who ordered up to today, rated it, and a result of theirs."""
    day = timezone.now().date().isoformat()
    orders = {"customer_id": [*PEOPLE] * 2, "ordered_at": ["2024-06-01"] * 5 + [day] * 5, "amount": ["5"] * 10}
    rated = {"customer_id": [*PEOPLE], "given_at": ["2024-06-02"] * 5, "kind": ["csat"] * 5,
             "score": ["5", "4", "5", "1", "4"], "scale_min": ["1"] * 5, "scale_max": ["5"] * 5}  # fmt: skip
    analysis.import_records(
        shop.workspace, orders=pa.table(orders), feedback=pa.table(rated), crosswalk=VaultCrosswalk()
    )
    kinds.analyse(shop, {}, _quietly)
    return shop


def test_an_answer_given_on_the_page_changes_the_satisfaction_in_the_next_result(small: Shop) -> None:
    before = _row(small, "ana")
    _answered("ana", kind="csat", score=3, text="the kettle leaks")
    kinds.analyse(small, {}, _quietly)
    after = _row(small, "ana")
    assert after["satisfaction_score"] < before["satisfaction_score"]
    assert after["feedback_count"] == before["feedback_count"] + 1
    assert after["rating_last"] == pytest.approx(50.0)  # 3 on the scale 1 to 5
    others = [(_row(small, who)["feedback_count"], _row(small, who)["rating_last"]) for who in PEOPLE[1:]]
    assert others == [(1, 75.0), (1, 100.0), (1, 0.0), (1, 75.0)]
    result = current(small)
    assert result is not None
    for path in (path for path in result.folder.rglob("*") if path.is_file()):
        assert b"kettle leaks" not in path.read_bytes()


def test_a_message_marked_as_done_is_a_contact_and_one_put_off_is_none(small: Shop) -> None:
    for who, became in (("ana", Message.DONE), ("bo", Message.LATER), ("cy", Message.NOT_USEFUL)):
        told = {"became": became, "action": "reminder", "channel": "phone", "told_at": timezone.now()}
        Message.objects.create(person=store.meet(who), **told)
    kinds.analyse(small, {}, _quietly)
    assert [_row(small, who)["touch_count"] for who in PEOPLE] == [1, 0, 0, 0, 0]
    assert float(_row(small, "ana")["contact_cost"]) == float(shop_settings().strategy.channel_costs["phone"])


def test_every_answer_of_every_kind_is_accepted_as_a_record(small: Shop) -> None:
    answers: list[tuple[str, int | None]] = [("nps", 0), ("nps", 10), ("csat", 1), ("ces", 7), ("comment", None)]
    for who, (kind, score) in zip(PEOPLE, answers, strict=True):
        _answered(who, kind=kind, score=score, text="nice")
    kinds.analyse(small, {}, _quietly)
    assert [_row(small, who)["feedback_count"] for who in PEOPLE] == [2] * 5
    result = current(small)
    assert result is not None
    assert not sum(file["quarantined_total"] for file in result.manifest["inputs"])


def test_an_answer_follows_somebody_whose_number_was_hashed_since(shop: Shop) -> None:
    store.meet("1001")
    store.take_in([Fact("f" * 32, "customer_id", "1001")])
    _answered("1001", kind="csat", score=4)
    (source,) = own_records.as_records(shop_settings())
    assert isinstance(source, records.Source)
    assert pa.table(source.data)["customer_id"].to_pylist() == ["f" * 32]


def test_nothing_done_in_the_app_is_no_record(tea: Published) -> None:
    assert listing.suggestions(tea, first=1, size=1)
    assert own_records.as_records(shop_settings()) == []


def _arms(who: list[str]) -> dict[str, tuple[str, float]]:
    rows = Assignment.objects.filter(person__customer_id__in=who)
    return {each.person.customer_id: (each.arm, each.probability) for each in rows.select_related("person")}


def test_who_is_on_a_list_and_who_is_left_out_by_lot_is_an_assignment(tea: Published) -> None:
    rows = pq.read_table(tea.folder / "actions.parquet").to_pylist()
    listed = {row["customer_id"]: row["held_out"] for row in rows if row["rank"] is not None and row["within_budget"]}
    assert {*listed.values()} == {True, False}
    assert assignments.keep(tea) == len(listed)
    said = {who: ("held_out", 0.1) if is_out else ("treated", 0.9) for who, is_out in listed.items()}
    found = _arms([*listed])
    assert {who: arm for who, (arm, _) in found.items()} == {who: arm for who, (arm, _) in said.items()}
    assert all(share == pytest.approx(said[who][1]) for who, (_, share) in found.items())
    assert {each.assigned_on.isoformat() for each in Assignment.objects.all()} == {tea.manifest["as_of"]}
    (source,) = own_records.as_records(shop_settings())
    assert isinstance(source, records.Source)
    assert source.kind == "assignments"
    assert {row["customer_id"]: row["arm"] for row in pa.table(source.data).to_pylist()} == {
        who: arm for who, (arm, _) in said.items()
    }


def test_the_first_lot_of_a_campaign_holds(tea: Published) -> None:
    assignments.keep(tea)
    somebody = Assignment.objects.filter(arm=Assignment.TREATED).order_by("pk")[0]
    Assignment.objects.filter(pk=somebody.pk).update(arm=Assignment.HELD_OUT)
    assert assignments.keep(tea) == 0
    assert Assignment.objects.get(pk=somebody.pk).arm == Assignment.HELD_OUT


def test_assignments_of_the_app_are_accepted_as_records(small: Shop) -> None:
    assert Assignment.objects.count() == 0  # nobody allowed to be written to
    for number, who in enumerate(PEOPLE):
        Assignment.objects.create(
            person=store.meet(who), campaign="2024-06", arm="held_out" if number else "treated",
            assigned_on=date(2024, 6, 1), probability=0.5,
        )  # fmt: skip
    kinds.analyse(small, {}, _quietly)
    result = current(small)
    assert result is not None
    (told,) = [file for file in result.manifest["inputs"] if file["kind"] == "assignments"]
    assert (told["accepted"], told["quarantined_total"]) == (5, 0)


def test_somebody_left_out_by_lot_is_not_suggested_on_their_page(client: Client, tea: Published) -> None:
    rows = pq.read_table(tea.folder / "actions.parquet").to_pylist()
    out = next(row["customer_id"] for row in rows if row["held_out"] and row["rank"] is not None)
    listed = next(row["customer_id"] for row in rows if not row["held_out"] and row["rank"] is not None)
    assert "Left out by lot" in client.get(f"/customers/{out}/").content.decode()
    assert "Expected gain" not in client.get(f"/customers/{out}/").content.decode()
    assert "Left out by lot" not in client.get(f"/customers/{listed}/").content.decode()


def test_what_is_erased_takes_its_assignment_along(tea: Published, shop: Shop) -> None:
    assignments.keep(tea)
    who = Assignment.objects.select_related("person").order_by("pk")[0].person.customer_id
    assert access.everything(shop, tea, who)["assignments"][0]["campaign"]
    erasing.shred(shop, who, by="")
    erasing.sweep(shop)
    assert not _arms([who])
    assignments.keep(tea)
    assert not _arms([who])
