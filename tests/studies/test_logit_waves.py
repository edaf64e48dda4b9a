"""Waves in the logits, by frequency, without regard to the neurons."""

import pytest

from latebloom.analysis import Analysis
from latebloom.runs import Run
from latebloom.studies.logit_waves import logit_waves, logit_waves_other_sign, weights_gini


def test_a_planted_circuit_has_the_waves_that_it_was_planted_with(planted_run: Run) -> None:
    analysis = Analysis(planted_run)
    shares = dict(enumerate(logit_waves.measure(analysis), start=1))
    keys = {k for k, share in shares.items() if share > 0.01}
    assert keys == {3, 5, 9}
    assert sum(shares[k] for k in keys) == pytest.approx(1, abs=0.01)
    assert logit_waves_other_sign.measure(analysis) == pytest.approx(0, abs=0.01)
    assert weights_gini.measure(analysis) > 0.5
