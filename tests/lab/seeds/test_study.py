"""A study of runs with known winners and of untrained runs, and its page."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from pages.seeds import seeds_page

from latebloom._errors import DamagedFileError, UsageError
from latebloom.circuits.modular.planted_transformer import planted_transformer
from latebloom.cli import main
from latebloom.figures.sweep import SWEEP_FIGURES, drawn
from latebloom.lab.seeds import PooledSeeds, pool, read_study, seed_frame, study_seeds, write_study
from latebloom.lab.seeds.facts import rounded
from latebloom.lab.seeds.study import OLD_RULE
from latebloom.models import TransformerConfig
from latebloom.runs import train_run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.sweeps.sweep import load_sweep
from latebloom.tasks import Data, ModularAddition
from latebloom.training import Experiment, Training

P, SHAPE = 13, {"d_model": 16, "n_heads": 2, "d_head": 4, "d_mlp": 64}
KEYS = {0: [2, 5], 1: [1, 6], 2: [3, 4]}
LOSSES = {0: (2.5, 3.0), 200: (0.1, 6.0), 1000: (1e-6, 5.0), 1800: (8e-7, 5.0), 2400: (5e-7, 1e-4), 3000: (4e-7, 9e-5)}


@torch.no_grad()
def model_at(experiment: Experiment, seed: int, share: float):
    """Initial weights mixed with a share of the weights of a known circuit; at 1 the circuit alone."""
    model = experiment.model.build(experiment.task)
    planted = dict(planted_transformer(P, KEYS[seed], **SHAPE).named_parameters())
    for name, weight in model.named_parameters():
        weight.copy_((1 - share) * weight + share * planted[name])
    return model


def a_run(place: Path, seed: int, status: str = "finished", **changes) -> None:
    task = ModularAddition(p=P)
    settings = {"data": Data(fraction=0.5), "training": Training(steps=3000)} | changes
    experiment = Experiment(recipe="planted", task=task, model=TransformerConfig(**SHAPE), **settings).with_seed(seed)
    directory = RunDirectory(place / f"planted-{seed}")
    directory.create()
    for step, share in ((0, 0.0), (500, 0.8), (1000, 1.0), (3000, 1.0)):
        weights = model_at(experiment, seed, share).state_dict()
        directory.write_checkpoint(step, {name: value.numpy() for name, value in weights.items()})
    directory.write_table("metrics", append_rows(empty_table(), list(rows())))
    manifest = new_manifest(directory.path.name, experiment).model_copy(update={"status": status, "step": 3000})
    directory.write_manifest(manifest)


def rows():
    knots = np.array(list(LOSSES))
    for step in range(0, 3001, 20):
        results = [10 ** np.interp(step, knots, np.log10([pair[i] for pair in LOSSES.values()])) for i in (0, 1)]
        names = ("train", "test")
        accuracy = {f"{name}_accuracy": float(loss < 0.5) for name, loss in zip(names, results)}
        yield {"step": step, **{f"{name}_loss": float(v) for name, v in zip(names, results)}, **accuracy}


@pytest.fixture(scope="module")
def planted_sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runs") / "planted-seeds"
    place.mkdir()
    for seed in KEYS:
        a_run(place, seed)
    return place


@pytest.fixture(scope="module")
def study(planted_sweep: Path):
    return study_seeds(load_sweep(planted_sweep))


def test_the_known_winners_are_predicted(study) -> None:
    assert [list(seed.key_frequencies) for seed in study.seeds] == list(KEYS.values())
    assert study.steps == (0, 500, 1000, 3000)
    moments = {moment.at: moment.auc.value for moment in study.pooled.by_step}
    assert moments[0] < 1
    assert (moments[500], moments[1000], moments[3000]) == (1, 1, 1)
    assert study.pooled.key_frequencies.number == {2: 3}
    assert study.pooled.clustered_fraction.value == 1
    assert study.pooled.final.gradient_symmetricity.value == pytest.approx(0, abs=0.1)
    assert study.pooled.initial.gradient_symmetricity.value > 0.9


def test_facts_of_one_run(study) -> None:
    seed = study.seeds[0]
    assert seed.separate
    assert 0 < seed.test_under_guessing <= seed.test_learned_at
    assert (seed.test_learned_at, seed.train_learned_at, seed.outcome) == (1940, 120, "grokked")
    assert seed.cluster_sizes == {2: 25, 5: 25}
    assert (seed.by_clean_up.auc[-1], seed.by_clean_up.auc[-2]) == (None, None)  # after the last checkpoint
    assert seed.excluded.leads is True
    assert set(seed.initial_ranks) == {2, 5}


def test_a_study_is_read_back_equal(study, tmp_path: Path) -> None:
    write_study(study, tmp_path / "a.json")
    assert read_study(tmp_path / "a.json") == study
    assert PooledSeeds.model_validate(rounded(pool(study.seeds, study.p, study.steps))) == study.pooled
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(DamagedFileError, match=r"b.json: not a study of seeds: sweep"):
        read_study(tmp_path / "b.json")


def test_figures_and_page(study) -> None:
    table = seed_frame(study)
    for name in ("seed-auc", "seed-circuits", "seed-leads"):
        figure = SWEEP_FIGURES[name]
        assert drawn(figure, figure.data_of(table)).startswith(b"<?xml")
        with pytest.raises(UsageError, match="draw it with `latebloom seeds SWEEP --out DIR`"):
            figure.data_of(table[["seed"]])
    sentence = SWEEP_FIGURES["seed-auc"].says(SWEEP_FIGURES["seed-auc"].data_of(table))
    assert "0.95 from step 500" in sentence
    assert "Excluded loss comes first in 3 of 3 runs" in SWEEP_FIGURES["seed-leads"].says(
        SWEEP_FIGURES["seed-leads"].data_of(table)
    )
    page = seeds_page({"planted": study})
    assert "## planted" in page
    assert "images/planted-seed-auc.png" in page


def test_the_study_of_a_growing_sweep_counts_omitted_runs(planted_sweep: Path, tmp_path: Path) -> None:
    place = tmp_path / "growing"
    place.mkdir()
    (place / "planted-0").symlink_to(planted_sweep / "planted-0")
    a_run(place, 1, status="interrupted")
    RunDirectory(place).write_document("sweep", {"asked": [{"recipe": "planted", "seeds": [0, 1, 2], "settings": []}]})
    study = study_seeds(load_sweep(place))
    assert study.left_out == {"interrupted": 1, "not begun": 1}
    assert study.trained == "latebloom sweep planted --seeds 0:3"
    assert study.pooled.by_step[-1].auc.reason == "one run gives no interval"
    assert "no interval" in seeds_page({"growing": study})


def test_other_sweeps_are_an_error(planted_sweep: Path, tmp_path: Path) -> None:
    (tmp_path / "planted-0").symlink_to(planted_sweep / "planted-0")
    a_run(tmp_path, 1, data=Data(fraction=0.6))
    with pytest.raises(UsageError, match=r"got runs that differ in data.fraction"):
        study_seeds(load_sweep(tmp_path))
    a_run(tmp_path / "x", 1, status="interrupted")
    with pytest.raises(UsageError, match="no finished run among 1"):
        study_seeds(load_sweep(tmp_path / "x"))


def test_the_command_on_runs_without_winners(tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty steps from random weights: nothing leads, nothing falls, and that is what is said.

    A single one of 32 neurons is 1 %, so a key frequency may be there by chance.
    """
    for seed in (0, 1):
        train_run(tiny(20).with_seed(seed), f"tiny-{seed}", tmp_path / "tiny-sweep")
    seeds = ["seeds", "tiny-sweep", "--runs", str(tmp_path)]
    assert main([*seeds, "--json", "--out", str(tmp_path / "study.json")]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [result["pooled"][name]["value"] for name in ("test_under_guessing", "test_learned_at")] == [None, None]
    assert result["pooled"]["clustered_fraction"]["value"] < 0.2
    assert result["pooled"]["restricted"]["undecided"] == 2
    assert read_study(tmp_path / "study.json").pooled.generalised == 0
    assert main([*seeds, "--out", str(tmp_path / "all")]) == 0
    assert "undecided in all 2" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "all").iterdir()} >= {"tiny-sweep.json", "seed-auc.svg"}
    assert main(["seeds", "nothing-there"]) == 2


def test_a_study_of_an_older_rule_is_read_and_its_page_names_the_rule(study, tmp_path: Path) -> None:
    stored = study.model_dump(mode="json")
    del stored["rule"], stored["pooled"]["outcomes"]
    stored["pooled"]["generalised_at"] = stored["pooled"].pop("test_learned_at")
    for seed in stored["seeds"]:
        seed["generalised_at"] = seed.pop("test_learned_at")
        del seed["outcome"], seed["train_learned_at"]
    (tmp_path / "old.json").write_text(json.dumps(stored))
    old = read_study(tmp_path / "old.json")
    assert [seed.test_learned_at for seed in old.seeds] == [seed.test_learned_at for seed in study.seeds]
    assert OLD_RULE in seeds_page({"old": old})
    assert OLD_RULE not in seeds_page({"new": study})
