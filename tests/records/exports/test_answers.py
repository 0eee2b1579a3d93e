"""Tickets and surveys: a rating is what its header says it is, a comment belongs to the answer it was given with."""

from datetime import date

import pytest

from records.exports import headers
from records.exports.writing import Row, sheet
from records_desk import Desk
from regulars.core import RegularsError

ANSWERS = "customer_key", "kind", "score", "text", "local_day"


def test_zendesk_tickets_are_told_with_their_times_and_their_verdict(desk: Desk) -> None:
    rows = [
        {"Id": "1", "Requester": "Ana", "Requester email": "ana@example.com", "Subject": "Late", "Via": "Web",
         "Created at": "2024-05-01 10:00", "Solved at": "2024-05-02 10:00", "Satisfaction Score": "Good",
         "First reply time in minutes": "12"},
        {"Id": "2", "Requester email": "bo@example.com", "Created at": "2024-05-03 10:00", "Satisfaction Score": "Bad",
         "Solved at": "2024-05-03 11:00"},
        {"Id": "3", "Requester email": "bo@example.com", "Created at": "2024-05-04 10:00",
         "Satisfaction Score": "Offered"},
    ]  # fmt: skip
    tickets, verdicts = desk.text(sheet(headers.ZENDESK, rows)).files
    assert (tickets.export, tickets.accepted, verdicts.accepted) == ("zendesk_tickets", 3, 2)
    assert desk.rows("raw_feedback", *ANSWERS, "first_reply_minutes") == [
        ("ana@example.com␟Ana", "ticket", None, None, date(2024, 5, 1), 12.0),
        ("bo@example.com", "ticket", None, None, date(2024, 5, 3), None),
        ("bo@example.com", "ticket", None, None, date(2024, 5, 4), None),
        ("ana@example.com␟Ana", "csat", 5.0, None, date(2024, 5, 2), None),
        ("bo@example.com", "csat", 1.0, None, date(2024, 5, 3), None),
    ]


def test_freshdesk_tickets_of_plausible_headers_are_understood(desk: Desk) -> None:
    row = {"Ticket ID": "1", "Subject": "Late", "Source": "Email", "Created time": "2024-05-01 10:00:00",
           "Resolved time": "2024-05-01 12:00:00", "Survey results": "Extremely happy", "Email": "a@b.org"}  # fmt: skip
    assert {file.export for file in desk.text(sheet(headers.FRESHDESK, [row])).files} == {"freshdesk_tickets"}
    assert [(kind, score) for _, kind, score, *_ in desk.rows("raw_feedback", *ANSWERS)] == [
        ("ticket", None),
        ("csat", 5),
    ]


def test_typeform_answers_in_utc(desk: Desk) -> None:
    likely, better = "How likely are you to recommend us to a friend?", "What could we improve?"
    rows: list[Row] = [
        {"#": "tok1", "What is your email address?": "ana@example.com", likely: "9", better: "Open earlier",
         "Submit Date (UTC)": "2024-05-01 22:00:00"},
        {"#": "tok2", "What is your email address?": "bo@example.com", better: "More tea",
         "Submit Date (UTC)": "2024-05-01 22:00:00"},
        {"#": "tok3", likely: "1", "Submit Date (UTC)": "2024-05-01 22:00:00"},
        {"#": "tok4", "What is your email address?": "cy@example.com", "Submit Date (UTC)": "2024-05-01 22:00:00"},
    ]  # fmt: skip
    (file,) = desk.text(sheet(headers.TYPEFORM, rows), business={"time_zone": "Asia/Shanghai"}).files
    assert desk.rows("raw_feedback", *ANSWERS) == [
        ("ana@example.com", "nps", 9.0, "Open earlier", date(2024, 5, 2)),
        ("bo@example.com", "nps", None, "More tea", date(2024, 5, 2)),
    ]
    assert file.left_out == {"nobody_named": 1, "nothing_said": 1}


def test_surveymonkeys_second_header_is_no_answer(desk: Desk) -> None:
    satisfied, other = "Overall how satisfied are you?", "Any other comments?"
    rows: list[Row] = [
        {satisfied: "Response", other: "Open-Ended Response"},
        {"Respondent ID": "118", "Collector ID": "4", "Email Address": "ana@example.com",
         "End Date": "2024-05-01 10:00:00", satisfied: "5 - Very satisfied", other: "Lovely"},
    ]  # fmt: skip
    (file,) = desk.text(sheet(headers.SURVEYMONKEY, rows)).files
    assert (file.export, file.left_out) == ("surveymonkey", {"header_row": 1})
    assert desk.rows("raw_feedback", *ANSWERS) == [("ana@example.com", "csat", 5.0, "Lovely", date(2024, 5, 1))]


@pytest.mark.parametrize(
    ("header", "row", "answer"),
    [
        (headers.GOOGLE_FORMS,
         {"Timestamp": "2024/05/01 10:00:00", "Email Address": "ana@example.com",
          "How likely are you to recommend us?": "10", "Why?": "Tea"}, ("nps", 10.0, "Tea")),
        (headers.GOOGLE_FORMS_CHINESE,
         {"时间戳记": "2024/5/1 下午 3:00:00", "您的邮箱": "ana@example.com", "您对服务满意吗？": "4",
          "您的意见": "好茶"}, ("csat", 4.0, "好茶")),
        ("Timestamp,Email Address,Any suggestions?",
         {"Timestamp": "2024/05/01 10:00:00", "Email Address": "ana@example.com", "Any suggestions?": "Tea"},
         ("comment", None, "Tea")),
    ],
)  # fmt: skip
def test_google_forms_in_several_languages(desk: Desk, header: str, row: Row, answer: tuple[object, ...]) -> None:
    (file,) = desk.text(sheet(header, [row])).files
    assert file.export == "google_forms"
    assert desk.rows("raw_feedback", *ANSWERS) == [("ana@example.com", *answer, date(2024, 5, 1))]


def test_wenjuanxing_answers_are_known_by_the_number_asked_for(desk: Desk) -> None:
    row = {"序号": "1", "提交答卷时间": "2024/5/1 10:00:00", "1、您的手机号": "13800138000",
           "2、您有多大可能向朋友推荐我们？": "8", "3、您对我们有什么建议？": "多开几家"}  # fmt: skip
    (file,) = desk.text(sheet(headers.WENJUANXING, [row])).files
    assert file.export == "wenjuanxing"
    assert desk.rows("raw_feedback", *ANSWERS) == [("13800138000", "nps", 8.0, "多开几家", date(2024, 5, 1))]


def test_events_of_google_analytics_are_usage(desk: Desk) -> None:
    rows = [
        {"event_date": "20240501", "event_name": "login", "user_id": "u1", "user_pseudo_id": "1.2", "platform": "WEB"},
        {"event_date": "20240502", "event_name": "page_view", "user_pseudo_id": "3.4", "platform": "WEB"},
        {"event_date": "20240502", "event_name": "page_view"},
    ]
    (file,) = desk.text(sheet(headers.GOOGLE_ANALYTICS, rows)).files
    assert (file.export, file.left_out) == ("google_analytics", {"nobody_named": 1})
    assert desk.rows("raw_usage", "customer_key", "event", "local_day") == [
        ("u1", "login", date(2024, 5, 1)),
        ("3.4", "page_view", date(2024, 5, 2)),
    ]


class TestAFormBesideTheOrdinaryRules:
    """Such a file is feedback by the ordinary rules too: these go first, unless they would leave a question unread."""

    DAY = "2024/05/14 3:04:05 PM GMT+2"

    @pytest.mark.parametrize(
        ("header", "answers"),
        [
            ("Timestamp,Email Address,How satisfied are you?,Comments", [("csat", 4.0, "Nice")]),
            ("Timestamp,Email Address,Comments,How satisfied are you?", [("csat", 4.0, "Nice")]),
            ("Timestamp,Email Address,How likely are you to recommend us?,Comments", [("nps", 4.0, "Nice")]),
            ("Timestamp,Email Address,Satisfaction,Comments", [("csat", 4.0, "Nice")]),
            (
                "Timestamp,Email Address,How satisfied are you?,Rating,Comments",
                [("csat", 4.0, "Nice"), (None, 5.0, None)],
            ),
        ],
    )
    def test_a_question_is_not_left_unread(self, desk: Desk, header: str, answers: list[tuple[object, ...]]) -> None:
        cells = {"Timestamp": self.DAY, "Email Address": "ana@example.com", "Comments": "Nice", "Rating": "5"}
        row = {name: cells.get(name, "4") for name in header.split(",")}
        (file, *_) = desk.text(sheet(header, [row])).files
        assert file.export == "google_forms"
        found = desk.rows("raw_feedback", *ANSWERS)
        assert found == [("ana@example.com", *answer, date(2024, 5, 14)) for answer in answers]

    def test_the_number_of_the_customer_and_the_score_of_such_a_file_are_not_lost(self, desk: Desk) -> None:
        header = "Timestamp,customer_id,Email,How satisfied are you?,score,Comments"
        cells = ("2024-05-14", "C1", "ana@example.com", "4", "3", "Nice")
        desk.text(sheet(header, [dict(zip(header.split(","), cells, strict=True))]))
        assert [found[:4] for found in desk.rows("raw_feedback", *ANSWERS)] == [
            ("C1", "csat", 4.0, "Nice"),
            ("C1", None, 3.0, None),
        ]

    @pytest.mark.parametrize(
        ("header", "key", "score", "text"),
        [
            ("Timestamp,Email,Rating,Comments", "ana@example.com", 5.0, "Nice"),
            ("Timestamp,customer_id,rating,Comments", "C1", 5.0, "Nice"),
            ("Timestamp,客户编号,满意度,评价内容", "C1", 5.0, "Nice"),
            ("Timestamp,Email,NPS score,Comments", "ana@example.com", 5.0, "Nice"),
            ("Timestamp,Email,Comments", "ana@example.com", None, "Nice"),
        ],
    )
    def test_an_ordinary_file_of_feedback_stays_what_it_was(
        self, desk: Desk, header: str, key: str, score: float | None, text: str | None
    ) -> None:
        day = "2024-05-14 10:00:00"
        cells = {
            "Timestamp": day, "Email": "ana@example.com", "customer_id": "C1", "客户编号": "C1",
            "Comments": "Nice", "评价内容": "Nice",
        }  # fmt: skip
        row = {name: cells.get(name, "5") for name in header.split(",")}
        (file, *_) = desk.text(sheet(header, [row])).files
        found = desk.rows("raw_feedback", *ANSWERS)
        assert file.export is None
        assert found == [(key, None, score, text, date(2024, 5, 14))]


class TestAnswersInWords:
    WENJUANXING = "序号,提交答卷时间,1、您的手机号,2、您有多大可能向朋友推荐我们？,3、您对服务满意吗？"

    def test_the_five_usual_words_are_steps_and_other_words_are_left_empty_and_counted(self, desk: Desk) -> None:
        words = ["非常满意", "满意", "一般", "不满意", "非常不满意", "还行吧", "(跳过)"]
        rows: list[Row] = [
            dict(zip(self.WENJUANXING.split(","), (str(place), "2024/5/1 10:00:00", f"1380013800{place}", "9", word),
                     strict=True))
            for place, word in enumerate(words)
        ]  # fmt: skip
        nps, csat = desk.text(sheet(self.WENJUANXING, rows)).files
        scores = [score for _, kind, score, *_ in desk.rows("raw_feedback", *ANSWERS) if kind == "csat"]
        assert scores == [5, 4, 3, 2, 1, None, None]
        assert (nps.accepted, nps.quarantined) == (7, {})
        assert (csat.accepted, csat.taken_as, csat.quarantined) == (7, {"answer_in_words": 2}, {})

    @pytest.mark.parametrize(
        ("question", "word", "score"),
        [
            ("How satisfied are you?", "Very satisfied", 5.0),
            ("How satisfied are you?", "4 - Satisfied", 4.0),
            ("How satisfied are you?", "neither satisfied nor dissatisfied", 3.0),
            ("How likely are you to recommend us?", "Very satisfied", None),
            ("How easy was it?", "Very easy", None),
        ],
    )
    def test_only_a_question_of_satisfaction_has_steps_in_words(
        self, desk: Desk, question: str, word: str, score: float | None
    ) -> None:
        header = f"#,Your e-mail,{question},Submit Date (UTC)"
        row = {"#": "a", "Your e-mail": "ana@example.com", question: word, "Submit Date (UTC)": "2024-05-01 10:00:00"}
        (file,) = desk.text(sheet(header, [row])).files
        assert [found for _, _, found, *_ in desk.rows("raw_feedback", *ANSWERS)] == [score]
        assert file.taken_as == ({} if score else {"answer_in_words": 1})

    def test_words_in_an_ordinary_file_are_set_aside_as_before(self, desk: Desk) -> None:
        with pytest.raises(RegularsError, match="number_unreadable"):
            desk.text("customer_id,given_at,score\nana,2024-05-01,great\n")
