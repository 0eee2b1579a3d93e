"""A stated sample of the customers, for businesses so large that models learn nothing more from the rest.

Drawn by a hash, not by a die: the same seed draws the same people on every engine and on every day, and who joins
later takes places but moves nobody's draw. The clean tables of the sample hold all that is known of its people, so
features at many cut-offs cost what the sample costs.
"""

from dataclasses import dataclass
from datetime import date

from regulars.core import RegularsError
from regulars.engines import Engine, quoted

_POPULATION = "SELECT count(*) AS n FROM customers WHERE may_profile AND first_day <= $as_of"

_DRAWN = """
SELECT customer_id
FROM customers
WHERE may_profile AND first_day <= $as_of
ORDER BY md5(concat($seed, ':', customer_id)), customer_id
LIMIT $most
"""

_ROWS = "SELECT * FROM {table} WHERE customer_id IN (SELECT customer_id FROM {drawn})"

_ROWS_OF_TWO = """
SELECT * FROM {table}
WHERE referrer_id IN (SELECT customer_id FROM {drawn}) OR referred_id IN (SELECT customer_id FROM {drawn})
"""


class PrefixMissing(RegularsError):
    """A sample that would be written over what it is drawn from."""

    code = "sample_prefix_missing"
    template = "A sample without a prefix would take the place of all records. Give one, such as sample_."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Which clean tables to read, and for how many of how many customers who may be profiled they stand.

    `prefix` stands before the name of each clean table; it is empty where the sample is everybody. `tables` are
    those that were written: hand them to `engine.drop` when done.
    """

    prefix: str
    population: int
    size: int
    seed: int
    tables: tuple[str, ...] = ()


def sample(engine: Engine, *, as_of: date, customers: int, seed: int, prefix: str = "sample_") -> Sample:
    """Write the clean tables of a sample of the customers who may be profiled, each under `prefix`.

    The sample is those with the smallest md5(seed:customer_id). If there are not more than `customers` of them,
    nothing is written and the answer's prefix is empty: the clean tables themselves are the sample.

    Args:
        engine: holds the clean tables.
        as_of: whoever is met later takes nobody's place.
        customers: how many to draw.
        seed: another one draws others.
        prefix: what its tables are to be called by.

    Raises:
        PrefixMissing: the prefix is empty.
    """
    if not prefix:
        raise PrefixMissing
    population = int(engine.fetch(_POPULATION, as_of=as_of)["n"][0].as_py())
    if population <= customers:
        return Sample(prefix="", population=population, size=population, seed=seed)
    from regulars.customers import CLEAN_TABLES  # noqa: PLC0415  (0.7 s of start-up that only a sample needs)

    drawn = f"{prefix}drawn"
    engine.run(_DRAWN, into=drawn, as_of=as_of, seed=str(seed), most=customers)
    for table, schema in CLEAN_TABLES.items():
        query = _ROWS if "customer_id" in schema.names else _ROWS_OF_TWO
        engine.run(query.format(table=quoted(table), drawn=quoted(drawn)), into=prefix + table)
    engine.drop(drawn)
    written = tuple(prefix + table for table in CLEAN_TABLES)
    return Sample(prefix=prefix, population=population, size=customers, seed=seed, tables=written)
