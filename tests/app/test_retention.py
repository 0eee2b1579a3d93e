"""How long records are kept: a period a kind, what is past it proposed, and gone only when somebody says so."""

from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from regulars import analysis, records
from regulars.app import clock, roles, surveys
from regulars.app._shop import Shop, served
from regulars.app.jobs import kinds
from regulars.app.models import (
    Answer,
    Assignment,
    AuditEvent,
    Invitation,
    Job,
    Kept,
    Message,
    Note,
    Person,
    Survey,
    Task,
)
from regulars.app.privacy import audit, duties, erasing, retention
from regulars.app.privacy.duties import months_on
from regulars.app.publication.current import Published, current
from regulars.app.vault import changing, store
from regulars.app.vault.crosswalk import VaultCrosswalk
from regulars.app.vault.marks import Fact

YEAR = 12
OLD, NEW = timedelta(days=400), timedelta(days=300)
MODELS: dict[str, Any] = {"notes": Note, "tasks": Task, "answers": Answer, "words": Answer, "suggestions": Message}


@pytest.fixture
def ana(shop: Shop) -> Person:
    """Ana, of whom every kind of record was kept, once long ago and once of late."""
    store.take_in([Fact("ana", "name", "Ana")])
    person = Person.objects.get(customer_id="ana")
    survey = Survey.objects.create(
        kind="nps", title="t", question=surveys.QUESTIONS["nps"], language="en", made_at=timezone.now()
    )
    for age in (OLD, NEW):
        _keep(person, survey, timezone.now() - age)
    return person


def _keep(person: Person, survey: Survey, at: datetime) -> None:
    words = {place: store.seal_text("ana", "oolong", place) for place in ("note", "task", "answer")}
    Note.objects.create(person=person, written_at=at, ciphertext=words["note"])
    Task.objects.create(person=person, done_at=at, ciphertext=words["task"])
    Answer.objects.create(survey=survey, person=person, given_at=at, score=9, ciphertext=words["answer"], language="en")
    Message.objects.create(person=person, result="1", action="reminder", became=Message.DONE, told_at=at)


def expired(kind: str) -> int:
    """Return how many records of a kind are proposed to go."""
    return next(each.expired for each in retention.periods(served()) if each.kind == kind)


def ordered(shop: Shop, days: dict[str, str]) -> None:
    """Import an order of each of these people, who are in the vault by name."""
    store.take_in([Fact(who, "name", who.title()) for who in days])
    table = pa.table({"customer_id": list(days), "ordered_at": list(days.values()), "amount": ["5.00"] * len(days)})
    take_in(shop, records.Source(data=table, kind="orders"))


def take_in(shop: Shop, source: records.Source) -> None:
    """Import a table."""
    analysis.import_records(shop.workspace, files=[source], crosswalk=VaultCrosswalk(), settings=clock.shop_settings())


@pytest.mark.parametrize("kind", MODELS)
def test_a_kind_past_its_period_is_proposed_and_goes_when_confirmed(client: Client, ana: Person, kind: str) -> None:
    client.post("/privacy/keep-records/", {kind: YEAR})
    assert {each.kind: (each.months, each.expired) for each in retention.periods(served())} == {
        other: (YEAR, 1) if other == kind else (None, 0) for other in retention.KINDS
    }
    assert "1 record is past its period" in client.get("/privacy/").content.decode()
    assert MODELS[kind].objects.filter(person=ana).count() == 2, "nothing goes by itself"
    client.post("/privacy/let-go-records/", {"kinds": list(MODELS)})
    left = {name: model.objects.filter(person=ana).count() for name, model in MODELS.items()}
    assert left == {name: 1 if MODELS[name] is MODELS[kind] and kind != "words" else 2 for name in MODELS}
    assert Answer.objects.exclude(ciphertext=b"").count() == (1 if kind in {"words", "answers"} else 2)
    assert [each.expired for each in retention.periods(served())] == [0] * len(retention.KINDS)
    line = AuditEvent.objects.get(what="let_go")
    assert (line.details["kind"], line.details["rows"]) == (kind, 1)
    assert audit.verify().is_whole
    assert Job.objects.filter(kind="analyse").exists() == (kind in retention.READ_BY_ANALYSES)
    assert bool(erasing.results_speak_of_erased()) == (kind in retention.READ_BY_ANALYSES)


def test_the_score_of_an_answer_outlives_its_words(client: Client, ana: Person) -> None:
    client.post("/privacy/keep-records/", {"words": YEAR})
    client.post("/privacy/let-go-records/", {"kinds": ["words"]})
    assert [answer.score for answer in Answer.objects.all()] == [9, 9]


def test_what_is_open_or_put_off_or_of_nobody_stays(client: Client, ana: Person) -> None:
    Note.objects.all().delete()
    long_ago, soon = timezone.now() - 2 * OLD, clock.today() + timedelta(days=5)
    Task.objects.update(done_at=None)
    Task.objects.create(code="privacy_review", done_at=long_ago)
    Message.objects.update(became=Message.LATER, until=soon, told_at=long_ago)
    client.post("/privacy/keep-records/", {"tasks": 1, "suggestions": 1})
    assert [each.expired for each in retention.periods(served())] == [0] * len(retention.KINDS)


def test_a_period_lasts_to_the_end_of_its_day_and_can_be_dropped(client: Client, ana: Person) -> None:
    client.post("/privacy/keep-records/", {"notes": YEAR, "answers": 24})
    last = clock.there(timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    edge = months_on(clock.today(), -YEAR)
    midnight = last.replace(year=edge.year, month=edge.month, day=edge.day) + timedelta(days=1)
    Note.objects.update(written_at=midnight)
    assert retention.periods(served())[0].expired == 0
    Note.objects.update(written_at=midnight - timedelta(seconds=1))
    assert retention.periods(served())[0].expired == 2
    lines = AuditEvent.objects.filter(what="retention").count()
    client.post("/privacy/keep-records/", {"notes": "", "answers": 24})
    assert retention.periods(served())[0].months is None
    assert AuditEvent.objects.filter(what="retention").count() == lines + 1, "what stays as it is is no change"


@pytest.mark.parametrize("told", ["0", "-1", "x", "601"])
def test_what_is_no_number_of_months_changes_nothing(client: Client, ana: Person, told: str) -> None:
    client.post("/privacy/keep-records/", {"notes": told, "answers": YEAR})
    assert {each.months for each in retention.periods(served())} == {None}


def test_a_member_sees_the_proposal_and_removes_nothing(ana: Person, owner: User) -> None:
    retention.set_periods({"notes": YEAR}, by="lin")
    member, browser = User.objects.create_user("mo"), Client()
    roles.give(member, "member")
    browser.force_login(member, backend="regulars.app.logged_in.Users")
    page = browser.get("/privacy/").content.decode()
    assert "1 record is past its period" in page
    assert "let-go-records" not in page
    assert browser.post("/privacy/let-go-records/", {"kinds": ["notes"]}).status_code == 403
    assert Note.objects.count() == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_names_every_kind_in_words(client: Client, ana: Person, language: str) -> None:
    client.cookies["regulars_language"] = language
    page = client.get("/privacy/").content.decode()
    for kind in retention.KINDS:
        assert f'id="kept-{kind}"' in page
    assert ("The words of answers" in page) == (language == "en")


def test_a_field_is_of_the_day_on_which_it_was_written_last(client: Client, ana: Person) -> None:
    for name in ("tea", "cake"):
        client.post("/customers/ana/field/", {"name": name, "value": "oolong"})
    Person.objects.update(custom_on={name: str(clock.today() - OLD) for name in ("tea", "cake")})
    client.post("/customers/ana/field/", {"name": "cake", "value": "none"})
    client.post("/privacy/keep-records/", {"fields": YEAR})
    assert expired("fields") == 1
    client.post("/privacy/let-go-records/", {"kinds": ["fields"]})
    person = Person.objects.get()
    assert (list(person.custom), list(person.custom_on), expired("fields")) == (["cake"], ["cake"], 0)


def test_a_field_written_while_others_go_stays(client: Client, ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/customers/ana/field/", {"name": "tea", "value": "oolong"})
    Person.objects.update(custom_on={"tea": str(clock.today() - OLD)})
    client.post("/privacy/keep-records/", {"fields": YEAR})
    listed = retention._with_fields

    def then_written() -> QuerySet[Person]:
        people = listed()
        len(people)  # read now
        client.post("/customers/ana/field/", {"name": "cake", "value": "none"})
        return people

    monkeypatch.setattr(retention, "_with_fields", then_written)
    assert retention.let_go(["fields"], by="lin") == {"fields": 1}
    assert list(Person.objects.get().custom) == ["cake"]


def test_whoever_anything_is_written_down_about_is_not_forgotten_with_the_last_record(
    shop: Shop, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written between the list of whom to forget and the forgetting counts, too."""
    kept = ["assigned", "by_lot", "corrected", "invited", "noted"]
    ordered(shop, dict.fromkeys([*kept, "answered_long_ago", "nobody"], "2021-03-01"))
    people = {person.customer_id: person for person in Person.objects.all()}
    now = timezone.now()
    survey = Survey.objects.create(kind="nps", title="t", question="?", language="en", made_at=now)
    for who, until in (("invited", now + NEW), ("answered_long_ago", now - OLD)):
        Invitation.objects.create(survey=survey, person=people[who], mark=who.encode(), made_at=now, until=until)
    changing.rectify("corrected", field="name", old="Corrected", new="Cy")
    Assignment.objects.create(
        person=people["by_lot"], campaign="c", arm="treated", assigned_on=clock.today(), probability=0.9
    )
    Person.objects.filter(customer_id="assigned").update(assignee=owner)
    listed = retention._without_records

    def then_noted(*told: Any) -> set[str]:
        found = listed(*told)
        Note.objects.create(person=people["noted"], written_at=now, ciphertext=store.seal_text("noted", "tea", "note"))
        return found

    monkeypatch.setattr(retention, "_without_records", then_noted)
    retention.let_go_imported(shop, {"orders": date(2022, 1, 1)}, by="lin")
    assert sorted(Person.objects.values_list("customer_id", flat=True)) == kept
    assert store.open_text("noted", Note.objects.get().ciphertext, "note") == "tea"
    called = set(store.reveal(kept))
    assert called == {*kept} - {"by_lot"}, "who is left for the arm of a campaign alone has no name any more"
    (line,) = AuditEvent.objects.filter(what="let_go").values_list("details", flat=True)
    assert line["rows"] == len(kept) + 2


@pytest.mark.parametrize(
    "killed_at", [(records.Batches, "let_go"), (audit, "write"), (changing, "forget")], ids=lambda at: str(at[1])
)
def test_what_was_let_go_is_told_once_though_the_job_was_killed_and_done_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, killed_at: tuple[object, str]
) -> None:
    ordered(shop, {"zed": "2021-03-01", "wen": "2024-03-01"})
    until = {"orders": date(2022, 1, 1)}

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as then:
        then.setattr(*killed_at, killed)
        with pytest.raises(KeyboardInterrupt):
            retention.let_go_imported(shop, until, by="lin")
    retention.let_go_imported(shop, until, by="lin")
    told = AuditEvent.objects.filter(what="let_go").order_by("pk").values_list("details", flat=True)
    assert [line["rows"] for line in told] == [1]
    assert not Kept.objects.filter(name__startswith="letting_go").exists()
    assert not Person.objects.filter(customer_id="zed").exists()


def test_imported_orders_go_with_those_who_have_none_left_and_with_the_results_that_told_of_them(
    client: Client, tea: Published, shop: Shop
) -> None:
    ordered(shop, {"zed": "2021-03-01", "yan": "2021-03-01", "xia": "2024-06-01", "wen": "2021-03-01"})
    profile = pa.table({"customer_id": ["wen"], "acquired_at": ["2021-02-01"]})
    take_in(shop, records.Source(data=profile, kind="profiles"))
    store.seal_text("yan", "oolong", "note")
    Note.objects.create(person=store.meet("yan"), written_at=timezone.now(), ciphertext=b"x")
    until = date(2024, 3, 1)
    months = next(each for each in range(1, 600) if months_on(clock.today(), -each) <= until)
    until = months_on(clock.today(), -months)
    held = set(Person.objects.values_list("customer_id", flat=True))
    client.post("/privacy/keep-records/", dict.fromkeys(retention.IMPORTED, months))
    proposed = {each.kind: each.expired for each in retention.periods(shop)}
    assert proposed["orders"] > 2
    client.post("/privacy/let-go-records/", {"kinds": list(retention.IMPORTED)})
    assert {each.kind: each.expired for each in retention.periods(shop)} == proposed, "the job has not begun"
    done = kinds.let_go(shop, Job.objects.get(kind="let_go").payload, lambda *_: None)
    assert done["rows"] == sum(proposed[kind] for kind in retention.IMPORTED)
    assert [each.expired for each in retention.periods(shop)] == [0] * len(retention.KINDS)
    left = {*records.Batches(shop.workspace).keys().to_pylist()}
    assert "zed" not in left
    now = set(Person.objects.values_list("customer_id", flat=True))
    assert held - now == held - left - {"yan"}, "whoever has a record or a note left stays"
    assert "zed" not in now
    assert [each.name for each in shop.results.iterdir() if each.is_dir()] == [done["result"]]
    duties.set_retention(months, by=User.objects.get())
    listed = dict(duties.overdue(current(shop)).people)
    assert listed["wen"] == date(2021, 2, 1), "who is left with a profile alone is proposed as a person"
    events = pq.read_table(shop.results / done["result"] / "events.parquet").to_pylist()
    assert min(row["day"] for row in events if row["kind"] == "order" and row["detail"] != "subscription") > until
    assert audit.verify().is_whole


def test_what_is_let_go_while_an_analysis_clears_is_cleared_by_the_next_one(
    client: Client, ana: Person, tea: Published, shop: Shop
) -> None:
    client.post("/privacy/keep-records/", {"answers": YEAR})
    erasing.results_may_speak_of_them()

    def tell(step: str, done: float) -> None:
        if step == "publish":
            client.post("/privacy/let-go-records/", {"kinds": ["answers"]})

    kinds.analyse(shop, {}, tell)
    assert Answer.objects.count() == 1
    assert erasing.results_speak_of_erased()
    last = kinds.analyse(shop, {}, lambda *_: None)
    assert not erasing.results_speak_of_erased()
    assert [each.name for each in shop.results.iterdir() if each.is_dir()] == [last["result"]]
