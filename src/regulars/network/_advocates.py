"""Who brings the most: the people a business may thank first."""

from regulars.engines import Engine, quoted
from regulars.network._results import Advocate

# Ranks go by cents, then by id, so that the last bit of a sum decides nothing.
_TOP = """
SELECT customer_id, referred_directly, referred_in_all, referral_value, total_value
FROM {network}
WHERE is_advocate AND total_value IS NOT NULL
ORDER BY round(referral_value, 2) DESC, referred_in_all DESC, customer_id
LIMIT $most
"""


def top_advocates(engine: Engine, *, most: int = 10, network: str = "network") -> tuple[Advocate, ...]:
    """Return at most so many advocates, by the value they brought (to the cent), then by how many people, then by id.

    Args:
        engine: holds the table that `add` wrote.
        most: how many at most, 0 or more.
        network: its name.
    """
    rows = engine.fetch(_TOP.format(network=quoted(network)), most=most).to_pylist()
    return tuple(Advocate(**row) for row in rows)
