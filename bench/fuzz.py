"""Changes valid files of every format and encoding at random and has them read: a clear error or a result that adds up.

python bench/fuzz.py [--minutes 10] [--seed N] [--record fuzz.json]

Most rounds read by the library; one in twenty asks the command line (preview, import, analysis), where anything but an
answer or one line on what can be mended is a crash. Prints the seed first. What broke is kept in a folder, with its
seed and round, and the exit code is 1.
"""

import argparse
import io
import json
import random
import shutil
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from regulars.cli import main as command_line
from regulars.core import RegularsError, Settings
from regulars.engines import Engine, open_engine
from regulars.records import RecordSet, Source, read

HEADERS = ["customer_id", "ordered_at", "amount", "order_id", "note"]
ROWS = [
    ["ana", "2024-01-02 10:00:00", "10.50", "o1", 'said "yes", twice'],
    ["bo", "2024年1月3日", "¥1,000.00", "o2", "two\nlines"],
    ["13800138000", "1704164645", "(5.00)", "4.1E+17", "😀"],
    ["Total", "", "1005.50", "", ""],
]
MARKS = [b'"', b"\n", b"\r", b"\0", b",", b"\t", b";", b"\xff", b"\xe5\xbc", b"=", b"1e999", b"999999999999999", b"NaN"]
SETTINGS = Settings.model_validate({"records": {"max_quarantined_share": 1.0, "date_order": "dmy"}})
WRITTEN = ["utf-8-sig", "gbk", "big5", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "shift_jis", "euc_kr", "koi8-r"]
STATED = [*[None] * 12, "utf-8", "gb18030", "utf-16", "utf-7", "hz", "iso2022_jp", "no-such", *WRITTEN]
COMMANDS = [["analyze", "--dry-run"], ["analyze", "--dry-run"], ["import", "--accept-mapping"],
            ["analyze", "--accept-mapping"]]  # fmt: skip
TODAY = date(2024, 6, 30)
ASKED = 0.05


def text(encoding: str, delimiter: str) -> bytes:
    """Return a text file of the rows."""
    lines = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in ROWS * 3]
    return "\n".join(delimiter.join(row) for row in [HEADERS, *lines]).encode(encoding, "ignore")


def parquet() -> bytes:
    """Return a Parquet file of the rows."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({name: [row[at] for row in ROWS] for at, name in enumerate(HEADERS)}), sink)
    return bytes(sink.getvalue())


def workbook() -> bytes:
    """Return a workbook of the rows, with a time, a formula and a merged cell."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        page = book.add_worksheet("Orders")
        for number, row in enumerate([["Orders of May"], HEADERS, *ROWS]):
            page.write_row(number, 0, row)
        page.write_datetime(2, 1, date(2024, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_formula(3, 2, "=1+1", None, 2)
        page.merge_range(6, 0, 7, 0, "cy")
    return sink.getvalue()


def old_workbook() -> bytes:
    """Return a workbook of the old kind."""
    import xlwt  # noqa: PLC0415  (only the tests' environment has it)

    book, sink = xlwt.Workbook(), io.BytesIO()
    page = book.add_sheet("Orders")
    for number, row in enumerate([HEADERS, *ROWS]):
        for column, cell in enumerate(row):
            page.write(number, column, cell)
    book.save(sink)
    return sink.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    """Return a ZIP archive."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return sink.getvalue()


def changed(content: bytes, choose: random.Random) -> bytes:
    """Return the bytes with a few of them replaced, removed, doubled or added."""
    found = bytearray(content)
    for _ in range(choose.randint(1, 8)):
        place, length = choose.randrange(len(found) + 1), choose.choice([1, 1, 2, 4, 40, 400])
        match choose.randrange(5):
            case 0:
                found[place : place + 1] = bytes([choose.randrange(256)])
            case 1:
                del found[place : place + length]
            case 2:
                found[place:place] = found[place : place + length] * choose.randint(1, 3)
            case 3:
                found[place:place] = choose.choice(MARKS)
            case _:
                found[place : place + 4] = choose.choice([0, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF]).to_bytes(4, "little")
    return bytes(found)


def changed_inside(content: bytes, choose: random.Random) -> bytes:
    """Return an archive (or workbook) with one of its members changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    chosen = choose.choice(sorted(members))
    return archive({**members, chosen: changed(members[chosen], choose)})


Seeds: TypeAlias = dict[str, tuple[bytes, Callable[[bytes, random.Random], bytes]]]


def seeds() -> Seeds:
    """Return the valid files, by name, and how each is changed."""
    plain = {
        "utf8.csv": text("utf-8", ","),
        "gbk.csv": text("gb18030", ";"),
        "utf16.tsv": text("utf-16", "\t"),
        "bars.txt": text("utf-8", "|"),
        "rows.parquet": parquet(),
        "old.xls": old_workbook(),
    }
    plain |= {f"{encoding}.csv": text(encoding, ",") for encoding in WRITTEN}
    packed = archive({"a.csv": plain["utf8.csv"], "b.parquet": plain["rows.parquet"]})
    found: Seeds = {name: (content, changed) for name, content in plain.items()}
    found |= {"book.xlsx": (workbook(), changed), "all.zip": (packed, changed)}
    return found | {"inside.xlsx": (workbook(), changed_inside), "inside.zip": (packed, changed_inside)}


def adds_up(records: RecordSet) -> bool:
    """Return whether every row that was read is accounted for."""
    return all(file.read == file.accepted + file.quarantined_total + file.left_out_total for file in records.files)


def stated_for(path: Path, choose: random.Random) -> str | None:
    """Return an encoding to state: often the file's own, where it has one of those that must be stated."""
    return choose.choice([path.stem, choose.choice(STATED)]) if path.stem in WRITTEN else choose.choice(STATED)


def one_round(engine: Engine, path: Path, choose: random.Random) -> str:
    """Read one changed file; return what came of it."""
    source = Source(data=path, kind=choose.choice([None, "orders"]), encoding=stated_for(path, choose))
    try:
        records = read(engine, [source], settings=SETTINGS, today=TODAY)
    except RegularsError as error:
        return error.code
    if not adds_up(records):
        raise AssertionError(f"the counts do not add up: {records}")
    return "read"


def asked_for(path: Path, choose: random.Random) -> str:
    """Ask the command line to read one changed file; return how it ended."""
    home = path.parent / "home"
    shutil.rmtree(home, ignore_errors=True)
    command, *more = choose.choice(COMMANDS)
    where = ["--workspace", str(home / "kept")] if command == "import" else ["--out", str(home / "result")]
    encoding = stated_for(path, choose)
    stated = [] if encoding is None else ["--encoding", encoding]
    settings = path.parent / "settings.toml"
    settings.write_text('[records]\nmax_quarantined_share = 1.0\ndate_order = "dmy"\n', encoding="utf-8")
    words = [command, str(path), *more, *where, *stated, "--settings", str(settings), "--today", TODAY.isoformat()]
    words += ["--lang", choose.choice(["en", "zh"])]
    former, said = sys.argv, io.StringIO()
    code: str | int | None = 0
    sys.argv = ["regulars", *words]
    try:
        with redirect_stdout(said), redirect_stderr(said):
            command_line()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.argv = former
    if code not in {0, None, 2} or "Traceback" in said.getvalue() or not said.getvalue().strip():
        raise AssertionError(f"{words} ended with {code} and said: {said.getvalue()}")
    return f"{command} {more[0]}: {'told why not' if code == 2 else 'answered'}"


def main() -> None:
    """Fuzz for the given time; print how often each thing came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--record", type=Path, default=Path("fuzz.json"))
    arguments = parser.parse_args()
    sys.stdout.write(f"seed {arguments.seed}\n")
    sys.stdout.flush()
    choose, files, outcomes, broken = random.Random(arguments.seed), seeds(), Counter[str](), []  # noqa: S311
    ends, rounds = time.monotonic() + 60 * arguments.minutes, 0
    kept = Path(tempfile.mkdtemp(prefix="fuzz-"))
    with tempfile.TemporaryDirectory() as folder, open_engine(threads=1) as engine:
        while time.monotonic() < ends:
            name = choose.choices(sorted(files), [1 if "xls" in each else 4 for each in sorted(files)])[0]
            content, change = files[name]
            path = Path(folder) / name
            path.write_bytes(change(content, choose))
            try:
                by_command = choose.random() < ASKED
                outcomes[asked_for(path, choose) if by_command else one_round(engine, path, choose)] += 1
            except KeyboardInterrupt:
                raise
            except BaseException:
                broken.append({"round": rounds, "file": name, "error": traceback.format_exc()})
                (kept / f"{rounds}-{name}").write_bytes(path.read_bytes())
            rounds += 1
    report = {"seed": arguments.seed, "rounds": rounds, "outcomes": dict(outcomes.most_common()), "broken": broken}
    arguments.record.write_text(json.dumps(report, indent=2), encoding="utf-8")
    sys.stdout.write(f"{rounds} files, {len(broken)} broke; {dict(outcomes.most_common())}\n")
    if broken:
        sys.stdout.write(f"{broken[0]['error']}\nthe files that broke it: {kept}\n")
        raise SystemExit(1)
    kept.rmdir()


if __name__ == "__main__":
    main()
