"""Measures of local learning coefficients. They are computed where they are asked for, since they take seconds."""

from latebloom.circuits.llc.estimate import LearningCoefficient
from latebloom.circuits.llc.settings import Sampling
from latebloom.measures import MEASURES, Column, Measure, Snapshot

_LAU = "Lau et al. 2023"

LLC = Column(
    "llc",
    "",
    "local learning coefficient: nβ (mean of L over Langevin chains around the weights - L), L the train "
    "loss; left out "
    "where the chains give no estimate",
    _LAU,
)
LLC_LOW = Column("llc_low", "", "lower end of its 95 % interval, of sampling alone")
LLC_HIGH = Column("llc_high", "", "upper end of it")
LLC_R_HAT = Column("llc_r_hat", "", "split R-hat of its chains; above 1.1 there is no estimate", "Vehtari et al. 2021")
LLC_DRAWS = Column("llc_effective_draws", "count", "independent draws with the same error, over all chains")
LLC_ACCEPTANCE = Column("llc_acceptance", "share", "mean chance of the Metropolis test")
LLC_OF = Column("llc.{part}", "", "the same where only the weights of one part of the model move", _LAU)
LLC_LOW_OF = Column("llc_low.{part}", "", "lower end of its interval")
LLC_HIGH_OF = Column("llc_high.{part}", "", "upper end of it")

LONG = Sampling(draws=1200)
"""Chains for networks that can only memorise, for which those of the usual length hardly ever agree: on a random table
mod 23 they have 30 to 35 effective draws, and these 84."""
LLC_LONG = Column(
    "llc_long", "", f"local learning coefficient by longer chains, of {LONG.draws} steps that count", _LAU
)
LLC_LONG_LOW = Column("llc_long_low", "", "lower end of its 95 % interval")
LLC_LONG_HIGH = Column("llc_long_high", "", "upper end of it")


def llc(snapshot: Snapshot) -> dict[str, float]:
    """The coefficient of all weights, with its interval and diagnostics; empty for a run without a fixed train set."""
    from latebloom.circuits.llc.of_model import learning_coefficient

    if "train" not in snapshot.sets:
        return {}
    found = learning_coefficient(snapshot)
    return _interval(found, LLC.name, LLC_LOW.name, LLC_HIGH.name) | _diagnostics(found)


def llc_long(snapshot: Snapshot) -> dict[str, float]:
    """The coefficient of all weights by chains of `LONG`, with its interval; empty as for `llc`."""
    from latebloom.circuits.llc.of_model import learning_coefficient

    if "train" not in snapshot.sets:
        return {}
    found = learning_coefficient(snapshot, sampling=LONG)
    return _interval(found, LLC_LONG.name, LLC_LONG_LOW.name, LLC_LONG_HIGH.name)


def llc_parts(snapshot: Snapshot) -> dict[str, float]:
    """The coefficient of each part of the model."""
    from latebloom.circuits.llc.of_model import learning_coefficient, parts_of

    values: dict[str, float] = {}
    for part in parts_of(snapshot.model) if "train" in snapshot.sets else ():
        names = (column.of(part=part) for column in (LLC_OF, LLC_LOW_OF, LLC_HIGH_OF))
        values |= _interval(learning_coefficient(snapshot, part), *names)
    return values


def _diagnostics(found: LearningCoefficient) -> dict[str, float]:
    one = found.diagnostics
    if one is None:
        return {}
    values = {LLC_DRAWS.name: one.effective_draws, LLC_ACCEPTANCE.name: one.acceptance}
    return values if one.r_hat is None else values | {LLC_R_HAT.name: one.r_hat}


def _interval(found: LearningCoefficient, name: str, low: str, high: str) -> dict[str, float]:
    if found.value is None or found.low is None or found.high is None:
        return {}
    return {name: found.value, low: found.low, high: found.high}


MEASURES.register(Measure("llc", llc, (LLC, LLC_LOW, LLC_HIGH, LLC_R_HAT, LLC_DRAWS, LLC_ACCEPTANCE), costly=True))
MEASURES.register(Measure("llc_long", llc_long, (LLC_LONG, LLC_LONG_LOW, LLC_LONG_HIGH), costly=True))
MEASURES.register(Measure("llc_parts", llc_parts, (LLC_OF, LLC_LOW_OF, LLC_HIGH_OF), costly=True))
