"""Figures of many runs: data checked by hand, every format, and one-line errors."""

import subprocess
import sys

import pandas
import pytest

from latebloom._errors import UsageError
from latebloom.figures.sweep import SWEEP_FIGURES, drawn, render_sweep_figure

DECAY, FRACTION = "optimiser.weight_decay", "data.fraction"
FIELDS = {
    "survival": [DECAY],
    "field-effect": [DECAY],
    "phase-diagram": [FRACTION, DECAY],
    "seed-frequencies": [],
}
MAGIC = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


def a_run(decay, fraction, seed, learned_at, budget=20_000):
    late = learned_at > budget
    step = None if late else learned_at
    return {
        DECAY: decay,
        FRACTION: fraction,
        "seed": seed,
        "status": "finished",
        "step": budget,
        "outcome": "memorised" if late else "grokked" if step >= 400 else "generalised at once",
        "train_learned_at": 200.0,
        "test_learned_at": step,
        "key_frequencies": [] if late else [1 + seed, 5 + seed, 9],
        "task.p": 113,
    }


@pytest.fixture(scope="module")
def table():
    """Steps of 4000/decay · (0.3/fraction), seeds apart by a fifth; the slowest never grok."""
    cells = [(d, f, s) for d in (0.1, 0.5, 1.0, 3.0) for f in (0.1, 0.3, 0.6) for s in range(3)]
    return pandas.DataFrame([a_run(d, f, s, round(4000 / d * 0.3 / f * (1 + s / 5))) for d, f, s in cells])


def data_of(name, table, *fields):
    figure = SWEEP_FIGURES[name]
    data = figure.data_of(table, *fields)
    return data, figure.says(data)


@pytest.mark.parametrize("name", FIELDS)
def test_every_figure_in_every_format(name, table):
    figure = SWEEP_FIGURES[name]
    data = figure.data_of(table, *FIELDS[name])
    for kind, magic in MAGIC.items():
        assert drawn(figure, data, kind).startswith(magic)


def test_the_suffix_sets_the_format(table, tmp_path):
    path = render_sweep_figure("seed-frequencies", table, [], tmp_path / "a.pdf")
    assert path.read_bytes().startswith(MAGIC["pdf"])


def test_equal_data_give_equal_bytes(table):
    assert render_sweep_figure("survival", table, [DECAY]) == render_sweep_figure("survival", table, [DECAY])


def test_survival_by_level(table):
    data, sentence = data_of("survival", table[table[FRACTION] == 0.3], DECAY)
    assert [group.name for group in data.groups] == ["0.1", "0.5", "1", "3"]
    assert [group.curve.generalised for group in data.groups] == [0, 3, 3, 3]
    assert data.groups[2].median.value == 4800
    assert data.comparison is None
    assert (
        "0.1: 0 of 3 generalised, the median was not reached; 0.5: 3 of 3 generalised, half by step 9\u202f600"
        in sentence
    )


def test_survival_by_two_fields_together(table):
    few = table[table[DECAY].isin([0.1, 1.0])]
    data, sentence = data_of("survival", few, DECAY, FRACTION)
    generalised = {tuple(map(float, group.name.split(", "))): group.curve.generalised for group in data.groups}
    rows = few.assign(generalised=few["test_learned_at"].notna()).groupby([DECAY, FRACTION])["generalised"].sum()
    assert generalised == rows.to_dict()
    assert list(generalised) == sorted(generalised)
    assert sentence.startswith(f"By {DECAY}, {FRACTION}: ")
    assert render_sweep_figure("survival", few, [DECAY, FRACTION])


def test_survival_of_two_groups_is_compared_and_of_all_is_one(table):
    two = table[table[DECAY].isin([0.5, 3.0])]
    data, sentence = data_of(
        "survival", two.assign(optimiser=["sgd" if d < 1 else "adam" for d in two[DECAY]]), "optimiser"
    )
    assert [group.name for group in data.groups] == ["adam", "sgd"]
    assert data.comparison.sooner == 0
    assert "Log-rank test of the two: chi²" in sentence
    everyone, _ = data_of("survival", table)
    assert everyone.groups[0].curve.n == len(table)
    assert render_sweep_figure("survival", table)


def test_field_effect_recovers_the_planted_exponent(table):
    data, sentence = data_of("field-effect", table[table[FRACTION] == 0.3], DECAY)
    assert data.law.exponent.value == pytest.approx(-1, abs=0.1)
    assert int(data.times.generalised.sum()) == 9
    assert sentence.startswith(f"Step of generalisation ∝ {DECAY}^-1.0")
    assert "from 12 runs, of which 3 had not generalised" in sentence


def test_field_effect_counts_omitted_runs(table):
    some = table[(table[FRACTION] == 0.3) & (table[DECAY] >= 0.5)]
    data, sentence = data_of("field-effect", some.assign(**{DECAY: some[DECAY] - 0.5}), DECAY)
    assert data.left_out == 3
    assert f"3 runs with {DECAY} or step at 0 or below are left out" in sentence
    never = table[table[DECAY] == 0.1]
    assert "No law can be fitted" in data_of("field-effect", never[never[FRACTION] == 0.1], DECAY)[1]
    assert render_sweep_figure("field-effect", never[never[FRACTION] == 0.1], [DECAY])


def test_phase_diagram_counts_outcomes(table):
    odd = table.copy()
    odd.loc[0, "outcome"] = "learned nothing"
    odd.loc[1, "step"] = 500
    data, sentence = data_of("phase-diagram", odd, FRACTION, DECAY)
    cell = data.diagram.cell(0.1, 0.1)
    assert (cell.n, cell.undecided, cell.majority) == (3, 1, None)
    assert {name: share for name, share in cell.shares.items() if share} == {"memorised": 0.5, "learned nothing": 0.5}
    assert data.diagram.cell(0.6, 3.0).majority == "grokked"
    assert sentence.startswith("36 runs in 12 cells. Outcome of most runs of a cell: grokked in")
    assert render_sweep_figure("phase-diagram", odd, [FRACTION, DECAY])


def test_phase_diagram_takes_each_runs_own_budget(table):
    """A run whose last step is 500 cannot change after step 500."""
    short = table[table[DECAY] == 0.1].assign(**{"training.steps": 500, "step": 500, "test_learned_at": None})
    short = short.assign(outcome="memorised")
    cells = data_of("phase-diagram", short, FRACTION, DECAY)[0].diagram.cells
    assert {cell.majority for cell in cells} == {"memorised"}


def test_seed_frequencies(table):
    missing = table.copy()
    missing.loc[35, "key_frequencies"] = None
    data, sentence = data_of("seed-frequencies", missing)
    grokked = int(table["test_learned_at"].notna().sum()) - 1
    assert data.chosen.chosen[9] == grokked
    assert data.chosen.number == {0: 35 - grokked, 3: grokked}
    assert sentence.startswith("35 runs have 0 to 3 key frequencies; the most frequent is 9, in ")
    assert data.chosen.evenness.p_value < 0.01
    assert "1 runs without a record of them are left out" in sentence
    never = table[table["test_learned_at"].isna()]
    assert "Uniform choice cannot be tested" in data_of("seed-frequencies", never)[1]
    assert render_sweep_figure("seed-frequencies", never)


def test_usage_errors_are_one_line(table, tmp_path):
    wrong = [
        ("spectrum", [], "got 'spectrum', expected one of survival, field-effect"),
        ("phase-diagram", [DECAY], f"figure phase-diagram: got {DECAY}, expected 2 fields, each with --by"),
        ("survival", [DECAY, FRACTION, "model.seed"], "expected 0 to 2"),
        ("survival", ["lr"], "got no column 'lr', expected one of optimiser.weight_decay, "),
        ("field-effect", ["status"], "got text in status, expected numbers"),
    ]
    for name, fields, message in wrong:
        with pytest.raises(UsageError, match=message):
            render_sweep_figure(name, table, fields)
    with pytest.raises(UsageError, match=r"got 'a.jpg', expected a name that ends in .svg, .png or .pdf"):
        render_sweep_figure("survival", table, [DECAY], tmp_path / "a.jpg")
    with pytest.raises(UsageError, match="above 0, which a log scale needs"):
        render_sweep_figure("field-effect", table.assign(zero=0.0), ["zero"])
    with pytest.raises(UsageError, match=r"got runs with task.p \[7, 113\]"):
        render_sweep_figure("seed-frequencies", table.assign(**{"task.p": [7] + [113] * 35}))
    with pytest.raises(UsageError, match="got no run that can be read and has step, expected at least one"):
        render_sweep_figure("survival", table.assign(step=None))
    assert not list(tmp_path.iterdir())


def test_columns_that_are_nullable_integers_are_read(table):
    nullable = table.astype({"test_learned_at": "Int64"})
    for name in ("survival", "phase-diagram"):
        assert data_of(name, nullable, *FIELDS[name])[1] == data_of(name, table, *FIELDS[name])[1]


def test_listing_figures_loads_no_pandas_and_no_matplotlib():
    code = "import sys, latebloom.figures.sweep; sys.exit(bool({'matplotlib', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
