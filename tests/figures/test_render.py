"""Every figure as a file, and one-line errors for wrong uses."""

import subprocess
import sys

import pytest

from latebloom._errors import UsageError
from latebloom.analysis import Analysis
from latebloom.figures import FIGURES, of_pairs, render
from latebloom.store import append_rows, empty_table
from latebloom.tasks import ModularAddition

from . import made_runs

MODULAR = [
    name
    for name, figure in FIGURES.items()
    if figure.family in (None, "modular") and figure.fits(ModularAddition()) and figure.needs is None
]
MAGIC = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.fixture(scope="module")
def source(grokked):
    return Analysis(grokked)


@pytest.mark.parametrize("name", MODULAR)
def test_every_figure_is_drawn(name, source):
    svg = render(name, source)
    assert svg.startswith(MAGIC["svg"])
    assert b"<dc:date>" not in svg
    assert len(svg) < 500_000


@pytest.mark.parametrize("name", ["training-curve", "attention-map", "principal-components"])
@pytest.mark.parametrize("kind", MAGIC)
def test_the_suffix_sets_the_format(name, kind, source, tmp_path):
    path = render(name, source, tmp_path / f"{name}.{kind}")
    assert path.read_bytes().startswith(MAGIC[kind])


def test_equal_data_give_equal_bytes(grokked):
    assert render("embedding-spectrum", grokked) == render("embedding-spectrum", grokked)


def test_names_in_order_of_the_report():
    assert list(FIGURES)[:3] == ["training-curve", "weight-norms", "embedding-spectrum"]
    assert all(figure.name == name for name, figure in FIGURES.items())
    assert len(MODULAR) == 14


def test_unknown_name(source):
    with pytest.raises(UsageError, match="got 'spectrum', expected one of training-curve"):
        render("spectrum", source)


def test_other_suffix_writes_nothing(source, tmp_path):
    with pytest.raises(UsageError, match=r"got 'a.jpg', expected a name that ends in .svg, .png or .pdf"):
        render("neuron", source, tmp_path / "a.jpg")
    assert not list(tmp_path.iterdir())


def test_without_measures_the_error_gives_the_remedy(tmp_path):
    run = made_runs.grokked(tmp_path / "bare", measured=False)
    for name in ("excluded-loss", "restricted-loss"):
        with pytest.raises(UsageError, match="`latebloom measure "):
            render(name, run)
    assert list(of_pairs.keys(Analysis(run))) == made_runs.KEYS
    assert render("w-logit", run)


def test_the_learning_coefficient_is_drawn_where_it_was_measured(tmp_path):
    run = made_runs.grokked(tmp_path / "llc", measured=False)
    with pytest.raises(UsageError, match="llc"):
        render("llc", run)
    rows = [
        {"step": step, "llc": value, "llc_low": value - 1, "llc_high": value + 1}
        for step, value in ((0, 3.0), (500, 12.5), (900, 8.0))
    ]
    run.directory.write_table("measures", append_rows(empty_table(), rows))
    source = Analysis(run)
    assert render("llc", source).startswith(MAGIC["svg"])
    figure = FIGURES["llc"]
    said = "The coefficient is at most 12.5 (step 500), and 8 at step 900."
    assert figure.says(figure.data(source)) == said


def test_a_run_that_memorised_has_no_key_frequencies(memorised):
    source = Analysis(memorised)
    undefined = {"w-logit", "excluded-loss", "restricted-loss"}
    for name in undefined:
        with pytest.raises(UsageError, match="no key frequencies at step 4000"):
            render(name, source)
    with pytest.raises(UsageError, match="no circuit formation"):
        render("embedding-spectrum-before", source)
    for name in ("training-curve", "embedding-spectrum", "neuron", "neuron-fourier", "logits-fourier"):
        assert render(name, source)


def test_an_mlp_has_no_attention(tmp_path):
    run = made_runs.mlp(tmp_path / "mlp")
    with pytest.raises(UsageError, match="MLP, which has no attention"):
        render("attention-map", run)
    assert render("neurons-fourier", run)


def test_listing_figures_loads_no_matplotlib():
    code = "import sys, latebloom.figures; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_matplotlib_the_error_names_the_package(grokked, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'latebloom\[figures\]'"):
        render("training-curve", grokked)
