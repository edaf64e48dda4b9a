"""Synthetic losses with known boundaries, similar to published losses."""

import numpy as np

from latebloom.phases import Series

CHANCE = np.log10(4.7)


def line(steps, knots, noise=0.0, seed=0):
    """A series whose log10 is linear between ``knots`` {step: log10 value}, with normal noise in decades."""
    at = np.asarray(steps, dtype=float)
    log = np.interp(at, list(knots), list(knots.values()))
    return Series(at, 10 ** (log + noise * np.random.default_rng(seed).standard_normal(at.size)))


def seen(steps, end=1300, level=-6.4, **how):
    """A train loss: chance, a fast fall to 1e-2, a slower fall, then a plateau from ``end`` on."""
    return line(steps, {0: CHANCE, 60: CHANCE, 200: -1.9, end: level, 10**6: level - 0.5}, **how)


def unseen(steps, onset=7000, settled=10000, level=-6.0, **how):
    """A test loss: a rise during memorisation, a plateau, a slow decline, a fall by seven decades, a slow decline."""
    knots = {0: CHANCE, 60: CHANCE, 200: 1.2, 1300: 1.35, onset: 1.05, settled: level, 10**6: level - 10}
    return line(steps, knots, **how)


def slingshots(series, every=1500, first=2000, decades=3.0, relax=30.0):
    """The series with spikes by ``decades`` that relax within a few ``relax`` steps."""
    since = np.where(series.step < first, np.inf, (series.step - first) % every)
    return Series(series.step, series.value * 10 ** (decades * np.exp(-since / relax)))


def losses(steps, noise=0.0, seed=0):
    """Both losses of a run that groks, as input of ``detect_phases``."""
    return {"train_loss": seen(steps, noise=noise, seed=seed), "test_loss": unseen(steps, noise=noise, seed=seed + 1)}
