"""Import: what is shown is what is read, nothing is kept without a yes, and every fault is a sentence."""

import csv
import io
import os
import re
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from app.working import work
from regulars import records
from regulars.app import uploads
from regulars.app._shop import Shop
from regulars.app.jobs import queue
from regulars.app.middleware import MOST_OF_STRANGERS
from regulars.app.models import Job
from regulars.app.privacy import erasing
from regulars.app.problems import ON_PAGES
from regulars.app.spreadsheets import guarded
from regulars.app.vault import store
from regulars.core import RegularsError
from regulars.reports import Voice

ORDERS = "买家,下单日,实付,渠道,备注\n" + "".join(
    f"1380013{row:04d},2024-05-{row % 28 + 1:02d},{'abc' if row == 7 else row},门店,x\n" for row in range(40)
)
UNKNOWN = "alpha,beta,gamma\n" + "".join(f"{row},2024-05-{row % 28 + 1:02d},{row}\n" for row in range(40))


def _upload(client: Client, *files: tuple[str, bytes]) -> str:
    answer = client.post("/import/upload/", {"file": [SimpleUploadedFile(name, data) for name, data in files]})
    found = re.fullmatch(r"/import/([0-9a-f]{16})/look/", answer.headers["Location"])
    assert found
    return found[1]


def _fields(page: str) -> dict[str, str]:
    """Return what a browser would send of a page: the chosen option of each select."""
    fields = {}
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', inside) or re.search(
            r'<option value="([^"]*)"', inside
        )
        fields[name] = chosen[1] if chosen else ""
    return fields


def _look(client: Client, shop: Shop, token: str) -> str:
    work(shop, "look")
    return client.get(f"/import/{token}/look/").content.decode()


def test_a_named_export_is_called_by_its_name_in_the_language_of_the_page(client: Client, shop: Shop) -> None:
    client.cookies["regulars_language"] = "zh"
    bill = "微信订单号,用户标识,交易时间,交易状态,订单金额\n`1,`oAna,`2024-05-01 10:00:00,`SUCCESS,`5.00\n"
    page = _look(client, shop, _upload(client, ("bill.csv", bill.encode())))
    assert ("微信支付：对账单" in page, "WeChat Pay: bill" in page) == (True, False)


def test_what_is_looked_at_is_imported_and_every_row_is_told_of(client: Client, shop: Shop) -> None:
    token = _upload(client, ("订单.csv", ORDERS.encode("gb18030")))
    page = _look(client, shop, token)
    assert "13800130001" not in page
    assert not records.Batches(shop.workspace).live()
    client.post(f"/import/{token}/decide/", {**_fields(page), "do": "import"})
    (job,) = work(shop, "import")
    assert job.state == Job.DONE, job.error
    told = job.result
    assert told["read"] == told["accepted"] + told["set_aside"] + told["left_out"] == 40
    assert told["set_aside"] == 1
    assert not uploads.is_there(shop, token)
    assert "39" in client.get("/import/").content.decode()


def test_a_name_beside_a_customer_number_is_told_with_the_way_to_find_people_by_it(client: Client, shop: Shop) -> None:
    rows = "C-1,Ana Li,a@x.com,2024-01-02,5\nC-2,Bo Wu,b@x.com,2024-01-03,6\n"
    file = ("orders.csv", ("customer_id,Name,E-mail,ordered_at,amount\n" + rows).encode())
    token = _upload(client, file)
    page = _look(client, shop, token)
    assert "To find people by Name, E-mail too, import the file once more" in page
    client.post(f"/import/{token}/decide/", {**_fields(page), "do": "import"})
    work(shop, "import")
    again = _upload(client, file)
    client.post(
        f"/import/{again}/decide/", {**_fields(_look(client, shop, again)), "kind-0-0": "profiles", "do": "look"}
    )
    page = _look(client, shop, again)
    assert "To find people" not in page
    client.post(f"/import/{again}/decide/", {**_fields(page), "do": "import"})
    (job,) = work(shop, "import")
    assert job.state == Job.DONE, job.error
    assert store.find("Ana Li") == ["C-1"]


def test_what_waits_and_what_is_at_work_can_be_stopped_but_no_erasure(client: Client, shop: Shop) -> None:
    asked, going = queue.ask("analyse", key="analyse"), queue.ask("undo", key="x")
    assert client.get("/import/").content.decode().count("/stop/") == 2
    queue.lease_next("w1", ("undo",))
    for job in (asked, going):
        client.post(f"/jobs/{job.id}/stop/")
    assert Job.objects.get(id=asked.id).state == Job.CANCELLED
    assert Job.objects.get(id=going.id).is_cancelled
    erasure = queue.ask("erase")
    assert f"/jobs/{erasure.id}/stop/" not in client.get("/import/").content.decode()
    assert client.post(f"/jobs/{erasure.id}/stop/").status_code == 404
    assert Job.objects.get(id=erasure.id).state == Job.QUEUED


def test_an_analysis_that_something_is_to_be_gone_by_is_stopped_by_an_owner_only(client: Client, shop: Shop) -> None:
    member = Client()
    member.force_login(User.objects.create(username="bo", is_staff=True), backend="regulars.app.logged_in.Users")
    job = queue.ask("analyse", key="analyse")
    assert f"/jobs/{job.id}/stop/" in member.get("/import/").content.decode()
    erasing.results_may_speak_of_them()
    assert f"/jobs/{job.id}/stop/" not in member.get("/import/").content.decode()
    assert member.post(f"/jobs/{job.id}/stop/").status_code == 403
    assert Job.objects.get().state == Job.QUEUED
    client.post(f"/jobs/{job.id}/stop/")
    assert Job.objects.get().state == Job.CANCELLED


def test_an_upload_can_be_given_up_while_it_is_looked_at(client: Client, shop: Shop) -> None:
    token = _upload(client, ("订单.csv", ORDERS.encode()))
    assert 'value="drop"' in client.get(f"/import/{token}/look/").content.decode()
    client.post(f"/import/{token}/decide/", {"do": "drop"})
    assert not uploads.is_there(shop, token)
    assert Job.objects.get().state == Job.CANCELLED


def test_a_column_that_is_not_to_be_used_is_not_read(client: Client, shop: Shop) -> None:
    token = _upload(client, ("订单.csv", ORDERS.encode()))
    fields = _fields(_look(client, shop, token))
    (channel,) = [name for name, value in fields.items() if value == "channel"]
    answer = client.post(f"/import/{token}/decide/", {**fields, channel: "", "do": "import"})
    assert answer.headers["Location"].endswith("/look/"), "what was changed is looked at before it is imported"
    fields = _fields(_look(client, shop, token))
    assert "channel" not in fields.values()
    client.post(f"/import/{token}/decide/", {**fields, "do": "import"})
    work(shop, "import")
    ((file,),) = [batch.files for batch in records.Batches(shop.workspace).live()]
    assert "channel" not in file.mapping
    assert "渠道" in file.unused_columns


def test_headers_that_say_nothing_are_given_a_meaning_on_the_page(client: Client, shop: Shop) -> None:
    token = _upload(client, ("strange.csv", UNKNOWN.encode()))
    page = _look(client, shop, token)
    assert "strange.csv: its column names do not say what it holds." in page
    client.post(f"/import/{token}/decide/", {"kind-0-0": "orders", "do": "look"})
    fields = _fields(_look(client, shop, token))
    chosen = dict(
        zip(("column-0-0-0", "column-0-0-1", "column-0-0-2"), ("customer_id", "ordered_at", "amount"), strict=True)
    )
    wanted = {**fields, **_by_header(client, token, chosen)}
    client.post(f"/import/{token}/decide/", {**wanted, "do": "look"})
    fields = _fields(_look(client, shop, token))
    client.post(f"/import/{token}/decide/", {**fields, "do": "import"})
    (job,) = work(shop, "import")
    assert (job.state, job.result["accepted"]) == (Job.DONE, 40), job.error


def _by_header(client: Client, token: str, chosen: dict[str, str]) -> dict[str, str]:
    """Return the fields that give alpha, beta and gamma these meanings, wherever the page lists them."""
    page = client.get(f"/import/{token}/look/").content.decode()
    headers = re.findall(r'<th role="rowheader"[^>]*><span>([^<]+)</span>', page)
    meanings = dict(zip(("alpha", "beta", "gamma"), chosen.values(), strict=True))
    return {f"column-0-0-{row}": meanings[header] for row, header in enumerate(headers)}


BAD = {
    "empty.csv": b"",
    "page.csv": b"<html><body>nothing</body></html>",
    "paper.pdf": b"%PDF-1.4",
    "broken.xlsx": b"PK\x03\x04" + b"x" * 40,
    "broken.zip": b"PK\x03\x04" + b"\0" * 60,
    "broken.parquet": b"PAR1" + b"x" * 40,
    "old.xls": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
    "values.csv": b"ana@example.com,2024-01-01,5\nbo@example.com,2024-01-02,6\n",
    "two.csv": b"customer_id,ordered_at,amount,amount\na,2024-01-01,1,2\n",
    "days.csv": b"customer_id,ordered_at,amount\n"
    + b"".join(b"a,0%d/0%d/2024,5\n" % (i, i % 8 + 1) for i in range(1, 9)),
    "money.csv": b"customer_id,ordered_at,amount\n" + b"".join(b"a,2024-01-0%d,x\n" % i for i in range(1, 9)),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_upload_is_one_sentence_and_nothing_is_kept(client: Client, shop: Shop, name: str, language: str) -> None:
    client.cookies["regulars_language"] = language
    token = _upload(client, (name, BAD[name]))
    page = _look(client, shop, token)
    said = re.findall(r'role="alert">([^<]+)<', page)
    assert len(said) == 1
    assert name in said[0]
    assert "--" not in said[0]
    assert 'value="import"' not in page
    assert not records.Batches(shop.workspace).live()
    if language == "zh":
        assert re.search("[\u4e00-\u9fff]", said[0])


def _errors(kind: type[RegularsError]) -> Iterator[type[RegularsError]]:
    yield from chain([kind], *(_errors(each) for each in kind.__subclasses__()))


@pytest.mark.parametrize(
    "error",
    [each for each in _errors(RegularsError) if each.__module__.startswith(("regulars.records", "regulars.customers"))
     and "code" in vars(each)],
    ids=lambda error: error.code,
)  # fmt: skip
def test_no_error_of_the_records_speaks_of_the_command_line_on_a_page(error: type[RegularsError]) -> None:
    never_met = {"export_invalid", "mapping_not_kept", "merge_with_itself", "delimiter_invalid", "table_unreadable",
                 "column_mixed"}  # fmt: skip
    if error.code in never_met:
        pytest.skip("it is about recipes, tables in memory or commands, of which a page has none")
    said = ON_PAGES.get(error.code, error.template)
    for mark in ("--", "regulars ", "business.", "{problem}", "{format}", "{options}", "{nearest}"):
        assert mark not in said
    assert Voice(language="zh").t(said) != said


def test_what_is_given_up_or_left_lying_is_removed(client: Client, shop: Shop) -> None:
    given_up, left, fresh = (_upload(client, ("o.csv", ORDERS.encode())) for _ in range(3))
    client.post(f"/import/{given_up}/decide/", {"do": "drop"})
    assert not uploads.is_there(shop, given_up)
    work(shop, "look")
    before = time.time() - 25 * 3600
    os.utime(shop.workspace / "uploads" / left, (before, before))
    uploads.clear(shop, timezone.now())
    assert [uploads.is_there(shop, token) for token in (left, fresh)] == [False, True]


def test_what_a_killed_process_was_being_sent_is_removed(client: Client, shop: Shop) -> None:
    _upload(client, ("o.csv", ORDERS.encode()))
    loose = {path.name for path in shop.workspace.iterdir()} - {"arriving", "uploads"}
    assert not loose
    assert str(settings.FILE_UPLOAD_TEMP_DIR) == str(shop.arriving)
    torn, fresh = shop.arriving / "tmp1.upload.csv", shop.arriving / "tmp2.upload.csv"
    for path in (torn, fresh):
        path.write_text(ORDERS)
    before = time.time() - 25 * 3600
    os.utime(torn, (before, before))
    uploads.clear(shop, timezone.now())
    assert [*shop.arriving.iterdir()] == [fresh]


def test_nothing_long_is_read_of_whoever_has_not_logged_in(client: Client, shop: Shop) -> None:
    long = "x" * (MOST_OF_STRANGERS + 1)
    assert client.post("/language/en/", {"back": long}).status_code == 302
    stranger = Client(enforce_csrf_checks=True)
    said = [stranger.post("/login/", {"username": name, "password": "x"}).status_code for name in (long, "lin")]
    assert said == [413, 403], "the token is looked for in what was read"


@pytest.mark.parametrize("how", ["fails", "is stopped", "kills its workers"])
def test_an_import_that_ends_for_good_leaves_no_file(client: Client, shop: Shop, how: str) -> None:
    token, looked_at = (_upload(client, ("订单.csv", ORDERS.encode())) for _ in range(2))
    page = _look(client, shop, token)
    client.post(f"/import/{token}/decide/", {**_fields(page), "do": "import"})
    uploads.clear(shop, timezone.now())
    assert uploads.is_there(shop, token)
    job = queue.lease_next("w", ["import"])
    assert job is not None
    uploads.clear(shop, timezone.now())
    assert uploads.is_there(shop, token)
    if how == "kills its workers":
        Job.objects.filter(pk=job.pk).update(attempt=queue.ATTEMPTS)
        queue.release(job.pk, "w")
        queue.lease_next("w", ["import"])
    else:
        queue.fail(job.pk, "w", MemoryError() if how == "fails" else queue.Cancelled())
    uploads.clear(shop, timezone.now())
    assert [uploads.is_there(shop, each) for each in (token, looked_at)] == [False, True]


def test_an_upload_is_readable_by_its_owner_only(client: Client, shop: Shop) -> None:
    token = _upload(client, ("../../o.csv", ORDERS.encode()))
    (file,) = [path for path in (shop.workspace / "uploads" / token).rglob("*") if path.is_file()]
    assert file.name == "o.csv"
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["客" * 100 + ".csv", "a." + "客" * 100])
def test_a_name_that_no_disk_holds_is_cut_and_the_file_is_taken(client: Client, shop: Shop, name: str) -> None:
    token = _upload(client, (name, ORDERS.encode()))
    (file,) = [path for path in (shop.workspace / "uploads" / token).rglob("*") if path.is_file()]
    assert name.startswith(file.stem)
    assert file.suffix == ".csv" or "." not in name[2:]


def test_as_many_columns_are_decided_on_as_a_year_of_wide_exports_has(client: Client, shop: Shop) -> None:
    token = _upload(client, ("o.csv", ORDERS.encode()))
    columns = {f"column-{file}-0-{row}": "" for file in range(12) for row in range(90)}
    assert client.post(f"/import/{token}/decide/", {**columns, "do": "drop"}).status_code == 302
    assert not uploads.is_there(shop, token)


def test_rows_set_aside_come_as_a_spreadsheet_that_shows_no_value(client: Client, shop: Shop) -> None:
    token = _upload(client, ("=cmd.csv", ORDERS.encode()))
    page = _look(client, shop, token)
    client.post(f"/import/{token}/decide/", {**_fields(page), "do": "import"})
    (job,) = work(shop, "import")
    answer = client.get(f"/import/{job.result['batch']}/set-aside/")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # of streaming answers
    assert text.startswith("\ufeff")
    _, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert row[0] == "'=cmd.csv"
    assert row[-1] == "xxx"


@given(st.text())
def test_no_text_of_a_spreadsheet_is_a_formula(text: str) -> None:
    cell = str(guarded(text))
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text or cell == text


@given(st.floats(allow_nan=False) | st.integers())
def test_a_number_of_a_spreadsheet_stays_a_number(number: float) -> None:
    assert guarded(number) == number


def test_nothing_of_an_upload_that_is_not_there_is_shown(client: Client, shop: Shop) -> None:
    for token in ("0" * 16, "x", "..%2f..%2fshop"):
        assert client.get(f"/import/{token}/look/").status_code in {302, 404}
        assert client.post(f"/import/{token}/decide/", {"do": "import"}).status_code in {302, 404}
    assert client.get("/import/20240101T000000-abcdef/set-aside/").status_code == 404
    assert not Path(shop.workspace / "uploads").exists() or not list((shop.workspace / "uploads").iterdir())
