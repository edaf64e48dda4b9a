"""Simulated runs with known parameters, and a published data set with agreed results."""

import numpy as np

from latebloom.statistics import GeneralisationTimes

# Weeks to relapse of leukaemia patients on 6-MP and on placebo; True: relapse seen. Freireich et al., Blood 21 (1963),
# as tabled in Cox and Oakes, "Analysis of survival data", 1984, table 1.1.
TREATED = GeneralisationTimes(
    np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35], dtype=float),
    np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool),
)
PLACEBO = GeneralisationTimes(
    np.array([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], dtype=float),
    np.ones(21, dtype=bool),
)


def law(rng, n, exponent, scatter=0.3, budget=10_000.0):
    """Four levels of a field; runs generalise at 3000 · field^exponent times a random factor, or the budget ends
    first.
    """
    field = np.repeat([0.1, 0.3, 1.0, 3.0], n // 4)
    step = 3000 * field**exponent * np.exp(scatter * rng.standard_normal(len(field)))
    return field, GeneralisationTimes(np.minimum(step, budget), step <= budget)


def censored(rng, n, median=5000.0, scatter=0.5, last=(3000.0, 12_000.0)):
    """Log-normal steps of generalisation, each run ends at an independent random step."""
    step, end = median * np.exp(scatter * rng.standard_normal(n)), rng.uniform(*last, n)
    return GeneralisationTimes(np.minimum(step, end), step <= end)
