"""Energy by frequency and Gini, by hand."""

import pytest
import torch

from latebloom.fourier import energy_by_frequency, gini


def test_energy_by_hand():
    assert energy_by_frequency(torch.tensor([9.0, 1.0, 2.0, 3.0, 4.0])).tolist() == [5.0, 25.0]
    assert energy_by_frequency(torch.tensor([9.0, 1.0, 2.0, 3.0])).tolist() == [5.0, 9.0]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([1.0, 1.0, 1.0], 0.0),
        ([0.0, 0.0, 0.0, 1.0], 0.75),
        # (-2·1 + 0·2 + 2·3) / (3·6)
        ([3.0, 1.0, 2.0], 4 / 18),
        ([0.0, 0.0], None),
    ],
)
def test_gini_by_hand(shares, expected):
    result = gini(torch.tensor(shares))
    assert result == (None if expected is None else pytest.approx(expected))
