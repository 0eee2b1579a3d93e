"""Public data, to the cent. The files are not ours to ship: they are looked for beside the checkout."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pytest

from regulars.analysis import analyze
from regulars.records import Source

pytestmark = pytest.mark.slow

CDNOW = Path(__file__).parents[3] / "shared" / "data" / "CDNOW_master.txt"


@pytest.mark.skipif(not CDNOW.exists(), reason="the CDNOW log is not beside this checkout")
def test_cdnow_is_23570_customers_and_2500315_63(tmp_path: Path) -> None:
    mapping = {"ordered_at": "date", "quantity": "number_of_cds", "amount": "dollar_value"}
    result = analyze(
        files=[Source(data=CDNOW, kind="orders", mapping=mapping)], out=tmp_path / "result", today=date(2024, 1, 1)
    )
    assert result.customers.num_rows == 23_570
    assert pc.sum(result.customers["spend_total"]).as_py() == Decimal("2500315.6300")
    assert pc.sum(result.customers["order_count"]).as_py() == 69_659
    (file,) = result.manifest["inputs"]
    assert (file["read"], file["quarantined_total"], file["repeated"], file["duplicates"]) == (69_659, 0, 255, 0)
    assert result.manifest["as_of"] == "1998-06-30"
