"""What Spark is told: a SELECT written for DuckDB, in Spark's words and with DuckDB's meaning.

sqlglot carries the words over. Where Spark means something else by the same word, the statement is mended here so that
it means what DuckDB means; where it cannot be mended, it is refused, for a figure that is wrong in silence is worse.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.generators.spark import SparkGenerator

from regulars.core import RegularsError

_INTEGERS = {exp.DataType.Type.TINYINT, exp.DataType.Type.SMALLINT, exp.DataType.Type.INT, exp.DataType.Type.BIGINT}
_NUMBERINGS = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile)
_WHOLE = (exp.Count, exp.Null, exp.Floor, exp.Ceil, exp.Year, exp.Month, exp.DateDiff, exp.Length)
_PARTS_OF_A_DAY = {"YEAR", "QUARTER", "MONTH", "DAY"}

_BEFORE = "work it out in Arrow batches before the SQL"
_BY_COUNTING = "take a nearest rank from counts instead"
_REFUSED = {
    "TRIM": f"it leaves the wide blank of Chinese texts; {_BEFORE}",
    "LOWER": f"letters such as İ come out otherwise; {_BEFORE}",
    "UPPER": f"letters such as ß come out otherwise; {_BEFORE}",
    "STRIP_ACCENTS": f"it is not there; {_BEFORE}",
    "TRY_STRPTIME": f"it is not there; {_BEFORE}",
    "STR_TO_TIME": f"its patterns are others; {_BEFORE}",
    "DAYOFWEEK": "its week begins on another day; count days from a known Monday",
    "DAY_OF_WEEK": "its week begins on another day; count days from a known Monday",
    "DAYOFWEEK_ISO": "its week begins on another day; count days from a known Monday",
    "WEEKDAY": "its week begins on another day; count days from a known Monday",
    "TIME_TO_UNIX": "it drops fractions of a second; keep a column of microseconds",
    "EPOCH": "it drops fractions of a second; keep a column of microseconds",
    "DATE_TRUNC": "it makes another type of it; group by year(day) * 12 + month(day)",
    "TIMESTAMP_TRUNC": "it makes another type of it; group by year(day) * 12 + month(day)",
    "CORR": "over one row it is no number instead of empty; write it out in sums",
    "PERCENTILE_CONT": f"it is another function; {_BY_COUNTING}",
    "PERCENTILE_DISC": f"it is another function; {_BY_COUNTING}",
    "QUANTILE": f"it is another function; {_BY_COUNTING}",
    "MEDIAN": f"it is another function; {_BY_COUNTING}",
    "MAD": f"it is not there; {_BY_COUNTING}",
    "ENTROPY": "it is not there; write it out in sums",
    "HASH": "every engine has its own; use md5",
    "COLUMNS": "it is not there; name the columns",
    "READ_CSV": "reading files is not allowed in a statement; load the source first",
    "READ_PARQUET": "reading files is not allowed in a statement; load the source first",
}


class _SparkGenerator(SparkGenerator):
    """Writes Spark's words; a WITH inside a WITH stays where it is, for brought to the top its names would clash."""

    EXPRESSIONS_WITHOUT_NESTED_CTES: ClassVar[set[type[exp.Expr]]] = set()


class DoesNotTravel(RegularsError):
    """A statement that another engine would read otherwise."""

    code = "does_not_travel"
    template = "{what} does not mean the same on Apache Spark: {instead}."


@lru_cache(maxsize=1024)
def told(query: str) -> str:
    """Return a SELECT written for DuckDB as Spark has to be told it; parameters `$name` become `:name`.

    >>> told("SELECT avg(amount) AS mean FROM orders WHERE day <= $day")
    'SELECT AVG(CAST(amount AS DOUBLE)) AS mean FROM orders WHERE day <= :day'

    Raises:
        DoesNotTravel: it is no SELECT, or has something in it that cannot be made to mean the same.
    """
    tree = sqlglot.parse_one(query, read="duckdb")
    if not isinstance(tree, exp.Query):
        raise DoesNotTravel(what=query.strip().split(maxsplit=1)[0].upper(), instead="write a SELECT, without PIVOT")
    for node in reversed(list(tree.walk(bfs=True))):
        for what, instead in _troubles(node):
            raise DoesNotTravel(what=what, instead=instead)
        for kind, mend in _MENDED.items():
            if isinstance(node, kind):
                mend(node)
                break
    return _SparkGenerator(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE).generate(tree)


def _troubles(node: exp.Expr) -> Iterator[tuple[str, str]]:
    """Yield what cannot be carried over in one node, and what to write instead."""
    if isinstance(node, exp.Func):
        name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).upper()
        if name in _REFUSED:
            yield name, _REFUSED[name]
    yield from _troubles_of_syntax(node)


def _troubles_of_syntax(node: exp.Expr) -> Iterator[tuple[str, str]]:
    if isinstance(node, exp.ArrayAgg) and isinstance(node.this, exp.Order):
        yield "list(... ORDER BY ...)", "it loses the order; use arg_max, or a window"
    if isinstance(node, exp.Extract) and node.name.upper() not in _PARTS_OF_A_DAY:
        yield node.sql("duckdb"), "take year, quarter, month or day only"
    if isinstance(node, exp.DateDiff) and (node.text("unit") or "DAY").upper() != "DAY":
        yield node.sql("duckdb"), "it counts whole units instead of boundaries; count days"
    if isinstance(node, exp.Div) and not _is_never_zero(node.expression.unnest()):
        yield node.sql("duckdb"), "it fails where the divisor is 0; write x / nullif(y, 0)"
    if isinstance(node, exp.IntDiv):
        yield "//", "below zero it rounds the other way; use floor(x / y)"
    if isinstance(node, exp.Star) and node.args.get("replace"):
        yield "* REPLACE", "it is not there; EXCLUDE the column and write it anew"
    if isinstance(node, exp.Select) and node.args.get("qualify") and node.args.get("order"):
        yield "QUALIFY with ORDER BY", "the order is lost; put the ORDER BY around it"
    if isinstance(node, exp.Pivot) or (isinstance(node, exp.Join) and node.method == "ASOF"):
        yield "PIVOT or ASOF JOIN", "it is not there; write it out with CASE or a window"
    if isinstance(node, exp.With) and node.args.get("recursive"):
        yield "WITH RECURSIVE", "it stops at a fixed depth; iterate in Python over tables"


def _as(node: exp.Expr, type_: str, *, like: exp.Expr | None = None) -> exp.Cast:
    """Return a cast; one that leaves empty what cannot be read, if it is to be like one."""
    to = exp.DataType.build(type_)
    return exp.TryCast(this=node, to=to, safe=True) if isinstance(like, exp.TryCast) else exp.Cast(this=node, to=to)


def _filled(template: str, **parts: exp.Expr) -> exp.Expr:
    """Return Spark's own words with parts of the statement put in for their `:name`."""
    return exp.replace_placeholders(sqlglot.parse_one(template, read="spark"), **parts)


def _mean(node: exp.Expr) -> None:
    """A mean of money is rounded to eight decimals unless it is one of doubles."""
    of = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
    of.replace(_as(of.copy(), "DOUBLE"))


def _quotient(node: exp.Expr) -> None:
    """A quotient of money is rounded to a few decimals; DuckDB's is a double."""
    for part in (node.this, node.expression):
        part.replace(_as(part.unnest().copy(), "DOUBLE"))


def _days_between(node: exp.Expr) -> None:
    """Of moments, Spark counts whole days; of dates, it counts what DuckDB counts: midnights."""
    template = "CAST(DATEDIFF(CAST(:until AS DATE), CAST(:since AS DATE)) AS BIGINT)"
    node.replace(_filled(template, until=node.this.copy(), since=node.expression.copy()))


def _whole_number(node: exp.Expr) -> None:
    """Spark cuts fractions off; DuckDB rounds halves of doubles to even and halves of decimals away from zero."""
    if isinstance(node.this, (*_WHOLE, exp.Window)) or node.this.is_int:
        return
    to = node.args["to"].sql()
    template = (
        "CASE WHEN TYPEOF(:x) IN ('double', 'float') THEN RINT(CAST(:x AS DOUBLE)) ELSE CAST(:x AS DECIMAL(38, 0)) END"
    )
    rounded = _filled(template, x=node.this.copy())
    of_doubles, of_others = rounded.args["ifs"][0].args["true"], rounded.args["default"]
    of_doubles.replace(_as(of_doubles.copy(), to, like=node))
    of_others.replace(_as(_as(of_others.this.copy(), "DECIMAL(38, 0)", like=node), to, like=node))
    node.replace(rounded)


def _cast(node: exp.Expr) -> None:
    kind = node.args["to"].this
    if kind in _INTEGERS:
        _whole_number(node)
    elif kind == exp.DataType.Type.DECIMAL and not isinstance(node.this, (exp.Null, exp.Literal)):
        _money(node)


def _money(node: exp.Expr) -> None:
    """Of a double, Spark rounds the digits it is printed with: 0.00145 to 0.0015; DuckDB what it is: to 0.0014."""
    to = node.args["to"]
    digits = to.expressions[1].name if len(to.expressions) > 1 else "0"
    template = (
        "CASE WHEN TYPEOF(:x) IN ('double', 'float') THEN ROUND(CAST(:x AS DOUBLE) * :power) / :power ELSE :x END"
    )
    money = _filled(template, x=node.this.copy(), power=exp.Literal.number(f"1e{digits}"))
    for of in (money.args["ifs"][0].args["true"], money.args["default"]):
        of.replace(_as(of.copy(), to.sql(), like=node))
    node.replace(money)


def _is_never_zero(divisor: exp.Expr) -> bool:
    """Tell whether a divisor is a number other than 0, an empty cell instead of 0, or at least some positive number."""
    if isinstance(divisor, exp.Greatest):
        return any(_is_positive(each) for each in (divisor.this, *divisor.expressions))
    if isinstance(divisor, exp.Nullif):
        return isinstance(divisor.expression, exp.Literal) and not _is_positive(divisor.expression)
    return _is_positive(divisor)


def _is_positive(number: exp.Expr) -> bool:
    return isinstance(number, exp.Literal) and not number.is_string and float(number.this) > 0


def _rounded(node: exp.Expr) -> None:
    """Spark rounds the digits a double is printed with, DuckDB what it is: 1.005 to 1.01, or to 1.0."""
    digits = node.args.get("decimals")
    if digits is None:
        return
    if not digits.is_int or int(digits.name) < 0:
        raise DoesNotTravel(what=node.sql("duckdb"), instead="give the number of digits as a number")
    template = (
        "CASE WHEN TYPEOF(:x) IN ('double', 'float') THEN ROUND(CAST(:x AS DOUBLE) * :power) / :power"
        " ELSE ROUND(:x, :digits) END"
    )
    power = exp.Literal.number(f"1e{digits.name}")
    node.replace(_filled(template, x=node.this.copy(), power=power, digits=digits.copy()))


def _at_the_greatest(node: exp.Expr) -> None:
    """DuckDB passes over rows whose answer is empty, Spark over those only that have no place."""
    of, place = node.this, node.expression
    place.replace(_filled("CASE WHEN NOT :x IS NULL THEN :place END", x=of.copy(), place=place.copy()))


def _is_nan(node: exp.Expr) -> None:
    """Of an empty cell Spark says no, DuckDB says nothing."""
    node.replace(_filled("CASE WHEN NOT :x IS NULL THEN :is END", x=node.this.copy(), **{"is": node.copy()}))


def _numbering(node: exp.Expr) -> None:
    if isinstance(node.this, _NUMBERINGS):
        node.replace(_as(node.copy(), "BIGINT"))


def _long(node: exp.Expr) -> None:
    node.replace(_as(node.copy(), "BIGINT"))


def _double(node: exp.Expr) -> None:
    """DuckDB's floor and ceiling of a double are doubles."""
    node.replace(_as(node.copy(), "DOUBLE"))


_MENDED: dict[type[exp.Expr] | tuple[type[exp.Expr], ...], Callable[[exp.Expr], None]] = {
    exp.Avg: _mean,
    exp.Div: _quotient,
    exp.DateDiff: _days_between,
    exp.Cast: _cast,
    exp.Round: _rounded,
    (exp.Floor, exp.Ceil): _double,
    (exp.ArgMax, exp.ArgMin): _at_the_greatest,
    exp.IsNan: _is_nan,
    exp.Window: _numbering,
    (exp.Year, exp.Month, exp.Length, exp.Extract): _long,
}
