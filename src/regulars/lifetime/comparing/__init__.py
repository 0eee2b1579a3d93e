"""Comparing: which model would have foretold the purchases that came, and does any beat the plain rules?

A log of orders is cut at days that are past; models and plain rules say what each customer will do, and are held
against what they did. `compare` returns all figures as tables, and who is to be used, by the interval rule.
"""

from regulars.lifetime.comparing._compare import Comparison, compare

__all__ = ["Comparison", "compare"]
