"""Effects of a field, from tables of runs with and without a known effect."""

import numpy as np
import pandas
import pytest

from latebloom._errors import UsageError
from latebloom.lab.effects import effects


def table(decays, steps):
    """Runs of 50 000 steps; a later step is never reached."""
    return pandas.DataFrame(
        {
            "optimiser.weight_decay": decays,
            "step": 50_000,
            "test_learned_at": [step if step <= 50_000 else None for step in steps],
            "outcome": ["grokked" if step <= 50_000 else "memorised" for step in steps],
        }
    )


def test_a_planted_power_law_and_its_factors_are_recovered():
    decays = np.repeat([1.0, 0.3, 0.1, 0.03], 12)
    noise = np.random.default_rng(0).lognormal(0, 0.2, len(decays))
    summary = effects(table(decays, 1000 / decays * noise), "optimiser.weight_decay")
    assert [group.level for group in summary.groups] == ["0.03", "0.1", "0.3", "1"]
    assert summary.groups[0].effect is None
    one = summary.groups[-1].effect.factor
    assert one.low < 0.03 < one.high
    assert summary.law.exponent.low < -1 < summary.law.exponent.high
    assert summary.groups[-1].grokked.value == 1


def test_intervals_without_an_effect_contain_none():
    decays = np.repeat([1.0, 0.3, 0.1], 20)
    steps = np.random.default_rng(1).lognormal(np.log(2000), 0.3, len(decays))
    summary = effects(table(decays, steps), "optimiser.weight_decay")
    assert all(group.effect.factor.low < 1 < group.effect.factor.high for group in summary.groups[1:])
    assert summary.law.exponent.low < 0 < summary.law.exponent.high


def test_runs_that_have_not_generalised_are_censored():
    (group,) = effects(table([1.0] * 4, [1000, 2000, 60_000, 70_000])).groups
    assert (group.runs, group.grokked.value) == (4, 0.5)
    assert group.median_step.value is not None
    (late,) = effects(table([1.0] * 4, [1000, 60_000, 60_000, 70_000])).groups
    assert late.median_step.value is None
    assert "1 of 4 runs generalised" in late.median_step.reason


def test_a_missing_field_is_an_error():
    with pytest.raises(UsageError, match=r"got no column 'optimiser.decay'"):
        effects(table([1.0], [100]), "optimiser.decay")


def test_a_run_that_generalised_at_once_generalised_and_did_not_grok():
    runs = table([1.0] * 4, [1000, 2000, 3000, 4000]).assign(outcome=["grokked"] + ["generalised at once"] * 3)
    (group,) = effects(runs).groups
    assert (group.grokked.value, group.generalised.value) == (0.25, 1)
