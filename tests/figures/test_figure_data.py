"""The data of figures for a model with a known algorithm."""

import numpy as np
import pytest

from latebloom.analysis import Analysis
from latebloom.figures import FIGURES, of_pairs

from . import made_runs
from .made_runs import END, KEYS, P


@pytest.fixture(scope="module")
def source(grokked):
    return Analysis(grokked)


def data(source, name):
    return FIGURES[name].data_of(source)


def says(source, name):
    return FIGURES[name].says(data(source, name))


def test_training_curve_contains_chance_and_phases(source):
    curve = data(source, "training-curve")
    assert curve.loss.chance == pytest.approx(np.log(P))
    assert [line.name for line in curve.loss.lines] == ["train", "test"]
    names = [phase.name for phase in curve.loss.phases.phases]
    assert names == ["memorisation", "circuit formation", "clean-up", "stable"]
    assert says(source, "training-curve").startswith("Train loss is below 0.01 from step 160 on")


def test_a_loss_that_never_falls_is_described_as_such(memorised):
    assert "test loss never stays below 0.01" in says(Analysis(memorised), "training-curve")


def test_embedding_holds_only_the_planted_waves(source):
    spectrum = data(source, "embedding-spectrum")
    on_key = [label for label, norm in zip(spectrum.labels, spectrum.norms) if norm > 1e-5]
    assert on_key == ["cos 2", "sin 2", "cos 5", "sin 5"]
    assert spectrum.key_share == pytest.approx(1)
    # A wave of amplitude 1 has norm √(p/2); those of frequency 2 have amplitude 2.
    assert spectrum.norms[3] == pytest.approx(2 * np.sqrt(P / 2), rel=1e-5)
    assert spectrum.norms[9] == pytest.approx(np.sqrt(P / 2), rel=1e-5)
    assert "100 % of the energy" in says(source, "embedding-spectrum")


def test_early_spectrum_is_taken_before_test_loss_falls(source):
    assert data(source, "embedding-spectrum-before").step == 1500
    assert data(source, "embedding-spectrum").step == END


def test_planted_heads_attend_to_one_operand_each(source):
    maps = data(source, "attention-map")
    np.testing.assert_allclose(maps.attention[0], 1, atol=1e-6)
    np.testing.assert_allclose(maps.attention[1], 0, atol=1e-6)
    assert [head.frequency for head in maps.heads] == [None, None]


def test_neuron_is_of_a_key_frequency_and_made_of_its_waves(source):
    neuron = data(source, "neuron")
    assert neuron.frequency in KEYS
    assert neuron.clustered
    spectrum = data(source, "neuron-fourier")
    rows = np.ix_(spectrum.block, spectrum.block)
    assert (spectrum.coefficients[rows] ** 2).sum() == pytest.approx((neuron.polynomial**2).sum())
    assert f"cos {neuron.frequency}x" in says(source, "neuron-fourier")


def test_logits_are_products_of_key_waves_and_neurons_are_not_yet(source):
    neurons, logits = data(source, "neurons-fourier"), data(source, "logits-fourier")
    assert neurons.linear_share > 0.5
    assert logits.linear_share < 1e-3
    assert logits.product_share > 0.95
    # cos w(x + y) puts equal weight on all four products of one frequency.
    block = logits.norms[3:5, 3:5]
    np.testing.assert_allclose(block, block[0, 0], rtol=1e-2)


def test_cluster_writes_one_wave(source):
    weights = data(source, "w-logit")
    assert weights.k in KEYS
    assert weights.share == pytest.approx(1)
    assert weights.labels[0] == "cos 1"


def test_measured_curves_have_the_measures_values(source):
    excluded, restricted = data(source, "excluded-loss"), data(source, "restricted-loss")
    assert [line.name for line in excluded.lines] == ["train_loss", "excluded_loss", "k2", "k5"]
    assert excluded.lines[1].series.step.tolist() == [0, 1500, END]
    assert excluded.lines[1].series.value[-1] > np.log(P) / 2
    assert restricted.lines[-1].series.value[-1] < 0.01
    matrices = [line.label for line in data(source, "weight-norms").lines]
    assert {"all weights", "W_E", "W_in", "W_U"} <= set(matrices)


def test_components_pair_up_into_circles_of_the_planted_frequencies(source):
    components = data(source, "principal-components")
    assert sorted(circle.k for circle in components.circles[:2]) == KEYS
    radii = np.linalg.norm(components.circles[0].scores, axis=1)
    np.testing.assert_allclose(radii, radii[0], rtol=1e-5)
    np.testing.assert_allclose(components.content[:4].max(1), 1, atol=1e-6)


def test_random_initial_embedding_is_given_with_its_control(source):
    for circle in data(source, "initial-embedding").circles[:2]:
        assert 0 <= circle.circularity < 0.9
        assert circle.control == pytest.approx(2 / (P - 1), abs=0.05)


def test_formula_leaves_out_what_is_rounding(tmp_path):
    source = Analysis(made_runs.mlp(tmp_path / "mlp"))
    # Neuron 0 has phase 0: ReLU(½ + cos 2x + cos 2y), which holds no sin.
    assert "sin" not in says(source, "neuron-fourier")
    assert "e-" not in says(source, "neuron-fourier")


def test_without_key_frequencies_the_strongest_frequency_is_given(memorised):
    values = says(Analysis(memorised), "embedding-spectrum")
    assert "there are no key frequencies" in values
    assert "equal waves would give 16.7 %" in values


def test_subtraction_has_its_own_sign(tmp_path):
    source = Analysis(made_runs.grokked(tmp_path / "minus", sign=-1))
    assert list(of_pairs.keys(source)) == KEYS
    assert data(source, "restricted-loss").lines[-1].series.value[-1] < 0.01
