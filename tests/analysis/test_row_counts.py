"""Nothing is lost in silence: of every file, rows read = accepted + set aside + left out + duplicates."""

from datetime import date

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from regulars.analysis import analyze, import_records
from regulars.core import Settings
from regulars.records import Source

TODAY = date(2024, 6, 30)
FORGIVING = Settings.model_validate({"records": {"max_quarantined_share": 1.0}})
ORDERS = "customer_id,ordered_at,amount\n"
SHOP = "Name,Email,Financial Status,Total,Currency,Created at,Cancelled at,Lineitem name,Accepts Marketing\n"
DAY = "2024-05-01 10:00:00 +0000"

plain = st.sampled_from(
    ["ana,2024-01-02,5", "ana,2024-01-02,5", "bo,2024-01-02,6", "cy,soon,7", ",2024-01-02,1", "di,2090-01-01,1",
     "Total,,99", "ed,2024-01-02", "fa,2024-01-02,x", ",,", "gu,2024-01-02,1,2"]
)  # fmt: skip
sold = st.sampled_from(
    [f"#1,a@x.com,paid,5,EUR,{DAY},,Tea,yes", f"#2,a@x.com,pending,5,EUR,{DAY},,Tea,yes",
     f"#3,b@x.com,paid,6,EUR,{DAY},{DAY},Tea,no", f"#4,,paid,6,EUR,{DAY},,Tea,", f"#5,c@x.com,paid,x,EUR,{DAY},,Tea,no",
     f"#6,d@x.com,refunded,6,EUR,{DAY},,Cup,yes"]
)  # fmt: skip
KEPT = "zed,2024-06-01,1"
"""A row of a day of its own, so that every file has one that counts."""
OTHER = "yan,2024-06-01,1"
"""So that no two files have the same content, which would be one import."""
PAID = f"#9,z@x.com,paid,9,EUR,{DAY},,Tea,yes"


@given(
    first=st.lists(plain, max_size=9),
    second=st.lists(plain, max_size=9),
    exported=st.lists(sold, min_size=1, max_size=6, unique=True),
)
@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])  # an example takes seconds
def test_the_rows_of_every_file_are_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, first: list[str], second: list[str], exported: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    contents = {"a.csv": [*first, KEPT], "b.csv": [*second, KEPT, OTHER], "shop.csv": [*exported, PAID]}
    for name, rows in contents.items():
        (folder / name).write_text((SHOP if name == "shop.csv" else ORDERS) + "\n".join(rows) + "\n")
    sources = [Source(data=folder / name) for name in contents]
    batch = import_records(folder / "kept", files=sources, settings=FORGIVING, today=TODAY).batch
    assert batch is not None
    for file in batch.files:
        assert file.read == file.accepted + file.quarantined_total + file.left_out_total
    given_files = {name: len(rows) for name, rows in contents.items()}
    for result in (
        analyze(files=sources, settings=FORGIVING, today=TODAY),
        analyze(workspace=folder / "kept", settings=FORGIVING, today=TODAY),
    ):
        inputs = result.manifest["inputs"]
        for file in inputs:
            parts = ("accepted", "quarantined_total", "left_out_total", "duplicates")
            assert file["read"] == sum(file[part] for part in parts), file["file"]
            assert min(file[part] for part in parts) >= 0
        assert {file["file"]: file["read"] for file in inputs if "/" not in file["file"]} == given_files
