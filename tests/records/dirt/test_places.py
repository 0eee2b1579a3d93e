"""Where records come from: archives, bombs, folders, pipes, devices; and files larger than memory."""

import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dirty_files import HEADER, outcome, packed, seen
from records_desk import Desk
from regulars.core import RegularsError

ANA, BO = b"ana,2024-01-02,10.50\n", b"bo,2024-01-03,4\n"
CSV = HEADER.encode()
PROFILES = b"customer_id,email\nana,ana@example.com\n"


def parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"customer_id": ["cy"], "ordered_at": ["2024-01-02"], "amount": [100.0]}), sink)
    return bytes(sink.getvalue())


def test_every_file_in_an_archive_is_a_source_of_its_own(desk: Desk) -> None:
    content = packed(
        ("may.csv", CSV + ANA),
        ("__MACOSX/._may.csv", b"\0\5\x16\7"),
        ("deep/.DS_Store", b"\0\0\0\1Bud1"),
        ("deep/june.tsv", (CSV + BO).replace(b",", b"\t")),
        ("july.parquet", parquet()),
        ("people.csv", PROFILES),
        ("read me.txt", b"Thank you for your order.\n"),
        ("logo.pdf", b"%PDF-1.7"),
        ("empty.csv", b""),
    )
    records = desk.read(desk.file(content, "all.zip"))
    assert [(file.file, file.kind) for file in records.files] == [
        ("all.zip/may.csv", "orders"),
        ("all.zip/deep/june.tsv", "orders"),
        ("all.zip/july.parquet", "orders"),
        ("all.zip/people.csv", "profiles"),
    ]
    assert desk.orders("customer_key", "amount") == [
        ("ana", Decimal("10.5")),
        ("bo", Decimal(4)),
        ("cy", Decimal(100)),
    ]
    assert records.files[0].tables_left_out == {
        "all.zip/read me.txt": "no_records",
        "all.zip/logo.pdf": "format_unknown",
        "all.zip/empty.csv": "empty_table",
    }


def test_a_chinese_name_in_an_archive_of_windows_is_shown_as_it_was_meant(desk: Desk) -> None:
    info = zipfile.ZipInfo("订单.csv".encode("gb18030").decode("cp437"))
    path = desk.folder / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, CSV + ANA)
    content = path.read_bytes()
    # The library marks such a name as UTF-8; a Chinese Windows writes its own bytes and no mark.
    own, meant = info.filename.encode(), "订单.csv".encode("gb18030")
    content = content.replace(own, meant.ljust(len(own), b"_"))
    content = b"".join(_unmarked(content))
    assert desk.read(desk.file(content, "all.zip")).files[0].file.startswith("all.zip/订单.csv")


def _unmarked(content: bytes) -> Iterator[bytes]:
    """Yield an archive of one member without the flags that say UTF-8."""
    entry = content.index(b"PK\x01\x02")
    yield content[:6] + b"\0\0" + content[8:entry]
    yield content[entry : entry + 8] + b"\0\0" + content[entry + 10 :]


def test_a_member_whose_name_plays_tricks_is_only_read(desk: Desk) -> None:
    outside = desk.folder.parent / "evil.csv"
    records = desk.read(desk.file(packed(("../evil.csv", CSV + ANA), ("/etc/\x1b[2Jpass.csv", CSV + BO)), "all.zip"))
    assert [file.file for file in records.files] == ["all.zip/../evil.csv", "all.zip//etc/?[2Jpass.csv"]
    assert not outside.exists()


def test_a_member_without_a_name_is_read_under_a_question_mark(desk: Desk) -> None:
    content = packed(("a", CSV + ANA))  # its name stands behind the first header and the last
    content = content[:30] + b"\0" + content[31:].replace(b"aPK\5\6", b"\0PK\5\6")
    assert [file.file for file in desk.read(desk.file(content, "all.zip")).files] == ["all.zip/?"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (packed(("inner.zip", packed(("a.csv", CSV + ANA)))), "all.zip/inner.zip is an archive inside an archive"),
        (packed(), "without a file in it"),
        (packed(("a.csv", CSV + ANA))[:-30], "is a ZIP archive that cannot be read"),
        (packed(("read me.txt", b"hello\n")), "fit no kind of records"),
        (packed(("a.csv", CSV + b"x" * (60 << 20))), r"would unpack from \d+ to 62914590 bytes"),
        (packed(*((f"{n}.csv", CSV) for n in range(10_001))), "would unpack"),
        (packed(("content.xml", b""), ("mimetype", b"")), "is an OpenDocument file"),
        (packed(("xl/workbook.bin", b"")), "is a binary Excel workbook"),
    ],
    ids=["nested", "empty", "cut off", "no records", "bomb", "too many", "ods", "xlsb"],
)
def test_an_archive_that_cannot_or_must_not_be_read_says_so(desk: Desk, content: bytes, problem: str) -> None:
    with pytest.raises(RegularsError, match=problem):
        desk.read(desk.file(content, "all.zip"))


def test_an_archive_with_a_password_says_so(desk: Desk) -> None:
    content = bytearray(packed(("a.csv", CSV + ANA)))
    for start, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(start) + place] |= 1
    with pytest.raises(RegularsError, match=r"all.zip/a.csv asks for a password"):
        desk.read(desk.file(bytes(content), "all.zip"))


def test_a_member_that_lies_about_its_size_is_broken(desk: Desk) -> None:
    content = bytearray(packed(("a.csv", CSV + ANA * 1000)))
    entry = content.index(b"PK\x01\x02") + 24
    content[entry : entry + 4] = (100).to_bytes(4, "little")
    with pytest.raises(RegularsError, match=r"all.zip/a.csv is a ZIP archive that cannot be read"):
        desk.read(desk.file(bytes(content), "all.zip"))


def test_a_text_that_begins_like_an_archive_is_text(desk: Desk) -> None:
    content = "PK,customer_id,ordered_at,amount\n1,ana,2024-01-02,10.50\n"
    assert seen(desk, desk.text(content)) == outcome(1, "ana", "10.5")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no paths there")
def test_a_pipe_is_read_to_its_end(desk: Desk) -> None:
    pipe = desk.folder / "orders"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(CSV + ANA + BO,))
    writer.start()
    assert seen(desk, desk.read(pipe)) == outcome(2, "ana bo", "14.5")
    writer.join()


@pytest.mark.skipif(sys.platform == "win32", reason="devices have no paths there")
def test_a_device_is_not_read(desk: Desk) -> None:
    with pytest.raises(RegularsError, match="/dev/zero is a device or a socket"):
        desk.read(Path("/dev/zero"))


def test_nothing_is_left_lying_about(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = desk.folder / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    desk.read(desk.file(packed(("a.csv", CSV + ANA)), "all.zip"))
    assert list(scratch.iterdir()) == []


PEAK = """
import resource, sys
from datetime import date
from pathlib import Path
from regulars.core import Settings
from regulars.engines import open_engine
from regulars.records import Source, read
with open_engine(threads=1, memory_limit="256MB") as engine:
    records = read(engine, [Source(data=Path(sys.argv[1]))], settings=Settings(), today=date(2024, 6, 30))
print(records.files[0].accepted, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no getrusage")
def test_ten_times_the_file_does_not_take_ten_times_the_memory(desk: Desk) -> None:
    peaks = []
    for rows in (300_000, 3_000_000):
        path = desk.folder / "large.csv"
        with path.open("w", encoding="utf-8") as out:
            out.write("customer_id,ordered_at,amount,note\n")
            out.writelines(
                f"c{row % 9973},2024-01-02 10:{row % 60:02}:00,{row % 997}.25,{row}x\n" for row in range(rows)
            )
        answer = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
        accepted, peak = map(int, answer.stdout.splitlines()[-1].split())
        assert accepted == rows
        peaks.append(peak)
    assert peaks[1] < 2 * peaks[0], f"MiB: {peaks}"
