"""The language of a text, by its script."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.core import Settings
from regulars.customers import CLEAN_TABLES, HashedIdentities, clean
from regulars.engines import Engine
from regulars.feedback import LANGUAGES, add, languages
from regulars.records import Source, read
from regulars.simulation import simulate_shop

laws = settings(max_examples=30, deadline=None)

_FIRST, _LAST = "一", "鿿"
_han = st.text(st.characters(min_codepoint=ord(_FIRST), max_codepoint=ord(_LAST)), min_size=1, max_size=20)
_words = st.lists(st.text("abcdefghijklmnopqrstuvwxyzéü", min_size=1, max_size=9), min_size=1, max_size=8).map(" ".join)
_kana = st.text("あいうえおかきくけこアイウエオ", min_size=1, max_size=20)
_russian = st.text("абвгдежзиклмноп", min_size=1, max_size=20)
_silent = st.text(" 0123456789.,!?！。，…👍🍵\n", max_size=10)
_texts = st.lists(st.none() | _han | _words | _kana | _russian | _silent | st.text(max_size=12), max_size=12)


def language(text: str | None) -> Any:
    return languages(pa.array([text], pa.string()))[0].as_py()


@laws
@given(text=st.one_of(*(st.tuples(st.just(code), texts) for code, texts in
    {"zh": _han, "en": _words, "other": _kana | _russian, "unknown": _silent}.items())))  # fmt: skip
def test_a_text_in_one_script_is_in_its_language(text: tuple[str, str]) -> None:
    assert language(text[1]) == text[0]


@laws
@given(text=_han | _words | _kana | _russian | st.tuples(_han, _words).map(" ".join), before=_silent, after=_silent)
def test_digits_marks_and_emoji_have_no_say(text: str, before: str, after: str) -> None:
    assert language(f"{before} {text} {after}") == language(text)


@laws
@given(text=st.one_of(_han, _words, _kana, _russian, st.tuples(_han, _words, _kana).map(" ".join)))
def test_saying_it_twice_is_in_the_same_language(text: str) -> None:
    assert language(f"{text} {text}") == language(text)


@laws
@given(texts=_texts, order=st.randoms(use_true_random=False))
def test_every_text_is_read_alone_however_the_texts_are_laid_out(texts: list[str | None], order: Any) -> None:
    told = languages(pa.array(texts, pa.string())).to_pylist()
    assert told == [language(text) for text in texts]
    assert {one for one in told if one is not None} <= set(LANGUAGES)
    assert [one is None for one in told] == [text is None for text in texts]
    places = order.sample(range(len(texts)), len(texts))
    chunks = pa.chunked_array([pa.array([texts[place]], pa.string()) for place in places], pa.string())
    assert languages(chunks).to_pylist() == [told[place] for place in places]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("这个茶很好喝，APP也好用", "zh"),
        ("iPhone 壳不错，物流很快", "zh"),
        ("繁體字也是中文", "zh"),
        ("I love the 茶 here, will be back", "en"),
        ("Don't buy the well-known one", "en"),
        ("ＧＯＯＤ", "en"),
        ("このお茶は美味しい", "other"),
        ("商品到着しました", "other"),
        ("我の茶葉很好喝", "zh"),
        ("배송이 빨라요", "other"),
        ("5/5 👍", "unknown"),
        ("", "unknown"),
        (None, None),
    ],
)
def test_texts_as_people_write_them(text: str | None, expected: str | None) -> None:
    assert language(text) == expected


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_every_text_of_a_simulated_shop_is_told_and_none_is_kept(engine: Engine, tmp_path: Path, tongue: Any) -> None:
    shop = simulate_shop(tmp_path / "shop", customers=200, seed=3, language=tongue, last_day=date(2024, 6, 30))
    today = date(2024, 6, 30)
    records = read(engine, [Source(data=path) for path in shop.paths], settings=Settings(), today=today)
    add(engine)
    said = engine.fetch("SELECT r.text, a.language FROM raw_feedback AS r JOIN answers AS a"
                        " ON a.file_id = r.file_id AND a.line = r.line").to_pylist()  # fmt: skip
    for row in said:
        has_han = any(_FIRST <= character <= _LAST for character in row["text"] or "")
        assert row["language"] == (None if row["text"] is None else "zh" if has_han else "en"), row
    told = [row["language"] for row in said]
    assert told.count(tongue) > 5 * told.count("en" if tongue == "zh" else "zh") / 2 > 0

    clean(engine, records, resolve=HashedIdentities(None).resolve, settings=Settings(), today=today)
    texts = {row["text"] for row in said} - {None}
    for table in ("answers", *CLEAN_TABLES):
        for column in engine.fetch(f"SELECT * FROM {table}").columns:
            assert not texts & set(column.to_pylist()), table
    assert {"zh", "en"} <= set(engine.fetch("SELECT DISTINCT language FROM feedback").column("language").to_pylist())
