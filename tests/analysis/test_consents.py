"""What is not clear about a consent is shown, with how it was taken."""

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
