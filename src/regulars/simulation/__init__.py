"""Simulation: what would a shop look like whose truth we know?

Reads nothing; writes into a folder the files an owner would export (orders, usage, feedback, subscriptions,
touches, assignments, referrals, profiles, consents, with headers of the owner's language), and beside them, in
`truth/`, what no owner ever knows: every customer's purchase rate, the day each one left, and what a campaign
really did. `simulate_people` makes the accounts of people over three channels, and says whose they are.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as home:
...     shop = simulate_shop(Path(home) / "shop", customers=20, seed=7)
...     shop.counts["customers"], sorted(path.name for path in shop.files["orders"])
(20, ['orders.csv', 'orders_again.csv'])
"""

from pathlib import Path

from regulars.simulation._crowd import Crowd, simulate_people
from regulars.simulation._files import FolderOccupied
from regulars.simulation._plan import SimulationImpossible
from regulars.simulation._shop import SimulatedShop, simulate_shop

__all__ = [
    "Crowd",
    "FolderOccupied",
    "Path",
    "SimulatedShop",
    "SimulationImpossible",
    "simulate_people",
    "simulate_shop",
]
