"""The CSV files that imports are measured on, made once by a seed: clean, clean in GB18030, and as they really come."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SEED = 20241231
_DAYS = 730
_ROWS_AT_ONCE = 250_000
_CHANNELS = np.array(["网店", "门店", "微信", "电话"])
_CATEGORIES = np.array(["茶叶", "茶壶", "杯子", "书", "礼品", "工具", "糖果", "香料"])
_HEADER = "客户编号,订单编号,下单时间,金额,渠道,品类,数量\n"

Texts = NDArray[np.str_]


def order_files(folder: Path, *, rows: int) -> dict[str, Path]:
    """Return the path of each file by what it is: `clean`, `gb18030`, `messy`."""
    folder = folder / f"{rows}-order-rows"
    paths = {name: folder / f"{name}.csv" for name in ("clean", "gb18030", "messy")}
    if not all(path.exists() for path in paths.values()):
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in paths.items():
            _write(path, rows, encoding="gb18030" if name == "gb18030" else "utf-8", is_messy=name == "messy")
    return paths


def _write(path: Path, rows: int, *, encoding: str, is_messy: bool) -> None:
    random = np.random.default_rng(_SEED)
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(_HEADER)
        for first in range(0, rows, _ROWS_AT_ONCE):
            count = min(_ROWS_AT_ONCE, rows - first)
            columns = _columns(random, count, first, customers=max(rows // 10, 1), is_messy=is_messy)
            lines = columns[0].astype(object)
            for column in columns[1:]:
                lines = lines + "," + column.astype(object)
            file.write("\n".join(lines.tolist()) + "\n")


def _columns(random: np.random.Generator, n: int, first: int, *, customers: int, is_messy: bool) -> list[Texts]:
    who = np.char.add("C", np.char.zfill((customers * random.beta(0.9, 1.4, n)).astype(np.int64).astype(str), 7))
    number = np.arange(first, first + n).astype(str)
    seconds = random.integers(0, _DAYS * 86_400, n).astype("timedelta64[s]")
    when = np.char.replace(np.datetime_as_string(np.datetime64("2023-01-01T00:00:00", "s") + seconds), "T", " ")
    amount = np.char.mod("%.2f", random.gamma(2.0, 20.0, n) + 1)
    channel, category = random.choice(_CHANNELS, n), random.choice(_CATEGORIES, n)
    quantity = random.integers(1, 5, n).astype(str)
    if is_messy:
        when = _in_four_styles(random, when)
        style = random.random(n)
        amount = np.where(style < 0.2, np.char.add("¥", amount), amount)
        amount = np.where((style > 0.2) & (style < 0.3), np.char.add(amount, " 元"), amount)
        amount = np.where((style > 0.3) & (style < 0.32), np.char.add("-", amount), amount)
        amount = np.where((style > 0.32) & (style < 0.325), "面议", amount)
        channel = np.where(random.random(n) < 0.1, "", channel)
        who = np.where(random.random(n) < 0.002, "", np.where(random.random(n) < 0.05, np.char.add(who, "  "), who))
    return [who, number, when, amount, channel, category, quantity]


def _in_four_styles(random: np.random.Generator, when: Texts) -> Texts:
    """Return the same times, a quarter in each of four ways to write them."""
    day = when.astype("U10")
    slashed = np.char.replace(when.astype("U16"), "-", "/")
    chinese = np.char.add(np.char.replace(day.astype("U7"), "-", "年"), "月")
    chinese = np.char.add(np.char.add(chinese, np.char.rpartition(day, "-")[:, 2]), "日")
    plain = np.char.replace(day, "-", "")
    return np.choose(random.integers(0, 4, len(when)), [when, slashed, chinese, plain])
