"""Analysis: what is the whole answer?

The only composer: `analyze` runs the rooms in order and writes the result folder, whole or not at all;
`import_records` keeps records in a workspace, from which `analyze` reads them again.
"""

from regulars.analysis._analyze import analyze
from regulars.analysis._arguments import ArgumentInvalid, AsOfInFuture
from regulars.analysis._dictionary import COLUMNS, dictionary_markdown
from regulars.analysis._importing import Imported, import_records
from regulars.analysis._preview import Preview, TablePreview, preview
from regulars.analysis._publish import OutFolderTaken, OutFolderUnwritable
from regulars.analysis._result import CustomerUnknown, Explanation, Result
from regulars.analysis._run import NoCustomers, NoRecords
from regulars.analysis._sources import Data, NotATable, NothingToRead

__all__ = [
    "COLUMNS",
    "ArgumentInvalid",
    "AsOfInFuture",
    "CustomerUnknown",
    "Data",
    "Explanation",
    "Imported",
    "NoCustomers",
    "NoRecords",
    "NotATable",
    "NothingToRead",
    "OutFolderTaken",
    "OutFolderUnwritable",
    "Preview",
    "Result",
    "TablePreview",
    "analyze",
    "dictionary_markdown",
    "import_records",
    "preview",
]
