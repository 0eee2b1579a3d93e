"""What else is known of a customer that does not change: where they came from, how old they were."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from regulars.core import RegularsError
from regulars.lifetime.histories._checked import HistoryInvalid

if TYPE_CHECKING:
    from regulars.lifetime.histories._orders import Table

Array = NDArray[np.float64]


class CovariatesUnusable(RegularsError):
    """A table of covariates that does not fit the customers."""

    code = "lifetime_covariates_unusable"
    template = "These covariates cannot be used: {problem}."


def covariates_of(given: Mapping[str, ArrayLike] | None, rows: int) -> dict[str, Array]:
    """Return columns of numbers, once they are known to be one a row.

    Raises:
        HistoryInvalid: a column has another length or holds no numbers, or a value is missing or infinite.
    """
    found = {}
    for name, column in (given or {}).items():
        try:
            values = np.asarray(column, dtype=np.float64).ravel()
        except (TypeError, ValueError) as error:
            problem = f"the covariate {name} holds no numbers; give a column of 0 and 1 for each kind"
            raise HistoryInvalid(row=0, problem=problem) from error
        if values.size != rows:
            raise HistoryInvalid(row=0, problem=f"there are {values.size} values of {name} for {rows} customers")
        wrong = ~np.isfinite(values)
        if wrong.any():
            raise HistoryInvalid(row=int(np.argmax(wrong)), problem=f"the covariate {name} is missing or no number")
        found[name] = values
    return found


def covariates_by_id(table: "Table", customer_id: pa.Array) -> dict[str, Array]:
    """Return the columns of a table, other than customer_id, in the order of these customers.

    Raises:
        CovariatesUnusable: there is no customer_id, a customer is missing or stands there twice, or a column holds no
            numbers.
        HistoryInvalid: a value is missing or infinite.
    """
    rows = pa.table(table)
    if "customer_id" not in rows.column_names:
        raise CovariatesUnusable(problem="the table has no column customer_id")
    try:
        known = rows["customer_id"].combine_chunks().cast(customer_id.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise CovariatesUnusable(problem=f"customer_id is no {customer_id.type}, as it is in the orders") from error
    if pc.count_distinct(known).as_py() < len(known) - known.null_count:
        raise CovariatesUnusable(problem="some customers stand in the table more than once")
    place = pc.index_in(customer_id, value_set=known)
    if place.null_count:
        raise CovariatesUnusable(
            problem=f"{place.null_count} of {len(customer_id)} customers are not in the table, "
            f"the first is {customer_id.filter(pc.is_null(place))[0]}"
        )
    columns = {}
    for name in rows.column_names:
        if name != "customer_id":
            kind = rows[name].type
            if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
                raise CovariatesUnusable(
                    problem=f"{name} is {kind} and no number; give a column of 0 and 1 for each kind"
                )
            columns[name] = rows[name].take(place).cast(pa.float64()).to_numpy()
    return covariates_of(columns, len(customer_id))
