"""To how many digits a feature counts: what two engines agree on, so that both feed a model the same bits."""

import numpy as np
from numpy.typing import NDArray

_DIGITS = 12


def significant(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values rounded to twelve significant digits; whole numbers, NaN and infinity as they are.

    Two engines add up doubles in different orders, and their last bits differ. Round before anything is fitted.

    >>> significant(np.array([123.4567890123456, 0.0, np.nan, 7e15])).tolist()
    [123.456789012, 0.0, nan, 7000000000000000.0]
    """
    with np.errstate(divide="ignore"):
        magnitude = np.floor(np.log10(np.abs(values)))
    digits = np.where(np.isfinite(magnitude), _DIGITS - 1 - magnitude, 0)
    # Clipped, because ten to the digits of the tiniest numbers overflows.
    scale = 10.0 ** np.clip(digits, -300, 300)
    return np.where(values == np.floor(values), values, np.round(values * scale) / scale)
