"""A crowd whose chances are known, for tests of metrics and verdicts that need no records."""

from typing import Any

import numpy as np


def crowd(people: int, *, seed: int = 0) -> tuple[Any, Any, Any]:
    """Return outcomes, a forecast that knows something of them, and a rule that knows less."""
    random = np.random.default_rng(seed)
    chance = random.uniform(0.05, 0.6, people)
    actual = (random.random(people) < chance).astype(float)
    return actual, chance, np.clip(chance + random.normal(0, 0.3, people), 0, 1)
