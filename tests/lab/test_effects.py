"""What a field of a grid does, from tables of runs with a planted effect and with none."""

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
    found = effects(table(decays, 1000 / decays * noise), "optimiser.weight_decay")
    assert [group.level for group in found.groups] == ["0.03", "0.1", "0.3", "1"]
    assert found.groups[0].effect is None
    one = found.groups[-1].effect.factor
    assert one.low < 0.03 < one.high
    assert found.law.exponent.low < -1 < found.law.exponent.high
    assert found.groups[-1].grokked.value == 1


def test_no_effect_is_not_called_one():
    decays = np.repeat([1.0, 0.3, 0.1], 20)
    steps = np.random.default_rng(1).lognormal(np.log(2000), 0.3, len(decays))
    found = effects(table(decays, steps), "optimiser.weight_decay")
    assert all(group.effect.factor.low < 1 < group.effect.factor.high for group in found.groups[1:])
    assert found.law.exponent.low < 0 < found.law.exponent.high


def test_runs_that_have_not_generalised_are_censored():
    (group,) = effects(table([1.0] * 4, [1000, 2000, 60_000, 70_000])).groups
    assert (group.runs, group.grokked.value) == (4, 0.5)
    assert group.median_step.value is not None
    (late,) = effects(table([1.0] * 4, [1000, 60_000, 60_000, 70_000])).groups
    assert late.median_step.value is None
    assert "1 of 4 runs generalised" in late.median_step.reason


def test_a_field_that_is_not_there_is_said():
    with pytest.raises(UsageError, match=r"got no column 'optimiser.decay'"):
        effects(table([1.0], [100]), "optimiser.decay")


def test_a_run_that_generalised_at_once_generalised_and_did_not_grok():
    runs = table([1.0] * 4, [1000, 2000, 3000, 4000]).assign(outcome=["grokked"] + ["generalised at once"] * 3)
    (group,) = effects(runs).groups
    assert (group.grokked.value, group.generalised.value) == (0.25, 1)
