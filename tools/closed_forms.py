"""Work out the closed forms of the lifetime models with fifty digits, by other ways than the models themselves.

`python tools/closed_forms.py > tests/lifetime/closed_forms.json`, in an environment of its own with mpmath: the project
does not depend on it. Each row has a model, its parameters, a history (x, t_x, T), a horizon t and a count n, and

- log_likelihood: of that one history, by the published form (Pareto/NBD: the difference of two 2F1);
- alive: P(alive) by the published form;
- expected: E[Y(t) | x, t_x, T] by the published form;
- at_least: P(Y(t) >= n | x, t_x, T), integrated over the purchase rate, or over the time of the n-th purchase;
- dert: discounted residual transactions at 10 % a year (weeks), by Tricomi's function or by integration.
"""

import json
import sys
from typing import Any

import mpmath as mp

mp.mp.dps = 50

_DELTA = mp.log(mp.mpf("1.1")) * 7 / mp.mpf("365.25")

_BG = (("0.242595", "4.413602", "0.792922", "2.425907"), ("1.7", "20", "3.3", "1.2"))
_MBG = (("0.524843", "6.183085", "0.891359", "1.614002"), ("1.7", "20", "3.3", "1.2"))
_PARETO = (
    ("0.553277", "10.577684", "0.606240", "11.668735"),
    ("0.9", "30", "1.4", "2.5"),
    ("2.2", "3", "0.4", "60"),
)
_HISTORIES = (
    ("0", "0", "38.86"), ("2", "30.43", "38.86"), ("26", "30.86", "31"), ("5", "12", "12"), ("1", "0.5", "400"),
    ("1000", "2080", "2087"), ("1000", "1500", "2087"),
)  # fmt: skip


def main() -> None:
    """Write all rows."""
    rows = []
    for model, sets in (("bg_nbd", _BG), ("mbg_nbd", _MBG), ("pareto_nbd", _PARETO)):
        for parameters in sets:
            for history in _HISTORIES:
                told = [mp.mpf(value) for value in (*parameters, *history)]
                found = (_pareto if model == "pareto_nbd" else _beta_geometric)(model, *told, mp.mpf(39), 2)
                rows.append({
                    "model": model, "parameters": [float(value) for value in parameters],
                    "history": [float(value) for value in history], "t": 39.0, "n": 2,
                    **{name: mp.nstr(value, 17) for name, value in found.items()},
                })  # fmt: skip
                sys.stderr.write(".")
    json.dump(rows, sys.stdout, indent=1)
    sys.stdout.write("\n")


def _beta_geometric(model: str, *told: Any) -> dict[str, Any]:
    r, alpha, a, b, x, t_x, age, t, n = told
    first = 1 if model == "mbg_nbd" else 0
    start = mp.gamma(r + x) / mp.gamma(r) * alpha**r
    stays = start * mp.beta(a, b + x + first) / mp.beta(a, b) / (alpha + age) ** (r + x)
    left = mp.mpf(0)
    if x + first > 0:
        left = start * mp.beta(a + 1, b + x + first - 1) / mp.beta(a, b) / (alpha + t_x) ** (r + x)
    alive = stays / (stays + left)
    b_now = b + first  # p is beta(a, b_now + x) by now

    def expected(ahead: Any) -> Any:
        z = ahead / (alpha + age + ahead)
        power = ((alpha + age) / (alpha + age + ahead)) ** (r + x)
        inside = 1 - power * mp.hyp2f1(r + x, b_now + x, a + b_now + x - 1, z)
        return (a + b_now + x - 1) / (a - 1) * inside

    def at_least(rate: Any) -> Any:
        # P(n or more by t at that rate) times the density of the rate.
        density = mp.exp((r + x - 1) * mp.log(rate) - (alpha + age) * rate + (r + x) * mp.log(alpha + age))
        return mp.gammainc(n, 0, rate * t, regularized=True) * density / mp.gamma(r + x)

    middle, spread = (r + x) / (alpha + age), mp.sqrt(r + x) / (alpha + age)
    ends = [max(middle - 30 * spread, 0), middle, middle + 5 * spread, middle + 60 * spread, middle + 400 * spread]
    bought = mp.quad(at_least, ends) * mp.beta(a, b_now + x + n - 1) / mp.beta(a, b_now + x)
    return {
        "log_likelihood": mp.log(stays + left),
        "alive": alive,
        "expected": alive * expected(t),
        "at_least": alive * bought,
        "dert": alive * _discounted(expected),
    }


def _discounted(expected: Any) -> Any:
    """Return the integral of e^(-s) E[Y(s / delta)] over s."""
    mp.mp.dps = 25
    found = mp.quad(lambda s: mp.exp(-s) * expected(s / _DELTA), [0, 0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 60])
    mp.mp.dps = 50
    return found


def _pareto(_: str, *told: Any) -> dict[str, Any]:
    r, alpha, s, beta, x, t_x, age, t, n = told
    all_of = r + s + x
    start = mp.gamma(r + x) / mp.gamma(r) * alpha**r * beta**s

    def tail(since: Any) -> Any:
        if alpha >= beta:
            return mp.hyp2f1(all_of, s + 1, all_of + 1, (alpha - beta) / (alpha + since)) / (alpha + since) ** all_of
        return mp.hyp2f1(all_of, r + x, all_of + 1, (beta - alpha) / (beta + since)) / (beta + since) ** all_of

    mp.mp.dps = 400  # the difference of the two loses hundreds of digits for a thousand purchases
    stays = start / (alpha + age) ** (r + x) / (beta + age) ** s
    left = start * s / all_of * (tail(t_x) - tail(age))
    alive, likelihood = stays / (stays + left), mp.log(stays + left)
    mp.mp.dps = 50
    later = (beta + age) / (beta + age + t)
    expected = (r + x) * (beta + age) / (alpha + age) / (s - 1) * (1 - later ** (s - 1))

    def nth_at(u: Any) -> Any:
        # The density of the n-th purchase at u, times that of still being a customer then.
        rates = alpha + age
        density = u ** (n - 1) * rates ** (r + x) / mp.beta(n, r + x) / (rates + u) ** (r + x + n)
        return density * ((beta + age) / (beta + age + u)) ** s

    bought = mp.quad(nth_at, [0, t / 1000, t / 100, t / 30, t / 10, t / 4, t / 2, t])
    psi = mp.hyperu(s, s, _DELTA * (beta + age))
    dert = (r + x) / (alpha + age) * (beta + age) ** s * _DELTA ** (s - 1) * psi
    return {
        "log_likelihood": likelihood,
        "alive": alive,
        "expected": alive * expected,
        "at_least": alive * bought,
        "dert": alive * dert,
    }


if __name__ == "__main__":
    main()
