"""What a run's own task adds to the rules of outcomes."""

import numpy as np
import pytest

from latebloom.runs.outcome import memorised_accuracy


def test_a_planted_run_grokked(planted_run):
    found = planted_run.outcome
    assert found.grokked
    assert 3000 < found.test_learned_at < 4000  # where its curves by hand rise


def test_mirrored_pairs_are_no_generalisation(planted_run):
    """x + y = y + x: half of the pairs are in the train set, so about half of the others are mirrored."""
    found = memorised_accuracy(planted_run.experiment, np.log(31))
    assert found == pytest.approx(0.5 + 0.5 / 31, abs=0.05)
