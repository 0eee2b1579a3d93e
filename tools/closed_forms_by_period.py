"""Work out the closed forms of the models that count whole periods with fifty digits, as their papers print them.

`python tools/closed_forms_by_period.py > tests/lifetime/closed_forms_by_period.json`, in an environment of its own with
mpmath: the project does not depend on it. A row of BG/BB has its parameters, a history (x, t_x, n), t opportunities to
come and a count, and

- log_likelihood: of that one history; alive: P(alive) at n; alive_next: at n + 1, as the paper prints it;
- expected: E[Y(t) | x, t_x, n] by the difference of gamma functions;
- at_least: P(Y(t) >= count | x, t_x, n), as the sum of the paper's chances of so many and of more;
- dert: discounted residual transactions at 10 % a period, by 2F1.

A row of sBG has its parameters and a period n: log_lost (ln of the chance to leave in it), log_survival and
retention of it, and derl, the discounted residual lifetime of who is in that period at 10 % a period, by 2F1.
"""

import json
import sys
from typing import Any

import mpmath as mp

mp.mp.dps = 50

_RATE = mp.mpf("0.1")
_BG_BB = (
    ("1.203523", "0.749717", "0.656718", "2.783443"),
    ("0.3", "4.5", "1.0000001", "60"),
    ("5", "0.2", "3.7", "0.4"),
)
_HISTORIES = ((0, 0, 6), (6, 6, 6), (2, 3, 6), (1, 1, 400), (1000, 1500, 2087), (1000, 2080, 2087), (0, 0, 0))
_SBG = (("0.668088", "3.806096"), ("0.067", "0.267"), ("3.80", "15.20"), ("1", "40"))
_PERIODS = (1, 2, 5, 40, 1000)


def main() -> None:
    """Write all rows."""
    rows: list[dict[str, Any]] = []
    for parameters in _BG_BB:
        for history in _HISTORIES:
            found = _bg_bb(*(mp.mpf(value) for value in parameters), *history, 39, 2)
            told = {"model": "bg_bb", "parameters": [float(value) for value in parameters]}
            rows.append(told | {"history": history, "t": 39, "n": 2} | _printed(found))
    for shape in _SBG:
        for period in _PERIODS:
            found = _sbg(*(mp.mpf(value) for value in shape), period)
            told = {"model": "sbg", "parameters": [float(value) for value in shape]}
            rows.append(told | {"period": period} | _printed(found))
    json.dump(rows, sys.stdout, indent=1)
    sys.stdout.write("\n")


def _printed(found: dict[str, Any]) -> dict[str, str]:
    return {name: mp.nstr(value, 17) for name, value in found.items()}


def _bg_bb(*told: Any) -> dict[str, Any]:
    alpha, beta, gamma, delta, x, t_x, n, t, count = told
    none = mp.beta(alpha, beta) * mp.beta(gamma, delta)
    stays = mp.beta(alpha + x, beta + n - x) * mp.beta(gamma, delta + n) / none
    left = sum(
        (mp.beta(alpha + x, beta + t_x - x + i) * mp.beta(gamma + 1, delta + t_x + i) / none for i in range(n - t_x)),
        mp.mpf(0),
    )
    likelihood = stays + left
    both = mp.beta(alpha + x + 1, beta + n - x) / none / likelihood
    there = mp.gamma(1 + delta + n) / mp.gamma(gamma + delta + n)
    then = mp.gamma(1 + delta + n + t) / mp.gamma(gamma + delta + n + t)
    # B(α + x + 1, β + n − x) / B(α, β) · δ / (γ − 1) · Γ(γ + δ) / Γ(1 + δ) · (there − then) / L
    start = mp.beta(alpha + x + 1, beta + n - x) / mp.beta(alpha, beta) / likelihood
    expected = start * delta / (gamma - 1) * mp.gamma(gamma + delta) / mp.gamma(1 + delta) * (there - then)

    def some(k: int) -> Any:
        # P(Y(t) = k) for k ≥ 1.
        lasts = mp.beta(alpha + x + k, beta + n - x + t - k) * mp.beta(gamma, delta + n + t) * mp.binomial(t, k)
        ends = (
            mp.binomial(i, k) * mp.beta(alpha + x + k, beta + n - x + i - k) * mp.beta(gamma + 1, delta + n + i)
            for i in range(k, t)
        )
        return (lasts + sum(ends, mp.mpf(0))) / none / likelihood

    alive = stays / likelihood
    z = 1 / (1 + _RATE)
    series = mp.hyp2f1(1, delta + n + 1, gamma + delta + n + 1, z)
    return {
        "log_likelihood": mp.log(likelihood),
        "alive": alive,
        "alive_next": alive * mp.beta(gamma, delta + n + 1) / mp.beta(gamma, delta + n),
        "expected": expected,
        "at_least": sum((some(k) for k in range(count, t + 1)), mp.mpf(0)),
        "dert": both * mp.beta(gamma, delta + n + 1) * z * series,
    }


def _sbg(*told: Any) -> dict[str, Any]:
    alpha, beta, n = told
    z = 1 / (1 + _RATE)
    series = mp.hyp2f1(1, beta + n, alpha + beta + n, z)
    return {
        "log_lost": mp.log(mp.beta(alpha + 1, beta + n - 1) / mp.beta(alpha, beta)),
        "log_survival": mp.log(mp.beta(alpha, beta + n) / mp.beta(alpha, beta)),
        "retention": (beta + n - 1) / (alpha + beta + n - 1),
        "derl": (beta + n - 1) / (alpha + beta + n - 1) * series,
    }


if __name__ == "__main__":
    main()
