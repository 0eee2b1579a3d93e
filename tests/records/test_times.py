"""Times: one reading or none; stored in UTC, with the day on the business's calendar."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records_desk import HEADER, Desk
from regulars.core import RegularsError, Settings
from regulars.records import REASONS, Source, read
from regulars.records._cells import cells as cells_room
from regulars.records._cells.time_text import moment_of
from regulars.records._cells.times import Clock, read_time
from regulars.records._cells.zones import zone_of

EPOCH = datetime(1970, 1, 1)
moments = st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30)).map(lambda m: m.replace(microsecond=0))
leap_days = st.integers(1, 9999).map(lambda year: f"{year:04}-02-29")
nearly_iso = st.from_regex(
    r"(?!0000)[0-9]{4}-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{1,7})?)?)?", fullmatch=True
)
ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@given(moment=moments)
@settings(deadline=None)
def test_reading_what_was_printed_is_the_identity(moment: datetime) -> None:
    printed = [
        moment.isoformat(),
        moment.strftime("%Y/%m/%d %H:%M:%S"),
        f"{moment.year}年{moment.month}月{moment.day}日 {moment.hour}时{moment.minute:02}分{moment.second:02}秒",
        moment.strftime("%Y%m%d %H:%M:%S"),
        moment.strftime("%d %b %Y %H:%M:%S"),
        moment.strftime("%B %d, %Y %I:%M:%S %p"),
    ]
    for text in printed:
        assert moment_of(text).micros == micros(moment), text
    assert moment_of(moment.strftime("%d/%m/%Y %H:%M:%S"), "dmy").micros == micros(moment)
    assert moment_of(moment.strftime("%m/%d/%Y %H:%M:%S"), "mdy").micros == micros(moment)
    if moment.year < 2069:  # of the two digits of a year Python means the same
        for order, form in (("dmy", "%d.%m.%y"), ("mdy", "%m/%d/%y"), ("ymd", "%y-%m-%d")):
            assert moment_of(moment.strftime(f"{form} %H:%M:%S"), order).micros == micros(moment)


@given(times=st.lists(leap_days | nearly_iso | moments.map(str), min_size=1, max_size=5))
@settings(deadline=None)
def test_a_column_is_read_at_once_as_each_of_its_times_is_by_itself(times: list[str]) -> None:
    clock = Clock(zone=zone_of("UTC"), today=date(2024, 6, 30), order=None)
    cells = read_time(pa.array(times), clock, may_be_later=True)
    for place, moment in enumerate(map(moment_of, times)):
        fault = moment.fault or ("too_early" if moment.micros < 0 else "")
        assert cells_room.REASONS[0 if cells.faults is None else cells.faults[place]] == fault
        assert fault or cells.values[place].value == moment.micros


@given(moment=moments, zone=st.sampled_from(ZONES))
@settings(deadline=None)
def test_zones_agree_with_the_calendar_of_python(moment: datetime, zone: str) -> None:
    aware = moment.replace(tzinfo=ZoneInfo(zone), fold=0)
    offset = aware.utcoffset()
    assert offset is not None
    wall = np.array([micros(moment)], dtype=np.int64)
    assert int(zone_of(zone).to_utc(wall)[0]) == micros(moment - offset)
    there = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
    assert int(zone_of(zone).days(wall)[0]) == (there.date() - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-02", (2024, 1, 2)),
        ("2024/1/2", (2024, 1, 2)),
        ("2024.1.2", (2024, 1, 2)),
        ("20240102", (2024, 1, 2)),
        ("2024年1月2日", (2024, 1, 2)),
        ("２０２４－０１－０２", (2024, 1, 2)),
        ("2024-01-02 10:20", (2024, 1, 2, 10, 20)),
        ("2024-01-02T10:20:30.123456789", (2024, 1, 2, 10, 20, 30, 123456)),
        ("2024年1月2日10时20分", (2024, 1, 2, 10, 20)),
        ("2024-01-02 下午3:05", (2024, 1, 2, 15, 5)),
        ("3/15/2024 2:30 PM", (2024, 3, 15, 14, 30)),
        ("15/3/2024 12:05 AM", (2024, 3, 15, 0, 5)),
        ("2/2/2024", (2024, 2, 2)),
        ("2 Jan 2024", (2024, 1, 2)),
        ("05-Jan-24", (2024, 1, 5)),
        ("05-JAN-2024", (2024, 1, 5)),
        ("5 Jan 24", (2024, 1, 5)),
        ("31-Dec-99 10:20", (1999, 12, 31, 10, 20)),
        ("Sept. 2, 2024", (2024, 9, 2)),
        ("29.02.2024", (2024, 2, 29)),
        ("12/31/24", (2024, 12, 31)),
        ("99-12-31", (1999, 12, 31)),
    ],
)
def test_a_time_with_one_reading_is_read(text: str, expected: tuple[int, ...]) -> None:
    assert moment_of(text).micros == micros(datetime(*expected))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "hour"),
    [("10:00Z", 10), ("10:00 UTC", 10), ("10:00:00+0200", 8), ("10:00+02:00", 8), ("10:00 -0530", 15), ("10:00+08", 2),
     ("10:00 AM GMT+2", 8), ("10:00:05 PM GMT+2", 20), ("10:00 GMT-7", 17), ("10:00 GMT+5:30", 4), ("10:00 GMT+10", 0),
     ("10:00 UTC+0800", 2), ("10:00 UTC+08:00", 2), ("10:00 GMT", 10)],
)  # fmt: skip
def test_an_offset_is_obeyed(text: str, hour: int) -> None:
    moment = moment_of(f"2024-01-02 {text}")
    assert moment.is_utc
    assert moment.micros // 3_600_000_000 % 24 == hour


@pytest.mark.parametrize("text", ["1/2/2024", "01-02-2024", "1.2.2024 10:00", "12/11/2024", "01/02/24", "31.12.24"])
def test_a_date_with_two_readings_waits_for_the_order(text: str) -> None:
    assert moment_of(text).fault == "time_ambiguous"
    assert moment_of(text, "dmy").micros != moment_of(text, "mdy").micros


def test_a_month_by_name_leaves_the_year_at_the_end_unless_it_was_said_to_come_first() -> None:
    assert moment_of("05-Jan-24", "dmy") == moment_of("05-Jan-24", "mdy") == moment_of("2024-01-05")
    assert moment_of("05-Jan-24", "ymd") == moment_of("2005-01-24")


@pytest.mark.parametrize(
    "text",
    ["05-Jan 24", "31-Feb-24", "05-Foo-24", "05-Jan-243",
     "07 Jun", "2024-02-30", "2024-13-01", "13/13/2024", "13.13.13", "32/12/32", "45292", "1704067200",
     "2024-01-02 25:00", "2024-01-02 10:00:60", "2024-01-02 13:00 PM", "soon", "2024-1/2", "2024-01-02 10:00 +9900",
     "2024-01-02x", "2024-01-02 10:00 +2", "2024-01-02 10:00 GMT+99", "2024-01-02 10:00 GMT+130",
     "2024-01-02 10:00 GMT:30", "1/2/3"],
)  # fmt: skip
def test_what_is_no_time_is_not_read(text: str) -> None:
    assert moment_of(text).fault == "time_unreadable"


def test_the_order_said_binds_every_date() -> None:
    assert moment_of("2/13/2024", "dmy").fault == "time_unreadable"
    assert moment_of("13/2/2024", "mdy").fault == "time_unreadable"
    assert moment_of("1/2/2024", "ymd").fault == "time_unreadable"
    assert moment_of("2024/1/2", "dmy") == moment_of("2024-01-02")


days = st.dates(date(1970, 1, 1), date(2069, 12, 31))


@given(day=days, mark=st.sampled_from("./-"))
def test_a_day_with_a_year_of_two_digits_is_read_as_the_order_says(day: date, mark: str) -> None:
    parts = {"d": f"{day.day:02}", "m": f"{day.month:02}", "y": f"{day.year % 100:02}"}
    for order in ("dmy", "mdy", "ymd"):
        text = mark.join(parts[letter] for letter in order)
        assert moment_of(text, order) == moment_of(day.isoformat())
        assert moment_of(f"{text} 10:20", order) == moment_of(f"{day.isoformat()} 10:20")
        # Without an order it is never another day: it is asked for, unless a calendar has no other.
        alone = moment_of(text)
        assert alone.fault == "time_ambiguous" or alone == moment_of(day.isoformat())


def test_a_day_with_a_year_of_two_digits_waits_for_the_order() -> None:
    for text in ("31.12.24", "01/02/24", "24-01-05"):
        assert moment_of(text).fault == "time_ambiguous"
    assert moment_of("12/31/24") == moment_of("2024-12-31")
    assert moment_of("31/12/70", "dmy") == moment_of("1970-12-31")
    assert moment_of("31/12/69", "dmy") == moment_of("2069-12-31")


def test_a_file_of_such_days_is_asked_about_and_read_once_the_order_is_said(desk: Desk) -> None:
    with pytest.raises(
        RegularsError, match=r"'31\.12\.23' in column 'ordered_at' can be read in two ways.*--date-order"
    ):
        desk.text(sheet("31.12.23", "01.02.24"))
    desk.text(sheet("31.12.23", "01.02.24"), records={"date_order": "dmy"})
    assert desk.orders("local_day") == [(date(2023, 12, 31),), (date(2024, 2, 1),)]


def sheet(*times: str) -> str:
    return HEADER + "".join(f"ana,{time},5\n" for time in times)


def test_a_wall_time_is_the_business_s_own(desk: Desk) -> None:
    desk.text(sheet("2024-01-02 00:30:00", "2024-01-02 00:30:00Z"), business={"time_zone": "Asia/Shanghai"})
    assert desk.orders("ordered_at", "local_day") == [
        (datetime(2024, 1, 1, 16, 30), date(2024, 1, 2)),
        (datetime(2024, 1, 2, 0, 30), date(2024, 1, 2)),
    ]


def test_a_wall_time_in_a_clock_change_takes_the_offset_before_it(desk: Desk) -> None:
    gap, twice = "2024-03-31 02:30:00", "2023-10-29 02:30:00"
    desk.text(sheet(gap, twice), business={"time_zone": "Europe/Berlin"})
    assert desk.orders("ordered_at") == [
        (datetime(2024, 3, 31, 1, 30),),
        (datetime(2023, 10, 29, 0, 30),),
    ]


def test_days_after_today_and_before_1970_are_not_believed(desk: Desk) -> None:
    times = "2024-06-30 23:59:59", "2024-07-01", "2090-01-01", "1969-12-31", "1970-01-01", "1900-01-01"
    desk.text(sheet(*times), records={"max_quarantined_share": 0.9})
    assert desk.orders("line") == [(2,), (6,)]
    assert [(line, reason) for line, _, reason, _ in desk.aside()] == [
        (3, "after_today"), (4, "after_today"), (5, "too_early"), (7, "too_early"),
    ]  # fmt: skip


def test_today_is_the_business_s_day(desk: Desk) -> None:
    desk.text(sheet("2024-06-30T15:59:00Z", "2024-06-30T16:00:00Z"), business={"time_zone": "Asia/Shanghai"})
    assert desk.orders("line") == [(2,)]


def test_a_subscription_may_end_later(desk: Desk) -> None:
    desk.text("customer_id,started_at,ended_at\nana,2024-01-01,2031-01-01\nbo,2024-01-01,9999-12-31\ncy,2031-01-01,\n")
    assert desk.rows("raw_subscriptions", "ended_day") == [(date(2031, 1, 1),), (date(9999, 12, 31),)]
    assert [reason for _, _, reason, _ in desk.aside()] == ["after_today"]


def test_every_shape_may_stand_in_one_column(desk: Desk) -> None:
    desk.text(
        sheet("2024-01-02", "20240102", "2024年1月2日", "2024/1/2 0:00", "2 Jan 2024", "'2024-01-02", " 2024-01-02 ")
    )
    assert set(desk.orders("local_day")) == {(date(2024, 1, 2),)}
    assert len(desk.orders("line")) == 7


@pytest.mark.parametrize(
    "column",
    [
        pa.array([date(2024, 1, 2), date(2024, 7, 1)]),
        pa.array([date(2024, 1, 2), date(2024, 7, 1)], pa.date64()),
        pa.array([datetime(2024, 1, 2), datetime(2024, 7, 1)], pa.timestamp("s")),
        pa.array([datetime(2024, 1, 2), datetime(2024, 7, 1)], pa.timestamp("ms")),
        pa.array([datetime(2024, 1, 2), datetime(2024, 7, 1)], pa.timestamp("ns")),
        pa.array([datetime(2024, 1, 2), datetime(2024, 7, 1)], pa.timestamp("us", "America/New_York")),
        pa.array([20240102, 20240701]),
        pa.array([20240102.0, 20240701.0]),
        pa.array(["2024-01-02", "2024-07-01"], pa.large_string()),
        pa.array(["2024-01-02", "2024-07-01"]).dictionary_encode(),
        pa.array([date(2024, 1, 2), date(2024, 7, 1)]).dictionary_encode(),
    ],
    ids=lambda column: str(column.type),
)
def test_typed_times_are_range_checked(desk: Desk, column: pa.Array) -> None:
    desk.read(Source(data=pa.table({"customer_id": ["ana", "bo"], "ordered_at": column, "amount": [1, 2]})))
    assert desk.orders("local_day", "amount") == [(date(2024, 1, 2), Decimal(1))]
    assert [reason for _, _, reason, _ in desk.aside()] == ["after_today"]


@pytest.mark.parametrize(
    ("bad", "kind", "reason"),
    [
        (None, pa.timestamp("us"), "value_missing"),
        (2**62, pa.timestamp("s"), "out_of_range"),
        (-(2**62), pa.timestamp("ms"), "out_of_range"),
        (1704067, pa.int64(), "time_unreadable"),
        (20241301, pa.int64(), "time_unreadable"),
        (float("nan"), pa.float64(), "value_missing"),
        (20240102.5, pa.float64(), "time_unreadable"),
        (True, pa.bool_(), "time_unreadable"),
    ],
)
def test_typed_times_that_are_none_are_set_aside(desk: Desk, bad: Any, kind: pa.DataType, reason: str) -> None:
    column = pa.array([bad], pa.int64()).view(kind) if pa.types.is_timestamp(kind) and bad else pa.array([bad], kind)
    table = pa.table({"customer_id": ["ana"], "ordered_at": column, "amount": [1]})
    with pytest.raises(RegularsError, match=f"1 of 1 rows .*: {REASONS[reason]} "):
        desk.read(Source(data=table))


@given(zone=st.sampled_from(ZONES), data=st.data())
@settings(deadline=None)
def test_times_that_clocks_never_showed_or_twice_are_those_of_python(zone: str, data: st.DataObject) -> None:
    changes = zone_of(zone).wall_changes.tolist() or [0]
    near = data.draw(st.sampled_from(changes)) + 60_000_000 * data.draw(st.integers(-180, 180))
    moment = EPOCH + timedelta(microseconds=near)
    first, second = (moment.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
    assert first is not None
    assert second is not None
    expected = 0 if moment.time() == EPOCH.time() else 1 if first < second else 2 if first > second else 0
    found = zone_of(zone).unclear(np.array([near], dtype=np.int64))
    assert (0 if found is None else int(found[0])) == expected


NEW_YORK = {"time_zone": "America/New_York"}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["2024-03-10 02:30:00", "2024-03-10 03:30:00", "2024-03-10"], {"time_never": 1}),
        (["2024-11-03 01:30:00", "2024-11-03 01:30", "2024-11-03 02:30"], {"time_twice": 2}),
        (["10 Mar 2024 02:30", "2024-11-03 01:30-04:00"], {"time_never": 1}),
        (["2024-11-03 01:30 [America/Chicago]", "2024-11-03 02:30 [America/Chicago]"], {"time_twice": 1}),
        (["45361.104166667", "1710055800"], {"time_never": 1}),
    ],
)
def test_a_time_on_a_changed_clock_is_counted(desk: Desk, times: list[str], expected: dict[str, int]) -> None:
    desk_today = desk.file(HEADER + "".join(f"ana,{time},1\n" for time in times))
    with_excel = {"excel_dates": "1900"}
    file = read(
        desk.engine, [Source(data=desk_today)], today=date(2025, 1, 1),
        settings=Settings.model_validate({"business": NEW_YORK, "records": with_excel}),
    ).files[0]  # fmt: skip
    assert (file.accepted, file.taken_as) == (len(times), expected)


def test_typed_times_on_a_changed_clock_are_counted_too(desk: Desk) -> None:
    when = pa.array([datetime(2024, 3, 10, 2, 30), datetime(2024, 3, 10)], pa.timestamp("us"))
    table = pa.table({"customer_id": ["ana", "bo"], "ordered_at": when, "amount": [1, 2]})
    assert desk.read(Source(data=table, kind="orders"), business=NEW_YORK).files[0].taken_as == {"time_never": 1}
    aware = table.set_column(1, "ordered_at", when.cast(pa.timestamp("us", tz="UTC")))
    assert desk.read(Source(data=aware, kind="orders"), business=NEW_YORK).files[0].taken_as == {}
