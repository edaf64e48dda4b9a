"""Claims about groups: what was planted upholds them, and random relabelling, random weights and one order do not."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from latebloom.analysis import Analysis
from latebloom.circuits.groups import planted_irreps
from latebloom.circuits.groups.planted import BASES
from latebloom.circuits.modular import planted_operation
from latebloom.claims import CLAIMS, Measurement, Record, SweepClaim
from latebloom.claims.quantity import measure_all
from latebloom.lab.measure import measure
from latebloom.models import Model
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import GroupComposition, ModularAddition
from latebloom.training import Experiment

S4 = GroupComposition(entries="S4", equals=False)
P = 13
ABOUT_THE_CIRCUIT = (
    "group-few-irreps",
    "group-logits-are-characters",
    "group-neurons-cluster",
    "group-every-key-is-used",
)
DATE = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def run_of(tmp_path: Path) -> Callable[..., Analysis]:
    """A finished and measured run with these models as its checkpoints, 100 steps apart."""

    def make(models: Sequence[Model], task: GroupComposition = S4) -> Analysis:
        directory = RunDirectory(tmp_path / "run")
        directory.create()
        last = 100 * (len(models) - 1)
        for i, model in enumerate(models):
            directory.write_checkpoint(100 * i, {name: one.numpy() for name, one in model.state_dict().items()})
        manifest = new_manifest("run", Experiment(task=task, model=models[-1].config))
        directory.write_manifest(manifest.model_copy(update={"status": "finished", "step": last}))
        rows = [{"step": 100 * i, "train_loss": 1e-6, "test_loss": 1e-6} for i in range(len(models))]
        directory.write_table("metrics", append_rows(empty_table(), rows))
        return Analysis(measure(Run(directory.path)))

    return make


def test_planted_representations_uphold_what_random_relabelling_does_not(run_of, verdict_on) -> None:
    analysis = run_of([planted_operation(ModularAddition(p=P), [2, 5])] * 2, GroupComposition(entries=f"C{P}"))
    assert {name: verdict_on(name, analysis).state for name in ABOUT_THE_CIRCUIT} == (
        dict.fromkeys(ABOUT_THE_CIRCUIT, "holds")
    )
    names = ("group_fve_relabelled", "group_neurons_clustered_relabelled", "group_embedding_in_keys_relabelled")
    fve, clustered, embedding = (one.value for one in measure_all(analysis, names).values())
    assert fve < 0.05
    assert clustered == 0
    assert embedding == pytest.approx(4 / (P - 1), abs=0.2)  # by chance, the share of the functions


def test_random_weights_uphold_nothing(run_of, verdict_on) -> None:
    fresh = planted_irreps(S4, ["3b"]).config.build(S4)
    analysis = run_of([fresh] * 2)
    assert "holds" not in {verdict_on(name, analysis).state for name in (*ABOUT_THE_CIRCUIT, "group-lower-first")}


@pytest.mark.parametrize(("first", "then", "share"), [("2a", "3b", 1.0), ("3b", "2a", 0.0)])
def test_the_order_is_that_in_which_representations_were_planted(run_of, first: str, then: str, share: float) -> None:
    sizes = {"2a": 2 * BASES * 2**3, "3b": 2 * BASES * 3**3}  # two squares for each u, v and w
    models = [planted_irreps(S4, (first, then)) for _ in range(3)]
    for model, left in zip(models, (0, sizes[first], sum(sizes.values())), strict=True):
        model.unembed.W_U.data[left:] = 0
    found = measure_all(run_of(models), ("group_listed_names", "group_formed_at", "group_lower_first"))
    names = found["group_listed_names"].value.split(", ")
    assert dict(zip(names, found["group_formed_at"].value, strict=True)) == {first: 100, then: 200}
    assert found["group_lower_first"].value == share


def record(seed: int, **formed: float) -> Record:
    values = {"group_listed_names": ", ".join(formed), "group_formed_at": tuple(formed.values())}
    return Record(
        identity=str(seed),
        run=f"run-{seed}",
        experiment={},
        seed=seed,
        status="finished",
        date=DATE,
        quantities={name: Measurement(value=value) for name, value in values.items()},
    )


@pytest.mark.parametrize(
    ("last", "sets", "orders"),
    [({"a": 1, "b": 2}, "fails", "fails"), ({"a": 2, "b": 1}, "fails", "holds"), ({"a": 1, "c": 2}, "holds", "fails")],
)
def test_seeds_differ_in_sets_and_orders_only_where_they_do(last: dict[str, float], sets: str, orders: str) -> None:
    records = [*(record(seed, a=1, b=2) for seed in range(100, 105)), record(105, **last)]
    for name, expected in (("group-seeds-differ", sets), ("group-orders-differ", orders)):
        claim = CLAIMS[name]
        assert isinstance(claim, SweepClaim)
        assert claim.judge(records).state == expected
