"""The log-likelihood of somebody's parameters, by the formulas of `lifetimes`, in its environment.

python lifetime_judge.py bg_nbd HISTORIES.npz '{"r": 0.24, "alpha": 4.4, "a": 0.79, "b": 2.43}'
"""

import json
import sys

import lifetimes
import numpy as np


def main() -> None:
    """Print the log-likelihood, by customer."""
    model, given, told = sys.argv[1:]
    columns, parameters = np.load(given), json.loads(told)
    x, t_x, age, mean = (columns[name] for name in ("x", "t_x", "T", "m"))
    letters = {"bg_nbd": ("r", "alpha", "a", "b"), "pareto_nbd": ("r", "alpha", "s", "beta"), "gamma_gamma": "pqv"}
    theta = np.array([parameters[letter] for letter in letters[model]])
    if model == "gamma_gamma":
        bought = x > 0
        found = lifetimes.GammaGammaFitter._negative_log_likelihood(
            np.log(theta), x[bought], mean[bought], np.ones(bought.sum()), 0.0
        )
    elif model == "bg_nbd":
        found = lifetimes.BetaGeoFitter._negative_log_likelihood(np.log(theta), x, t_x, age, np.ones(x.size), 0.0)
    else:
        found = -lifetimes.ParetoNBDFitter._conditional_log_likelihood(theta, x, t_x, age).mean()
    print(f"{-found:.7f}")


main()
