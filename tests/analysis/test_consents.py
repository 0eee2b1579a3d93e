"""What is not clear about a consent is shown, and so is whom a refusal leaves out."""

import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from regulars.analysis import analyze
from regulars.records import Source

TODAY = date(2024, 12, 31)


def test_a_consent_that_is_not_clear_is_shown_with_how_it_was_taken(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("customer_id,ordered_at,amount\nana,2024-05-01,10\nbo,2024-05-02,20\n")
    (tmp_path / "consents.csv").write_text(
        "customer_id,purpose,granted,recorded_at\nana,marketing_email,perhaps,2024-05-01\n"
    )
    result = analyze(files=[Source(data=tmp_path / name) for name in ("orders.csv", "consents.csv")], today=TODAY)
    issues = pq.read_table(result.folder / "quality.parquet").to_pylist()
    assert [(row["issue"], row["rule"], row["row_count"]) for row in issues if row["kind"] == "consents"] == [
        ("granted_unclear_as_refusal", "refusal_kept", 1)
    ]
    assert "taken as refused" in result.report(tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_sum_of_values_says_how_many_who_refused_are_not_in_it(tmp_path: Path) -> None:
    rows = [f"{who},2024-{month:02}-01,10" for who in ("ana", "bo", "cy") for month in range(1, 12)]
    (tmp_path / "orders.csv").write_text("\n".join(["customer_id,ordered_at,amount", *rows]) + "\n")
    (tmp_path / "consents.csv").write_text(
        "customer_id,purpose,granted,recorded_at\nana,profiling,no,2024-05-01\ndi,profiling,no,2024-05-01\n"
    )
    (tmp_path / "profiles.csv").write_text("customer_id,acquired_at\ndi,2024-01-01\n")
    names = ("orders.csv", "consents.csv", "profiles.csv")
    result = analyze(files=[Source(data=tmp_path / name) for name in names], today=TODAY)
    (base,) = [one["now"] for one in result.rates["eight"] if one["name"] == "base_value"]
    assert base["base"] == 2
    assert result.manifest["counts"]["buyers_without_profiling"] == 1, "Di never bought"
    assert {"code": "value_without_refusers", "params": {"customers": 1}} in result.manifest["notes"]
    page = result.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("without 1 who withdrew consent") == 2, "on the card of the base's value and of that at risk"
    assert "leave out customers with orders who withdrew consent to being profiled (1)" in page
    assert json.loads((result.folder / "forecast.json").read_text())["revenue"][0]["customers"] == 2


def test_refusals_are_told_as_refusals_and_not_as_nothing_recorded(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("customer_id,ordered_at,amount\nana,2024-05-01,10\nbo,2024-05-02,20\n")
    (tmp_path / "consents.csv").write_text("customer_id,purpose,granted,recorded_at\nana,marketing,no,2024-05-01\n")
    codes = []
    for names in (("orders.csv",), ("orders.csv", "consents.csv")):
        result = analyze(
            files=[Source(data=tmp_path / name) for name in names], today=TODAY, out=tmp_path / names[-1][:-4]
        )
        codes.append([note["code"] for note in result.manifest["notes"] if "marketing" in note["code"]])
    assert codes == [["no_marketing_consent_recorded"], ["no_marketing_consent_given"]]
