"""What becomes of the rows of a file is written in one way, in one set of words, on every page and in the report."""

import re
from pathlib import Path

import pytest

import regulars

ROOT = Path(__file__).parents[2]
LOCALE = Path(regulars.__file__).parent / "reports" / "locale" / "zh" / "LC_MESSAGES" / "regulars.po"
REPORT = Path(regulars.__file__).parent / "reports" / "templates" / "report.html"
ENGLISH = "rows read = accepted + set aside + left out + duplicates"
CHINESE = "读入 = 采用 + 搁置 + 略过 + 重复"

PAGES = {
    ROOT / "README.md": ENGLISH,
    ROOT / "docs" / "manual.md": ENGLISH,
    REPORT: ENGLISH,
    ROOT / "README.zh-CN.md": CHINESE,
    ROOT / "docs" / "manual.zh-CN.md": CHINESE,
    LOCALE: CHINESE,
}
OTHER_WORDS = re.compile("接收(?!方)|隔离|拒收|放到一边|放在一边|略去|读取|接受了?的?行")


@pytest.mark.parametrize(("page", "equation"), PAGES.items(), ids=lambda value: getattr(value, "name", ""))
def test_the_rows_are_counted_by_one_equation(page: Path, equation: str) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert text.lower().count(equation) == 1
    sums = re.findall(r"(?:rows read|read|读入) = [^.;：。；]*\+", text, flags=re.IGNORECASE)
    whole = (ENGLISH, CHINESE)
    assert all(any(one.startswith(found.lower().strip()) for one in whole) for found in sums), sums


@pytest.mark.parametrize("page", [*ROOT.glob("*.zh-CN.md"), *(ROOT / "docs").glob("*.zh-CN.md"), LOCALE])
def test_chinese_has_one_word_for_each(page: Path) -> None:
    assert OTHER_WORDS.findall(page.read_text(encoding="utf-8")) == []
