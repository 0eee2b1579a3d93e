"""Records: what came in?

Reads files (CSV and its kin, Parquet) and tables (anything with the Arrow interface) of the nine kinds of records;
writes one table a kind, `raw_orders` … `raw_consents`, and `quarantine` with every row that could not be read:
rows read = accepted + set aside + left out, always. Left out, and counted, is what is no record: titles, sums, and in
the exports of shops that are known by name (`exports`: one TOML file each, in exports/) what was not paid or cancelled.
What is to stay is kept in batches in a workspace.

>>> from datetime import date
>>> from regulars.core import Settings
>>> from regulars.engines import open_engine, pa
>>> table = pa.table({"客户编号": ["ana", "bo"], "下单时间": ["2024-05-01", "2090-01-01"], "金额": ["¥12.50", "9"]})
>>> with open_engine() as engine:
...     records = read(engine, [Source(data=table)], settings=Settings(), today=date(2024, 6, 30))
...     engine.fetch("SELECT customer_key, local_day, amount FROM raw_orders").to_pylist()
[{'customer_key': 'ana', 'local_day': datetime.date(2024, 5, 1), 'amount': Decimal('12.5000')}]
>>> records.files[0].kind, records.files[0].quarantined
('orders', {'after_today': 1})
"""

from regulars.records._cells import contacts
from regulars.records._cells.masking import masked
from regulars.records._cells.personal import looks_like_person
from regulars.records._exports.recipes import Export, exports
from regulars.records._kinds import KINDS, RAW_TABLES, Kind
from regulars.records._reading import read
from regulars.records._recognition.asking import propose
from regulars.records._recognition.mappings import Mappings
from regulars.records._recognition.proposals import MappingUnconfirmed, Proposal
from regulars.records._results import ArrowStream, FileReport, RecordSet, Source
from regulars.records._rows.refusals import REASONS
from regulars.records._workspace.batch import Batch
from regulars.records._workspace.batches import Batches

__all__ = [
    "KINDS",
    "RAW_TABLES",
    "REASONS",
    "ArrowStream",
    "Batch",
    "Batches",
    "Export",
    "FileReport",
    "Kind",
    "MappingUnconfirmed",
    "Mappings",
    "Proposal",
    "RecordSet",
    "Source",
    "contacts",
    "exports",
    "looks_like_person",
    "masked",
    "propose",
    "read",
]
