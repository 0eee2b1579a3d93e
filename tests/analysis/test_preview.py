"""A look before the reading: the same counts as the real reading, and nothing written."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.analysis import Preview, analyze, preview
from regulars.core import RegularsError, Settings
from regulars.engines import open_engine
from regulars.records import Mappings, MappingUnconfirmed, Source, read

TODAY = date(2024, 6, 30)
FORGIVING = Settings.model_validate({"records": {"max_quarantined_share": 1.0}})
HEADER = "customer_id,ordered_at,amount\n"
ODD = "who,when,much\nC-1,2024-01-02,5.00\nC-2,2024-01-03,6.00\nC-1,2024-02-02,5.00\n"

people = st.sampled_from(["ana", "bo", "", "张三", '"x'])
days = st.sampled_from(["2024-01-02", "2024年1月3日", "soon", "2090-01-01", "", "13/1/2024"])
amounts = st.sampled_from(["1", "12.50", "x", "", "-3", "9,99"])
rows = st.lists(st.tuples(people, days, amounts).map(",".join), min_size=1, max_size=12)


def file(folder: Path, content: str, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def seen(*sources: Source, accept: bool = False, workspace: Path | None = None) -> Preview:
    return preview(sources, settings=FORGIVING, today=TODAY, accept=accept, workspace=workspace)


@given(first=rows, second=rows)
@settings(max_examples=12, deadline=None)
def test_it_says_what_the_real_reading_says(
    tmp_path_factory: pytest.TempPathFactory, first: list[str], second: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("dirty")
    paths = [file(folder, HEADER + "\n".join(body) + "\n", f"{n}.csv") for n, body in enumerate((first, second))]
    sources = [Source(data=path) for path in paths]
    told = seen(*sources)
    problems = [source.problem for source in told.sources if source.problem] + [told.problem] * bool(told.problem)
    with open_engine(threads=1) as engine:
        if problems:
            with pytest.raises(RegularsError) as caught:
                read(engine, sources, settings=FORGIVING, today=TODAY)
            assert str(caught.value) in {str(problem) for problem in problems}
            return
        real = read(engine, sources, settings=FORGIVING, today=TODAY)
    assert tuple(table.report for source in told.sources for table in source.tables) == real.files
    assert told.is_clean == (not any(report.quarantined for report in real.files))


def test_a_reason_is_told_with_its_first_line_and_a_masked_value(tmp_path: Path) -> None:
    path = file(tmp_path, HEADER + "ana,2024-01-02,1\nbo,soon,2\ncy,later,3\n,2024-01-02,4\n")
    (source,) = seen(Source(data=path)).sources
    report = source.tables[0].report
    assert report is not None
    told = {code: (one.rows, one.line, one.column, one.example) for code, one in report.refused.items()}
    assert told == {
        "time_unreadable": (2, 3, "ordered_at", "xxxx"),
        "customer_missing": (1, 5, "customer_id", ""),
    }


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    good = file(tmp_path, HEADER + "ana,2024-01-02,1\n", "good.csv")
    mixed = file(tmp_path, HEADER + "ana,1/2/2024,1\n", "mixed.csv")
    told = seen(Source(data=tmp_path / "absent.csv"), Source(data=good), Source(data=mixed))
    assert not told.is_clean
    absent, read_well, ambiguous = told.sources
    assert absent.problem is not None
    assert absent.problem.code == "file_missing"
    assert read_well.problem is None
    assert read_well.tables[0].report is not None
    assert ambiguous.problem is not None
    assert ambiguous.problem.code == "date_ambiguous"
    assert ambiguous.tables[0].report is None


def test_what_only_stands_against_reading_them_together_is_told_once(tmp_path: Path) -> None:
    euros = file(tmp_path, HEADER + "ana,2024-01-02,€1\n", "euros.csv")
    dollars = file(tmp_path, HEADER + "ana,2024-01-02,$1\n", "dollars.csv")
    told = seen(Source(data=euros), Source(data=dollars))
    assert told.problem is not None
    assert told.problem.code == "currency_mixed"
    assert [source.problem for source in told.sources] == [None, None]
    assert not told.is_clean


def test_a_guess_is_shown_as_it_would_be_read_and_has_to_be_confirmed(tmp_path: Path) -> None:
    path = file(tmp_path, ODD)
    (source,) = seen(Source(data=path)).sources
    assert isinstance(source.problem, MappingUnconfirmed)
    assert source.tables[0].report is not None
    assert source.tables[0].report.accepted == 3
    assert seen(Source(data=path), accept=True).is_clean


def test_nothing_is_written(tmp_path: Path) -> None:
    path, workspace = file(tmp_path, ODD), tmp_path / "workspace"
    seen(Source(data=path), accept=True, workspace=workspace)
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_confirmed_mapping_is_kept_by_the_analysis_and_used_by_the_next(tmp_path: Path) -> None:
    path, workspace = file(tmp_path, ODD, "january.csv"), tmp_path / "workspace"
    mapping = {"customer_id": "who", "ordered_at": "when", "amount": "much"}
    first = analyze(files=[Source(data=path, kind="orders", mapping=mapping)], workspace=workspace, today=TODAY)
    assert "mapping_confirmed_before" not in {note["code"] for note in first.manifest["notes"]}
    assert [held.mapping for held in Mappings(folder=workspace).kept().values()] == [mapping]
    shuffled = "much,who,when\n7.00,cy,2024-03-02\n"
    february = file(tmp_path, shuffled, "february.csv")
    assert seen(Source(data=february), workspace=workspace).is_clean
    second = analyze(files=[Source(data=february)], workspace=workspace, today=TODAY)
    assert {"code": "mapping_confirmed_before", "params": {"file": "february.csv"}} in second.manifest["notes"]
    with pytest.raises(MappingUnconfirmed):
        analyze(files=[Source(data=path)], today=TODAY)


def test_a_guess_that_fails_is_not_kept(tmp_path: Path) -> None:
    path, workspace = file(tmp_path, ODD), tmp_path / "workspace"
    wrong = Source(data=path, kind="orders", mapping={"customer_id": "who", "ordered_at": "when", "amount": "who"})
    with pytest.raises(RegularsError):
        analyze(files=[wrong], workspace=workspace, today=TODAY)
    assert not (workspace / "mappings.json").exists()


def test_what_problems_cost_adds_up(tmp_path: Path) -> None:
    aside = "bo,soon,20.50\ncy,,30.00\ndi,soon,x\ned,later,-5.00\n"
    body = "ana,2024-01-02,10.00\ned,2024-01-05,8.00\ned,2024-01-05,8.00\n" + aside
    result = analyze(files=[Source(data=file(tmp_path, HEADER + body))], settings=FORGIVING, today=TODAY)
    (entry,) = result.manifest["inputs"]
    refused = entry["refused"]
    assert (refused["time_unreadable"]["amount"], refused["time_unreadable"]["amount_unknown"]) == (20.5, 1)
    assert (refused["value_missing"]["amount"], refused["value_missing"]["amount_unknown"]) == (30.0, 0)
    assert sum(one["rows"] for one in refused.values()) == entry["quarantined_total"] == 4
    assert entry["soundness"] == {
        "completeness": 1.0,
        "validity": pytest.approx(3 / 7),
        "uniqueness": pytest.approx(2 / 3),
        "consistency": 1.0,
        "first_day": "2024-01-02",
        "last_day": "2024-01-05",
    }
