"""Work out the answers of BG/CNBD-k with many digits, by other ways than the models themselves.

`python tools/closed_forms_condensed.py > tests/lifetime/closed_forms_condensed.json`, in an environment of its own with
mpmath: the project does not depend on it. Rows are those of `tools/closed_forms.py`, with k; without the constant of
the likelihood. All are integrals over the rate λ of what a Poisson process of stages does: being there still is the
chance of fewer than k stages since t_x, and n purchases are n k stages since then.
"""

import json
import sys
from typing import Any

import mpmath as mp

mp.mp.dps = 20

_SETS = (("0.85", "1.45", "0.79", "2.42"),)
_HISTORIES = (("0", "0", "38.86"), ("2", "30.43", "38.86"), ("26", "30.86", "31"))
_HORIZON, _TERMS = 13, 200


def main() -> None:
    """Write all rows."""
    rows = []
    for model, first in (("bg_cnbd_k", 0), ("mbg_cnbd_k", 1)):
        for k in (2, 3):
            for parameters in _SETS:
                for history in _HISTORIES:
                    told = [mp.mpf(value) for value in (*parameters, *history)]
                    found = _answers(k, first, *told)
                    rows.append({
                        "model": model, "k": k, "parameters": [float(value) for value in parameters],
                        "history": [float(value) for value in history], "t": float(_HORIZON),
                        **{name: mp.nstr(value, 14) for name, value in found.items()},
                    })  # fmt: skip
                    sys.stderr.write(".")
    json.dump(rows, sys.stdout, indent=1)
    sys.stdout.write("\n")


def _answers(k: int, first: int, *told: Any) -> dict[str, Any]:
    r, alpha, a, b, x, t_x, age = told

    def over_rates(chance: Any, until: Any) -> Any:
        """Return the integral of λ^(k x) e^(−λ t) times a chance over the rates' gamma distribution."""
        shape, rate = r + k * x, alpha + until

        def weighed(v: Any) -> Any:
            # v is ln λ
            return mp.exp(shape * v - rate * mp.exp(v)) * chance(mp.exp(v))

        middle = mp.log(shape / rate)
        spread = 1 / mp.sqrt(shape)
        ends = [middle + step * spread for step in (-40, -12, -5, -2, 0, 1, 2, 3.5, 6)]
        return alpha**r / mp.gamma(r) * mp.quad(weighed, ends)

    def stays(n: Any) -> Any:
        return mp.beta(a, b + n) / mp.beta(a, b)

    wait, n = age - t_x, x + first
    fewer = lambda rate: mp.gammainc(k, rate * wait, mp.inf, regularized=True)  # noqa: E731
    there = stays(n) * over_rates(fewer, t_x)
    left = mp.beta(a + 1, b + n - 1) / mp.beta(a, b) * over_rates(lambda _: mp.mpf(1), t_x) if n > 0 else mp.mpf(0)

    def bought(count: int) -> Any:
        """Return P(there at T, and so many purchases within t of it)."""

        def within(rate: Any) -> Any:
            # So many stages by T, the rest of count · k after it.
            return sum(
                mp.exp(-rate * wait) * (rate * wait) ** j / mp.factorial(j)
                * mp.gammainc(count * k - j, 0, rate * _HORIZON, regularized=True)
                for j in range(k)
            )  # fmt: skip

        return stays(n + count - 1) * over_rates(within, t_x)

    terms: list[Any] = []
    while len(terms) < _TERMS and (len(terms) < 2 or terms[-1] > mp.mpf(10) ** -12 * sum(terms)):
        terms.append(bought(len(terms) + 1))
    return {
        "log_likelihood": mp.log(there + left),
        "alive": there / (there + left),
        "expected": sum(terms) / (there + left),
        "at_least": terms[1] / (there + left),
    }


if __name__ == "__main__":
    main()
