"""Merges in the workspace: remembered, undone, logged, without a name; and what merged people allow."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cast import ANA, BO, CY
from regulars import feedback
from regulars.core import Settings
from regulars.customers import (
    Cleaning,
    HashedIdentities,
    clean,
    decide,
    match_identities,
    read_facts_of_persons,
    read_merges,
    read_persons,
    read_review,
    remember_matching,
)
from regulars.customers._identity import WorkspaceUnreadable
from regulars.customers._merges import MergeWithItself, decisions
from regulars.engines import Engine
from regulars.records import Source, read

TODAY, LATER = date(2024, 6, 30), date(2024, 7, 15)
SETTINGS = Settings.model_validate({"business": {"country": "CN"}})

SHOP = (
    "customer_id,name,email,phone\nana,Ana Smith,ana@example.com,13800138000\nbo,Bo Miller,bo@example.com,13900139000\n"
)
CHAT = "customer_id,open_id,nickname,phone,birth_date\ncy,o77,sunny,138 0013 8000,1990-01-02\n"
ORDERS = "customer_id,ordered_at,amount\nana,2024-05-01,10\ncy,2024-05-02,20\nbo,2024-05-03,40\n"
SECRETS = ("Ana Smith", "ana@example.com", "13800138000", "138 0013 8000", "o77", "sunny", "1990-01-02")


def run(engine: Engine, folder: Path | None, desk: Path, today: date = TODAY, **more: str) -> Cleaning:
    """Read files, clean and match them, and remember what was found."""
    files = {"shop": SHOP, "chat": CHAT, "orders": ORDERS, **more}
    sources = []
    for name, content in files.items():
        path = desk / f"{name}.csv"
        path.write_text(content, encoding="utf-8")
        sources.append(Source(data=path))
    records = read(engine, sources, settings=SETTINGS, today=TODAY)
    feedback.add(engine)
    identities = HashedIdentities(folder)
    matching = partial(match_identities, identities=identities, settings=SETTINGS, seed=0)
    found = clean(engine, records, resolve=identities.resolve, settings=SETTINGS, today=TODAY, match=matching)
    if folder is not None and found.matching is not None:
        identities.save()
        remember_matching(identities, found.matching, told_apart=found.told_apart, decided_at=today)
    return found


def spent(engine: Engine) -> dict[str, int]:
    rows = engine.fetch("SELECT customer_id, sum(amount) AS spent FROM orders GROUP BY customer_id").to_pylist()
    return {row["customer_id"]: int(row["spent"]) for row in rows}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.mark.both_engines(slow=True)
def test_every_table_above_sees_one_person(engine: Engine, tmp_path: Path) -> None:
    referrals = "referrer_id,referred_id\ncy,bo\nana,cy\n"
    found = run(engine, None, tmp_path, referrals=referrals)
    assert spent(engine) == {ANA: 30, BO: 40}
    assert [row["customer_id"] for row in engine.fetch("SELECT customer_id FROM customers ORDER BY 1").to_pylist()] == [
        ANA,
        BO,
    ]
    # Who brought an account of their own is counted out by the network, which tells of it.
    assert engine.fetch("SELECT referrer_id, referred_id FROM referrals ORDER BY 1, 2").to_pylist() == [
        {"referrer_id": ANA, "referred_id": ANA},
        {"referrer_id": ANA, "referred_id": BO},
    ]
    assert found.matching is not None
    assert found.matching.merged["phone"] == 1


def test_without_matching_every_account_is_a_person(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    records = read(engine, [Source(data=tmp_path / "orders.csv")], settings=SETTINGS, today=TODAY)
    feedback.add(engine)
    cleaning = clean(engine, records, resolve=HashedIdentities(None).resolve, settings=SETTINGS, today=TODAY)
    assert cleaning.matching is None
    assert spent(engine) == {ANA: 10, BO: 40, CY: 20}


def test_a_key_that_is_an_address_leads_to_the_person_too(engine: Engine, tmp_path: Path) -> None:
    mails = "email,ordered_at,amount\nANA@example.com,2024-05-09,5\n"
    run(engine, None, tmp_path, mails=mails)
    assert sorted(spent(engine).values()) == [35, 40]


class TestConsent:
    HEAD = "customer_id,purpose,granted,recorded_at\n"

    def allowed(self, engine: Engine, tmp_path: Path, *rows: str) -> dict[str, Any]:
        run(engine, None, tmp_path, consents=self.HEAD + "\n".join(rows) + "\n")
        (ana,) = engine.fetch("SELECT * FROM customers WHERE customer_id = 'ana'").to_pylist()
        return dict(ana)

    @pytest.mark.both_engines(slow=True)
    def test_the_strictest_account_speaks_for_the_person_though_its_word_is_older(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        ana = self.allowed(
            engine, tmp_path,
            "cy,marketing_email,no,2023-01-01", "ana,marketing_email,yes,2024-06-01",
            "cy,profiling,no,2023-01-01", "ana,profiling,yes,2024-06-01", "ana,sharing,yes,2024-06-01",
        )  # fmt: skip
        assert (ana["may_email"], ana["may_profile"], ana["may_share"]) == (False, False, True)

    def test_of_one_account_the_newest_word_still_counts(self, engine: Engine, tmp_path: Path) -> None:
        ana = self.allowed(engine, tmp_path, "ana,marketing_email,no,2023-01-01", "ana,marketing_email,yes,2024-06-01")
        assert ana["may_email"]

    def test_a_no_to_all_marketing_of_one_account_is_not_undone_by_another(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        ana = self.allowed(engine, tmp_path, "cy,marketing,no,2023-01-01", "ana,marketing_phone,yes,2024-06-01")
        assert not ana["may_phone"]


class TestWorkspace:
    def test_what_was_merged_is_kept_and_logged_once(self, engine: Engine, tmp_path: Path, workspace: Path) -> None:
        run(engine, workspace, tmp_path)
        run(engine, workspace, tmp_path, today=LATER)
        assert [(row["customer_id"], row["person_id"]) for row in read_persons(workspace).to_pylist()] == [
            (ANA, ANA), (CY, ANA),
        ]  # fmt: skip
        (row,) = read_merges(workspace).to_pylist()
        assert row == {"decided_at": TODAY, "what": "merge", "left_id": ANA, "right_id": CY, "how": "phone",
                       "weight": None, "by": "regulars"}  # fmt: skip

    def test_an_unmerge_is_remembered_and_a_merge_after_it_is_the_identity(
        self, engine: Engine, tmp_path: Path, workspace: Path
    ) -> None:
        run(engine, workspace, tmp_path)
        before = read_persons(workspace).select(["customer_id", "person_id"])
        decide(workspace, what="unmerge", left=CY, right=ANA, decided_at=LATER)
        for _ in range(2):
            run(engine, workspace, tmp_path, today=LATER)
            assert spent(engine) == {ANA: 10, BO: 40, CY: 20}
        decide(workspace, what="merge", left=ANA, right=CY, decided_at=LATER)
        run(engine, workspace, tmp_path, today=LATER)
        assert spent(engine) == {ANA: 30, BO: 40}
        assert read_persons(workspace).select(["customer_id", "person_id"]) == before
        assert [(row["what"], row["by"]) for row in read_merges(workspace).to_pylist()] == [
            ("merge", "regulars"), ("unmerge", "owner"), ("unmerge", "regulars"), ("merge", "owner"),
            ("merge", "regulars"),
        ]  # fmt: skip

    def test_what_was_decided_leaves_the_review_list(self, engine: Engine, tmp_path: Path, workspace: Path) -> None:
        household = "customer_id,name,email,phone\nel,El Smith,el@example.com,13800138000\n"
        run(engine, workspace, tmp_path, household=household)
        assert [(row["left_id"], row["right_id"]) for row in read_review(workspace).to_pylist()] == [
            (ANA, CY), (ANA, "el"), (CY, "el"),
        ]  # fmt: skip
        decide(workspace, what="unmerge", left=ANA, right="el", decided_at=LATER)
        assert len(read_review(workspace)) == 2
        assert len(decisions(workspace)) == 1

    def test_the_facts_of_a_person_are_those_of_every_account(
        self, engine: Engine, tmp_path: Path, workspace: Path
    ) -> None:
        run(engine, workspace, tmp_path)
        facts = {
            (row["customer_id"], row["field"], row["value"]) for row in read_facts_of_persons(workspace).to_pylist()
        }
        assert {(ANA, "name", "Ana Smith"), (ANA, "nickname", "sunny"), (ANA, "birth_date", "1990-01-02")} <= facts
        assert CY not in {customer for customer, _, _ in facts}

    def test_no_plain_word_is_written_but_into_the_identities(
        self, engine: Engine, tmp_path: Path, workspace: Path
    ) -> None:
        run(engine, workspace, tmp_path)
        written = sorted(path.name for path in workspace.iterdir())
        assert written == ["identities.parquet", "key", "merges.parquet", "persons.parquet", "review.parquet"]
        for path in workspace.iterdir():
            assert path.stat().st_mode & 0o077 == 0
            if path.name != "identities.parquet":
                assert not [secret for secret in SECRETS if secret.encode() in path.read_bytes()]
        for table in ("persons", "crosswalk"):
            shown = str(engine.fetch(f"SELECT * FROM {table}").to_pylist())
            assert not [secret for secret in SECRETS if secret in shown]

    def test_an_id_is_not_merged_with_itself(self, engine: Engine, tmp_path: Path, workspace: Path) -> None:
        run(engine, workspace, tmp_path)
        with pytest.raises(MergeWithItself, match="'ana' is one id"):
            decide(workspace, what="merge", left=ANA, right=ANA, decided_at=TODAY)

    @pytest.mark.parametrize("name", ["merges.parquet", "persons.parquet", "match_model.json"])
    def test_a_damaged_file_is_named(self, engine: Engine, tmp_path: Path, workspace: Path, name: str) -> None:
        run(engine, workspace, tmp_path)
        (workspace / name).write_text("not this")
        with pytest.raises(WorkspaceUnreadable, match=name):
            run(engine, workspace, tmp_path)

    def test_a_folder_that_is_no_workspace_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(WorkspaceUnreadable, match="no file 'key'"):
            read_persons(tmp_path)


def test_the_quality_table_tells_of_crowded_keys_and_open_questions(engine: Engine, tmp_path: Path) -> None:
    rows = [
        f"s{number},Name{chr(65 + number)} Low{chr(75 + number)},,info@example.com,021-65550000" for number in range(9)
    ]
    crowd = "customer_id,name,nickname,email,phone\n" + "\n".join(rows) + "\n"
    household = "customer_id,name,email,phone\nel,El Smith,el@example.com,13800138000\n"
    issues = run(engine, None, tmp_path, crowd=crowd, household=household).quality
    found = {
        (row["issue"], row["column_name"]): row["row_count"] for row in issues.to_pylist() if row["kind"] == "profiles"
    }
    assert found["key_shared", "email"] == found["key_shared", "phone"] == 9
    assert found["perhaps_one_person", None] == 3
