import math
import shutil
import sys
from pathlib import Path

import pytest

from latebloom._errors import DamagedFileError, UsageError
from latebloom.analysis import Analysis
from latebloom.circuits.modular.explanation import explain_model
from latebloom.lab.measure import measure
from latebloom.measures import Snapshot
from latebloom.measures.any_model import short_names, weights
from latebloom.models import TransformerConfig, sum_squared_weights
from latebloom.recipes import recipe
from latebloom.runs import Run, train_run
from latebloom.tasks import ModularAddition


@pytest.fixture(scope="module")
def measured(planted_run: Run) -> Run:
    return measure(planted_run)


def column(run: Run, name: str) -> dict[int, float]:
    table = run.directory.read_table("measures")
    return dict(zip(table["step"].to_pylist(), table[name].to_pylist()))


def test_key_frequencies_are_those_of_the_final_model(measured: Run) -> None:
    document = measured.directory.read_document("measures")
    names = document.pop("measures")
    assert "neurons" in names
    assert document == {"step": 6000, "rule": "neurons", "key_frequencies": [3, 5, 9]}


def test_the_last_row_agrees_with_explain(measured: Run) -> None:
    figures = explain_model(measured.checkpoint().model, measured.task, Analysis(measured).train_rows)
    last = {name: column(measured, name)[6000] for name in measured.directory.read_table("measures").column_names}
    expected = {
        "train_loss": figures.loss.train,
        "test_loss": figures.loss.test,
        "restricted_loss": figures.restricted_loss.all,
        "restricted_train_loss": figures.restricted_loss.train,
        "restricted_test_loss": figures.restricted_loss.test,
        "excluded_loss": figures.excluded_loss.train,
        "restricted_3d_loss": figures.logits.loss_cos_fit,
        "cos_coefficient.k5": figures.logits.cos_coefficients[5],
        "embedding_gini": figures.embedding.gini,
        "embedding_fraction.k9": figures.embedding.fraction[9],
        "sum_squared_weights": figures.sum_squared_weights,
        "live_neurons": figures.neurons.live,
        "clustered_fraction": figures.neurons.clustered_fraction,
        "cluster_size.k5": figures.neurons.clusters[5],
    }
    assert {name: last[name] for name in expected} == pytest.approx(expected, rel=1e-3)
    assert math.isclose(last["train_accuracy"], 1)


def test_the_circuit_is_there_only_where_it_was_planted(measured: Run) -> None:
    restricted, excluded = column(measured, "restricted_loss"), column(measured, "excluded_loss")
    assert restricted[2000] > 1 > 1e-3 > restricted[6000]
    assert excluded[6000] > math.log(31) / 2
    assert column(measured, "excluded_loss.k3")[6000] < excluded[6000]
    assert column(measured, "embedding_fraction.k3")[6000] == pytest.approx(1 / 3, rel=1e-3)
    sizes = column(measured, "cluster_size.k3")
    assert (sizes[2000], sizes[4000]) == (0, column(measured, "live_neurons")[4000] / 3)


def test_weights_add_up_and_attention_is_a_share(measured: Run) -> None:
    table = measured.directory.read_table("measures")
    parts = [name for name in table.column_names if name.startswith("sum_squared_weights.")]
    assert len(parts) == 11
    assert sum(column(measured, name)[0] for name in parts) == pytest.approx(column(measured, "sum_squared_weights")[0])
    assert 0 < column(measured, "attention_to_self")[0] < 1


@pytest.mark.parametrize("layers", [1, 2])
def test_norms_and_biases_of_one_name_are_all_counted(layers: int) -> None:
    config = TransformerConfig(n_layers=layers, d_model=8, n_heads=2, d_head=4, d_mlp=8, norm="layernorm")
    model = config.model_copy(update={"attention_bias": True}).build(ModularAddition(p=7))
    values = weights(Snapshot(model, ModularAddition(p=7)))
    assert len(values) == 1 + len(list(model.parameters()))
    assert values["sum_squared_weights"] == pytest.approx(sum_squared_weights(model.parameters()))
    assert values[f"sum_squared_weights.{'ln2.w' if layers == 1 else '1.ln2.w'}"] == 8
    assert values["sum_squared_weights.ln_final.w"] == 8


def test_names_that_would_be_equal_stay_whole() -> None:
    assert short_names(["a.W", "b.W", "c.V"]) == {"a.W": "a.W", "b.W": "b.W", "c.V": "V"}


def test_measuring_again_does_nothing_and_an_interrupted_call_is_resumed(measured: Run) -> None:
    whole = measured.directory.read_table("measures")
    measured.directory.write_table("measures", whole.slice(0, 2))
    done: list[tuple[int, int]] = []
    measure(measured, progress=lambda count, of: done.append((count, of)))
    assert done[-1] == (4, 4)
    assert measured.directory.read_table("measures").equals(whole)


def test_a_table_that_lacks_a_new_measure_is_measured_again(measured: Run) -> None:
    whole, document = measured.directory.read_table("measures"), measured.directory.read_document("measures")
    measured.directory.write_table("measures", whole.drop_columns(["live_neurons"]))
    measured.directory.write_document("measures", {**document, "measures": document["measures"][:-1]})
    measure(measured)
    assert measured.directory.read_table("measures").equals(whole)


def test_a_call_that_is_killed_leaves_no_old_rows_under_new_names(
    measured: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    run = Run(shutil.copytree(measured.path, tmp_path / "run"))
    monkeypatch.setattr(sys.modules[measure.__module__], "append_rows", killed)
    with pytest.raises(KeyboardInterrupt):
        measure(run, asked=["certificate"])
    monkeypatch.undo()
    assert list(column(measure(run), "accuracy_at_least")) == run.checkpoints


def test_a_measure_of_another_family_is_refused(tmp_path: Path) -> None:
    once = recipe("s5").with_settings({"task.entries": "S3", "training.steps": 1})
    run = train_run(once, root=tmp_path)
    with pytest.raises(UsageError, match=r"got 'certificate', .* expected one of llc, "):
        measure(run, asked=["certificate"])


@pytest.mark.parametrize(
    "damage",
    [
        [1],
        {"measures": [["a"]]},
        {"measures": 5},
        {"step": "x"},
        {"key_frequencies": ["3"]},
        {"key_frequencies": [16]},
        {"key_frequencies": [True]},
        {"key_frequencies": [3, 3]},
        {"rule": "taste"},
        {"rule": ["neurons"]},
    ],
    ids=str,
)
def test_a_damaged_document_is_refused_by_readers_and_measured_again(measured: Run, damage: object) -> None:
    whole, document = measured.directory.read_table("measures"), measured.directory.read_document("measures")
    measured.directory.write_document("measures", {**document, **damage} if isinstance(damage, dict) else damage)
    with pytest.raises(DamagedFileError, match=r"measures.json is damaged"):
        _ = Analysis(measured).basis
    measure(measured)
    assert measured.directory.read_table("measures").equals(whole)
    assert measured.directory.read_document("measures") == document


def test_a_memorised_table_has_no_waves_and_no_generalisation(memorised_run: Run) -> None:
    measured = measure(memorised_run)
    assert measured.directory.read_document("measures")["key_frequencies"] == []
    names = measured.metrics.column_names
    assert not [name for name in names if name.startswith(("restricted", "excluded", "cos_"))]
    assert measured.metrics["train_accuracy"].to_pylist()[-1] == 1
    phases = measured.phases
    assert not phases.complete
    assert {phase.name for phase in phases.phases} <= {"memorisation"}
