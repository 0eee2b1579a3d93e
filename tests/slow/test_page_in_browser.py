"""The report as a browser draws it: no errors, every chart drawn, no sideways scrolling, at phone and desk width."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from regulars.analysis import Result, analyze
from regulars.records import Source
from regulars.simulation import simulate_shop

pytestmark = pytest.mark.slow

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--allow-file-access-from-files",
]  # fmt: skip

# The page is looked at from a frame of the width of a phone or a desk; a script in the outer page writes what it saw.
FRAME = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe id="page" src="{page}" style="width:{width}px;height:1400px;border:0"></iframe>
<script>
addEventListener("load", () => setTimeout(() => {{
  const seen = document.getElementById("page").contentDocument;
  const root = seen.documentElement;
  const inTables = (what) => [...seen.querySelectorAll("[aria-labelledby=quality] .stack " + what)];
  document.title = JSON.stringify({{
    language: root.lang, wide: root.scrollWidth, width: root.clientWidth,
    thin: Math.min(...inTables("tbody :is(th, td:not(.number)) > span").map(
      (text) => text.innerText.length < 4 ? 999 : text.parentElement.clientWidth)),
    tall: Math.max(...inTables("tbody tr").map((row) => row.clientHeight)),
    charts: seen.querySelectorAll("svg").length, headings: seen.querySelectorAll("h2").length,
    text: seen.body.innerText.length
  }});
}}, 1500));
</script>"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The result of a simulated shop."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: run `make deps-system`")
        pytest.skip("no Chromium on this machine: run `make deps-system`")
    home = tmp_path_factory.mktemp("home")
    shop = simulate_shop(home / "shop", customers=150, seed=2)
    return analyze(files=[Source(data=path) for path in (*shop.paths, wide_file(home))], out=home / "result")


def wide_file(folder: Path) -> Path:
    """Write orders of which one cannot be read, under a long name and with forty columns nobody needs."""
    path = folder / "orders_export_of_all_time_2024-06-30_final_version_for_the_accounting_department.csv"
    unused = ",".join(f"Something of no use {number}" for number in range(40))
    rows = [f"w1,2026-05-0{day},{amount}{',' * 40}" for day, amount in enumerate(["5.00", "6.00", "much"], start=1)]
    path.write_text("\n".join([f"customer_id,ordered_at,amount,{unused}", *rows]) + "\n")
    return path


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_is_drawn(result: Result, tmp_path: Path, language: str, width: int) -> None:
    page = result.report(tmp_path / "report.html", language="zh" if language == "zh" else "en")
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.format(page=page.name, width=width), encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=8000",
               "--enable-logging=stderr", "--dump-dom", frame.as_uri()]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r"<title>(.*?)</title>", done.stdout)
    assert found, done.stderr[-2000:]
    seen = json.loads(found[1].replace("&quot;", '"'))
    assert seen["language"].startswith(language)
    assert seen["wide"] <= seen["width"], "the page scrolls sideways"
    assert seen["thin"] >= 60, "a cell of the quality section is a column of single letters"
    assert width < 700 or seen["tall"] <= 140, "a row of the quality section is a page long"
    assert seen["charts"] >= 3, "a chart was not drawn"
    assert seen["headings"] >= 6
    assert seen["text"] > 3000
    problems = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not problems, problems
