"""A refusal is never lost in silence: what is unclear is taken as one, and counted."""

from datetime import date

import pyarrow as pa
import pytest

from records_desk import Desk
from regulars.records import FileReport, Source
from regulars.records._cells.cells import mask_of
from regulars.records._cells.text import read_flag
from regulars.records._words import words

HEADER = "customer_id,purpose,granted,recorded_at\n"
GOOD = "zoe,sharing,yes,2024-01-02\n" * 5
PLACE = ("consents", "granted")


def consents(desk: Desk, rows: str) -> FileReport:
    (file,) = desk.text(HEADER + GOOD + rows).files
    assert file.read == file.accepted + file.quarantined_total
    return file


def kept(desk: Desk) -> list[tuple[object, ...]]:
    return desk.rows("raw_consents", "customer_key", "purpose", "granted")[5:]


@pytest.mark.parametrize(
    "word",
    ["opted out", "Opted-Out", "withdrawn", "Declined", "unsubscribed", "revoked", "FALSE", "0",
     "拒绝", "撤回", "已撤回", "不同意", "退订", "取消授权", "×"],
)  # fmt: skip
def test_common_words_of_refusal_are_known(desk: Desk, word: str) -> None:
    file = consents(desk, f"ana,profiling,{word},2024-01-02\n")
    assert kept(desk) == [("ana", "profiling", False)]
    assert (file.taken_as, file.quarantined) == ({}, {})


@pytest.mark.parametrize(
    "word", ["opted in", "Opt-In", "Agreed", "accepted", "subscribed", "TRUE", "1", "同意", "已授权", "允许", "√"]
)
def test_common_words_of_agreement_are_known(desk: Desk, word: str) -> None:
    file = consents(desk, f"ana,profiling,{word},2024-01-02\n")
    assert kept(desk) == [("ana", "profiling", True)]
    assert file.taken_as == {}


@pytest.mark.parametrize("word", ["maybe", "asked to be left alone", "", "N/A", "无", "5", "!", "\x07no"])
def test_any_other_answer_is_a_refusal_and_is_counted(desk: Desk, word: str) -> None:
    file = consents(desk, f"ana,profiling,{word},2024-01-02\nbo,sharing,yes,2024-01-02\n")
    assert kept(desk) == [("ana", "profiling", False), ("bo", "sharing", True)]
    assert (file.taken_as, file.quarantined) == ({"granted_unclear_as_refusal": 1}, {})


def test_no_word_of_agreement_is_one_with_a_no_before_it() -> None:
    own = words().cells[PLACE]
    agreements = [*words().yes, *(word for word, code in own.items() if code == "yes")]
    assert agreements
    for negation in ("not ", "no ", "never ", "不", "未", "没有"):
        read = read_flag(pa.array([negation + word for word in agreements]), place=PLACE)
        assert not mask_of(read.values).any(), negation


def test_typed_answers_are_read_on_the_safe_side_too(desk: Desk) -> None:
    table = pa.table(
        {
            "customer_id": ["ana", "bo", "cy"],
            "purpose": pa.array(["profiling", "profiling", "profiling"]).dictionary_encode(),
            "granted": pa.array([True, False, None]),
            "recorded_at": [date(2024, 1, 2)] * 3,
        }
    )
    (file,) = desk.read(Source(data=table)).files
    assert desk.rows("raw_consents", "granted") == [(True,), (False,), (False,)]
    assert file.taken_as == {"granted_unclear_as_refusal": 1}


@pytest.mark.parametrize("purpose", ["world peace", "", "无"])
def test_a_refusal_for_an_unknown_purpose_is_one_of_all_marketing(desk: Desk, purpose: str) -> None:
    file = consents(desk, f"ana,{purpose},no,2024-01-02\nbo,{purpose},perhaps,2024-01-02\n")
    assert kept(desk) == [("ana", "marketing", False), ("bo", "marketing", False)]
    assert file.taken_as == {"granted_unclear_as_refusal": 1, "purpose_unknown_as_marketing": 2}


def test_an_agreement_to_an_unknown_purpose_is_set_aside(desk: Desk) -> None:
    file = consents(desk, "ana,world peace,yes,2024-01-02\n")
    assert kept(desk) == []
    assert (file.quarantined, file.taken_as) == ({"word_unknown": 1}, {})


@pytest.mark.parametrize("word", ["marketing", "Marketing", "营销", "direct marketing"])
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_marketing_as_a_whole_is_a_known_purpose(desk: Desk, word: str, answer: str) -> None:
    file = consents(desk, f"ana,{word},{answer},2024-01-02\n")
    assert kept(desk) == [("ana", "marketing", answer == "yes")]
    assert file.taken_as == {}


def test_a_consent_dated_after_today_is_kept(desk: Desk) -> None:
    file = consents(desk, "ana,profiling,no,2031-01-02\nbo,profiling,yes,2031-01-02\n")
    assert kept(desk) == [("ana", "profiling", False), ("bo", "profiling", True)]
    assert desk.rows("raw_consents", "local_day")[5:] == [(date(2031, 1, 2),)] * 2
    assert file.quarantined_total == 0


def test_only_accepted_rows_are_counted_as_taken(desk: Desk) -> None:
    file = consents(desk, ",profiling,maybe,2024-01-02\nana,sharing,maybe,soon\n")
    assert (file.quarantined, file.taken_as) == ({"customer_missing": 1, "time_unreadable": 1}, {})


def test_words_of_consent_mean_nothing_in_other_flags(desk: Desk) -> None:
    desk.text("customer_id,ordered_at,amount,is_refund\nana,2024-01-02,1,declined\n" + "bo,2024-01-02,1,no\n" * 2)
    assert [reason for _, _, reason, _ in desk.aside()] == ["flag_unreadable"]
