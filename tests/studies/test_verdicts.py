"""The studies' own statistics and measures: made-up records that decide each way, and models with a known answer."""

from datetime import UTC, datetime

import numpy as np
import pytest
import torch

from latebloom.analysis import analyse
from latebloom.circuits.modular import planted_transformer
from latebloom.claims import Measurement, Record
from latebloom.claims.quantity import Undefined
from latebloom.models import Examples, Model, TransformerConfig, cross_entropy
from latebloom.models.measure_loss import CHOOSE, CHOOSE_OTHER, RESTRICT
from latebloom.recipes.settings import experiment_of
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.studies import STUDIES
from latebloom.studies.critical_size import accuracy_beyond_symmetry, crossing
from latebloom.studies.curvature import top_curvature
from latebloom.studies.digits import left_when_known
from latebloom.studies.equal_logits import at_equal_logits
from latebloom.studies.frequency_parts import MATRICES, READING, Growth, projections
from latebloom.studies.interference import forgotten, share_number
from latebloom.studies.measures_more import AGAINST, choosing
from latebloom.studies.memory_parts import unordered
from latebloom.studies.multipliers import accuracy, multipliers, part, turned_accuracy
from latebloom.studies.operations import neuron_overlap, operation_grid
from latebloom.studies.other_optimisers import SETTINGS
from latebloom.studies.parts import PARTS
from latebloom.studies.swapped_weights import moved, share_right
from latebloom.studies.training_on_measures import own_measure
from latebloom.studies.training_on_measures import test_accuracy_at_goal as accuracy_at_goal
from latebloom.sweeps.expand import expand
from latebloom.tasks import Data, ModularAddition, SeveralOperations, split
from latebloom.training import Experiment, Trainer, Training

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SEEDS = range(100, 106)


def records(study, specs, values):
    """A record of each run of these sweeps, with ``values(experiment)`` by the names of quantities; None: never."""
    found = []
    for job in (job for spec in specs for job in expand(spec)):
        known = dict.fromkeys(STUDIES[study].quantities) | values(job.experiment)
        quantities = {k: Measurement(never=True) if v is None else Measurement(value=v) for k, v in known.items()}
        base = {"identity": job.name, "run": job.name, "seed": job.experiment.model.seed, "status": "finished"}
        base["step"] = job.experiment.training.steps
        experiment = job.experiment.model_dump(mode="json")
        found.append(Record(**base, date=NOW, experiment=experiment, quantities=quantities))
    return found


def states(study, made):
    return {claim.id: claim.judge(made).state for claim in STUDIES[study].claims}


def tables(study, made):
    return {table.title: table.rows for table in STUDIES[study].tables(made)}


@pytest.mark.parametrize(("memory_on_few", "state"), [(100.0, "holds"), (300.0, "fails")])
def test_the_cheaper_of_memory_and_circuit_is_looked_for_on_either_side_of_the_critical_size(memory_on_few, state):
    def values(experiment):
        share, kept = experiment.data.fraction, experiment.setting("intervention.kept")
        if experiment.task.name == "random_table":
            return {"weights_at_equal_logits": memory_on_few if share < 0.5 else 400.0, "train_learned_at": 50.0}
        late = kept and experiment.model.seed == 300  # generalises only after its train set shrank: not ungrokking
        return {
            "weights_at_equal_logits": 200.0,
            "final_test_accuracy": 1.0 if share > 0.5 and (kept != 0.2 or late) else 0.2,
            "test_90_at": (1500.0 if late else 500.0 + (experiment.setting("optimiser.decay_from") or 0))
            if share > 0.5
            else None,
            "train_learned_at": 400.0 if experiment.model.seed == 301 else 60.0,  # 301 has no clean-up
            "test_under_guessing_at": 321.4,
        }

    study = STUDIES["efficiency"]
    first = records("efficiency", study.runs["quick"], values)
    then = study.then.sweeps(first)
    assert [spec.settings[-1] for spec in then] == ["321"] * 11
    found = states("efficiency", first + records("efficiency", then, lambda _: {"final_test_accuracy": 0.3}))
    assert found.pop("efficiency-critical-size") == state
    assert set(found.values()) == {"holds"}


def test_what_is_left_of_the_carry_is_read_once_the_sum_is_known():
    steps, carry = np.array([0.0, 20.0, 40.0]), np.log(2) * np.array([1.0, 0.6, 0.1])
    assert left_when_known(steps, np.log(5) * np.array([1.0, 0.05, 0.01]), carry) == pytest.approx(0.6)
    assert left_when_known(steps, np.log(5) * np.array([1.0, 0.5, 0.2]), carry) is None


@pytest.mark.parametrize(("left", "state"), [(0.8, "holds"), (0.2, "fails")])
def test_the_sum_is_learned_first_if_most_of_the_carry_is_left_then(left, state):
    study = STUDIES["digits"]
    made = records("digits", study.runs["quick"], lambda _: {"carry_left": [left, None, left + 0.1, left]})
    assert states("digits", made)["carry-after-sum"] == state


def test_weights_at_equal_logits_do_not_depend_on_the_scale_of_the_model():
    task = ModularAddition(p=23)
    model = planted_transformer(23, [3, 5], d_mlp=128)
    train = Examples.of(split(task, Data(fraction=0.5))[0], "cpu")
    first = at_equal_logits(model, train, task.loss_positions)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(1.3)
    assert at_equal_logits(model, train, task.loss_positions) == pytest.approx(first, rel=1e-2)


@pytest.mark.parametrize(("ticket_at", "used", "state"), [(200.0, 0.9, "holds"), (None, 0.2, "fails")])
def test_a_ticket_is_compared_with_a_random_mask_of_its_own_seed(ticket_at, used, state):
    ticket = tuple(map(float, range(32)))

    def values(experiment):
        kept, k = experiment.setting("intervention.neurons"), experiment.setting("intervention.frequency")
        mine = kept is not None and tuple(map(float, kept)) == ticket
        return {
            "ticket_neurons": ticket,
            "test_90_at": ticket_at if mine else 400.0,
            "key_frequencies": (float(k), 5.0) if k else (1.0, 2.0) if mine or not kept else (9.0, 10.0),
            "neurons_in_clusters": 0.8 if kept else used,
            "final_test_accuracy": 1.0,
        }

    study = STUDIES["lottery"]
    first = records("lottery", study.runs["quick"], values)
    then = study.then.sweeps(first)
    masks = [spec.settings[-1] for spec in then]
    assert len(set(masks)) == 1 + 24, "one ticket, and a random mask for each seed"
    assert {len(mask.split(",")) for mask in masks} == {len(ticket)}
    assert masks == [spec.settings[-1] for spec in study.then.sweeps(first)]
    found = states("lottery", first + records("lottery", then, values))
    assert {found.pop("lottery-earlier"), found.pop("lottery-all-neurons")} == {state}
    assert set(found.values()) == {"holds"}


def test_a_mask_is_what_the_run_is_trained_with():
    spec = STUDIES["lottery"].runs["quick"][0]
    pruned = experiment_of(spec.recipe, 1, (*spec.settings, *("--intervention.kind", "prune")))
    model = Trainer(pruned.with_settings({"intervention.neurons": "3,7"})).model
    assert model.blocks[0].mlp.W_out.any(1).nonzero().flatten().tolist() == [3, 7]


@pytest.mark.parametrize(("right", "state"), [(0.7, "holds"), (0.4, "fails")])
def test_clusters_are_predicted_if_more_neurons_are_right_than_permuted_ones(right, state):
    def values(experiment):
        pair = (right + experiment.model.seed / 1e4, 0.5)
        return {
            "clusters_by_initial_neurons": pair,
            "clusters_by_initial_neurons_among_keys": pair,
            "clusters_by_step": (0.0, pair[0] - 0.5, 0.5),
        }

    made = records("clusters", STUDIES["clusters"].runs["quick"], values)
    assert set(states("clusters", made).values()) == {state}
    assert tables("clusters", made)["Clusters predicted later, by the strongest of the key frequencies"][2][0] == "200"


def test_costs_that_follow_a_power_law_cross_where_they_should():
    shares = [0.05, 0.1, 0.2, 0.4]
    assert crossing(shares, [1000 * share**0.5 for share in shares], 500.0) == pytest.approx(0.25)
    assert crossing(shares, [500.0] * 4, 400.0) is None


@pytest.mark.parametrize(
    ("circuit", "partly", "state"), [(400.0, 0.5, "holds"), (90.0, 0.1, "fails"), (400.0, 0.9, "holds, but not partly")]
)
def test_the_critical_size_is_predicted_if_costs_cross_near_where_generalisation_begins(circuit, partly, state):
    def values(experiment):
        share = experiment.data.fraction
        if experiment.task.name == "random_table":
            return {"weights_at_equal_logits": 1000 * share, "train_learned_at": 50.0}
        right = share > (0.5 if experiment.model.seed % 2 else 0.45)
        just_under = share == (0.5 if experiment.model.seed % 2 else 0.45)
        return {
            "weights_at_equal_logits": circuit if right else 300.0 if circuit == 400.0 else 500.0,
            "train_learned_at": 50.0,
            "final_test_accuracy": 1.0 if right else 0.3,
            "test_accuracy_at_three_quarters": 1.0 if right else 0.3,
            "accuracy_beyond_symmetry": partly if just_under else 1.0 if right else 0.05,
        }

    found = states("critical-size", records("critical-size", STUDIES["critical-size"].runs["quick"], values))
    expected = dict.fromkeys(found, state.split(",")[0])
    if partly == 0.9:
        expected["critical-size-partly"] = "fails"
    assert found == expected


def test_symmetry_alone_gives_nothing_right_beyond_it(tmp_path):
    planted = planted_transformer(23, [3, 5], d_mlp=128)
    experiment = Experiment(task=ModularAddition(p=23), data=Data(fraction=0.4), model=planted.config)
    for name, model, right in (("planted", planted, 1.0), ("random", experiment.model.build(experiment.task), 0.2)):
        directory = RunDirectory(tmp_path / name)
        directory.create()
        directory.write_checkpoint(0, {key: one.numpy() for key, one in model.state_dict().items()})
        directory.write_manifest(new_manifest(name, experiment).model_copy(update={"status": "finished", "step": 0}))
        measured = accuracy_beyond_symmetry.measure(analyse(Run(directory.path)))
        assert measured == 1.0 if right == 1.0 else measured < right


@pytest.mark.parametrize(("other", "state"), [(True, "holds"), (False, "fails")])
def test_forbidden_frequencies_are_those_of_the_plain_run_of_each_seed(other, state):
    def values(experiment):
        loss = experiment.training.loss
        mine = loss in {choosing(weight, one) for weight in (0.3, 3.0) for one in ((3,), (8,))}
        chosen = (3.0,) if ".3" in loss.removeprefix("cross_entropy-0.3") else (8.0,)
        forbidden = loss.startswith("cross_entropy+") and "shuffled" not in loss
        against = loss == AGAINST.name
        return {
            "key_frequencies": chosen if mine and other else (9.0, 10.0) if forbidden and other else (2.0, 5.0),
            "test_90_at": None if (against or forbidden) and against == other else 300.0,
        }

    study = STUDIES["measures-more"]
    first = records("measures-more", study.runs["quick"], values)
    then = study.then.sweeps(first)
    assert {spec.settings[-1] for spec in then} == {
        "cross_entropy+excluded.2.5",
        "cross_entropy+excluded.2.5.shuffled",
    }
    assert set(states("measures-more", first + records("measures-more", then, values)).values()) == {state}


@pytest.mark.parametrize(("without_as_many", "state"), [(0.9, "holds"), (0.5, "fails")])
def test_a_frequency_is_compared_with_as_many_random_neurons_as_its_cluster_has(without_as_many, state):
    values = {
        "final_test_accuracy": 1.0,
        "accuracy_without_a_key": 0.5,
        "accuracy_without_as_many_neurons": without_as_many,
    }
    made = records("neurons", STUDIES["neurons"].runs["quick"], lambda _: values)
    assert states("neurons", made)["frequencies-over-as-many-neurons"] == state


@pytest.mark.parametrize(
    ("lead", "others", "state"), [(4.0, None, "holds"), (1.2, None, "fails"), (4.0, 50.0, "fails")]
)
def test_a_circuit_forms_before_the_fall_if_its_loss_falls_well_before_and_that_of_others_does_not(lead, others, state):
    made = records(
        "other-optimisers",
        STUDIES["other-optimisers"].runs["quick"],
        lambda experiment: {
            "circuit_at": 100.0,
            "test_fallen_at": 100.0 * lead + experiment.model.seed % 5,
            "other_circuit_at": others,
            "test_loss_falls_suddenly": 1.0,
        },
    )
    found = states("other-optimisers", made)
    assert {one for id, one in found.items() if id.endswith("forms-before")} == {state}
    assert len(tables("other-optimisers", made)["The phase change by optimiser"]) == len(SETTINGS)


def test_a_run_that_diverged_is_left_out_of_the_claims_about_its_own_optimiser_alone():
    study = STUDIES["other-optimisers"]
    first, *others = records("other-optimisers", study.runs["quick"], lambda _: {})
    notes = {
        claim.id: claim.verdict([first.model_copy(update={"status": "diverged"}), *others]).finding
        for claim in study.claims
    }
    noted = {id for id, text in notes.items() if text.endswith("; 1 run that diverged or is unfinished is left out")}
    assert noted == {"adamw-forms-before", "adamw-falls-suddenly"}
    assert [
        row[2]
        for row in tables("other-optimisers", [first.model_copy(update={"status": "diverged"}), *others])[
            "The phase change by optimiser"
        ]
    ] == ["1", "0", "0", "0"]


def test_the_accuracy_at_the_goal_is_that_of_the_checkpoint_and_not_of_the_metrics(tmp_path):
    planted = planted_transformer(23, RESTRICT.frequencies, d_mlp=128)
    experiment = Experiment(
        task=ModularAddition(p=23),
        data=Data(fraction=0.5),
        model=planted.config,
        training=Training(loss=RESTRICT.name),
    )
    fresh, directory = experiment.model.build(experiment.task), RunDirectory(tmp_path / "run")
    directory.create()
    for step, model in {0: fresh, 25: fresh, 50: planted}.items():
        directory.write_checkpoint(step, {name: one.numpy() for name, one in model.state_dict().items()})
    columns = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
    metrics = [{"step": step, **dict.fromkeys(columns, 0.0)} for step in (40, 60)]
    directory.write_table("metrics", append_rows(empty_table(), metrics))
    directory.write_manifest(new_manifest("run", experiment).model_copy(update={"status": "finished", "step": 50}))
    analysis = analyse(Run(directory.path))
    assert accuracy_at_goal.measure(analysis) == 1.0
    assert own_measure(analysis) == RESTRICT


@pytest.mark.parametrize(
    ("key", "at_goal", "state"),
    [((3.0, 8.0), (0.3, 0.6), "holds"), ((3.0, 3.0), (0.6, 0.3), "fails")],
)
def test_training_on_a_measure_is_compared_with_another_frequency_and_with_plain_runs_of_the_same_seed(
    key, at_goal, state
):
    def values(experiment):
        loss = experiment.training.loss
        where = {CHOOSE.name: (key[0],), CHOOSE_OTHER.name: (key[1],)}
        return {
            "key_frequencies": where.get(loss, (2.0,)),
            "test_accuracy_at_goal": at_goal[0] if loss == RESTRICT.name else at_goal[1] + experiment.model.seed / 1e4,
        }

    study = STUDIES["training-on-measures"]
    found = states("training-on-measures", records("training-on-measures", study.runs["quick"], values))
    assert {found["measures-choose"], found["measures-gamed"]} == {state}
    assert found["measures-forbid"] == "fails", "frequency 2 is key in all arms"


def test_how_much_sooner_is_a_lower_bound_where_the_plain_runs_never_get_there():
    def values(never):
        def of(experiment):
            restricted = experiment.training.loss == RESTRICT.name
            return {"test_90_at": 300.0 if restricted else None if never else 1400.0}

        return of

    study = STUDIES["training-on-measures"]
    (claim,) = (one for one in study.claims if one.id == "measures-hasten")
    open_end, closed = (
        claim.judge(records("training-on-measures", study.runs["quick"], values(never))) for never in (True, False)
    )
    assert (open_end.state, open_end.high) == ("holds", None)
    assert "to open" in open_end.finding
    assert (closed.state, closed.high) == ("holds", pytest.approx(1400 / 300))


def test_of_the_planted_circuit_the_neurons_are_the_multiplier():
    both = multipliers(ModularAddition(p=23), planted_transformer(23, [3, 5], d_mlp=128))
    assert accuracy(both, both.logits) == accuracy(both, both.even) == 1
    assert accuracy(both, both.affine) < 0.1 < turned_accuracy(both, both.affine)
    assert part(both) < 1e-6


# times, to: of the rise on sums and, last, its times on random answers.
@pytest.mark.parametrize(
    ("times", "to", "in_memories", "state"),
    [(3.0, 0.05, 1.1, "holds"), (3.0, 0.005, 1.1, "fails"), (1.1, 0.05, 1.1, "fails"), (3.0, 0.05, 3.0, "undecided")],
)
def test_a_late_change_is_a_rise_that_is_large_is_noticed_and_does_not_come_with_memories(
    times, to, in_memories, state
):
    def values(experiment):
        memory = experiment.task.name == "random_table"
        return {
            "rise_times": in_memories if memory else times,
            "rise_to": to,
            "rise_matrix": "W_K",
            "rise_weights_times": 0.9,
            "rise_weights_beyond_drift": 0.95,
            "rise_test_loss_times": 1.3,
            "rise_test_loss_beyond_drift": 1.1,
            "rise_train_loss_times": 0.8,
            "frequencies_exchanged": 1.0,
            "attention_part": 0.2,
            "attention_part_at_start": 0.21 if memory else 0.3,
            "accuracy_even_attention": 0.9,
            "accuracy_even_attention_control": 1.0,
            "accuracy_affine_neurons": 0.1,
            "accuracy_affine_neurons_control": 0.8,
        }

    made = records("late-change", STUDIES["late-change"].runs["quick"], values)
    found = states("late-change", made)
    assert found.pop("late-change-comes-back") == state
    assert found.pop("late-change-costs") == ("holds" if times > 2 and to >= 0.01 else "undecided")
    assert set(found.values()) == {"holds"}
    assert tables("late-change", made)["The matrix that changes most at that rise"] == [("W_K", "6")]


@pytest.mark.parametrize(("drift", "costs"), [(0.9, "fails"), (0.95, "holds")])
def test_a_change_that_is_no_larger_than_drift_is_no_cost(drift, costs):
    rise = {"rise_times": 3.0, "rise_to": 0.05, "rise_weights_times": 0.9, "rise_weights_beyond_drift": 0.9 / drift}
    loss = {"rise_test_loss_times": 1.3, "rise_test_loss_beyond_drift": 1.2, "rise_train_loss_times": 0.8}
    made = records("late-change", STUDIES["late-change"].runs["quick"], lambda _: rise | loss)
    assert states("late-change", made)["late-change-costs"] == costs


@pytest.mark.parametrize(
    ("lost_to_affine", "lost_to_even", "state"), [(0.8, 0.1, "holds"), (0.8, 0.75, "fails"), (0.1, 0.8, "fails")]
)
def test_a_multiplier_counts_by_what_it_costs_beyond_a_random_change(lost_to_affine, lost_to_even, state):
    values = {
        "accuracy_affine_neurons": 1 - lost_to_affine,
        "accuracy_affine_neurons_control": 1.0,
        "accuracy_even_attention": 0.9 - lost_to_even,
        "accuracy_even_attention_control": 0.9,
    }
    made = records("late-change", STUDIES["late-change"].runs["quick"], lambda _: values)
    assert states("late-change", made)["late-relu-multiplies"] == state


@pytest.mark.parametrize(("late", "state"), [(4.0, "holds"), (1.0, "fails")])
def test_several_tasks_are_compared_within_a_model_and_with_models_of_one_task(late, state):
    def values(experiment):
        names, both = experiment.task.operations, len(experiment.task.operations) > 1
        first = 100.0 + experiment.model.seed % 3
        steps = {"modular_addition": first, "modular_subtraction": first * late * (1 if both or late == 1 else 1.5)}
        if late > 1:
            keys = (3.0, 0.0, 3.0) if both else (1.0, 0.0, 0.0) if names[0] == "modular_addition" else (0.0, 1.0, 0.0)
            steps["modular_addition"] /= 2.0 if both else 1.0
        else:
            keys = (1.0, 2.0, 3.0) if both else (0.0, 1.0, 1.0)
        return {
            "operations_learned_at": tuple(steps[one] for one in names),
            "operations_unlearned_until": tuple(steps[one] / 2 for one in names),
            "operations_accuracy": (1.0,) * len(names),
            "operations_with_key_frequency": keys,
            "operations_neuron_overlap": 0.9 if late > 1 else 0.2,
            "operations_initial_overlap": 0.6,
            "operations_permuted_overlap": 0.3,
        }

    made = records("several-tasks", STUDIES["several-tasks"].runs["quick"], values)
    assert set(states("several-tasks", made).values()) == {state}
    shared = dict(tables("several-tasks", made)["What the two operations share, in the median over seeds"])
    assert shared["key frequencies of both, in one model"].startswith("100%" if late > 1 else "33%")


@pytest.mark.parametrize(
    ("together", "alone", "state"),
    [(300.0, 300.0, "holds"), (150.0, 300.0, "fails"), (150.0, 150.0, "fails"), (300.0, 150.0, "holds")],
)
def test_falls_are_separate_where_one_is_over_before_the_other_begins(together, alone, state):
    def values(experiment):
        names = experiment.task.operations
        begins = {"modular_addition": 50.0, "modular_subtraction": together if len(names) > 1 else alone}
        ends = {"modular_addition": 200.0, "modular_subtraction": 400.0}
        return {
            "operations_learned_at": tuple(ends[one] for one in names),
            "operations_unlearned_until": tuple(begins[one] for one in names),
            "operations_accuracy": (1.0,) * len(names),
            "operations_with_key_frequency": (1.0,),
        }

    made = records("several-tasks", STUDIES["several-tasks"].runs["quick"], values)
    assert states("several-tasks", made)["several-separate"] == state


@pytest.mark.parametrize(("passes", "state"), [(True, "holds"), (False, "fails")])
def test_a_carry_comes_from_the_column_without_which_it_alone_is_lost(passes, state):
    def values(experiment):
        known = dict.fromkeys((name for name in STUDIES["carries"].quantities if "_without_" in name), (0.05, 0.1))
        return known | {
            "carry_without_right": (1.4, 1.6) if passes else (0.3, 0.4),
            "sum_without_own": (1.3, None) if passes else (0.2, None),
            "carry_at_nine_without_further": (1.9, 1.2) if passes else (0.2, 0.1),
            "reach_learned_at": (900.0, 3600.0 if experiment.model.seed % 2 else None) if passes else (900.0, 900.0),
            "neurons_carry": (0.8, 0.9) if passes else (0.4, 0.4),
            "neurons_half": (0.3, 0.3),
            "first_carry_at_nine": 0.1 if passes else 1.2,
            "first_carry_elsewhere": 1.5,
            "attention_to_columns": (0.4, 0.3, 0.0, 0.2),
        }

    made = records("carries", STUDIES["carries"].runs["quick"], values)
    assert set(states("carries", made).values()) == {state}
    losses, passing, learned = tables("carries", made).values()
    assert [row[3][:3] for row in losses] == ["–", "40%", "30%", "0% ", "20%"]
    assert [len(row) for row in (*passing, *learned)] == [3] * 4


@pytest.mark.parametrize(("hindered", "state"), [(True, "holds"), (False, "fails")])
def test_operations_hinder_each_other_where_both_are_learned_alone_and_not_together(hindered, state):
    def values(experiment):
        names, own = experiment.task.operations, experiment.task.own_answers
        unlike = "modular_multiplication" in names and len(names) > 1
        last = None if hindered and unlike and not own else 100.0
        if not hindered and (own or ("modular_subtraction" in names and len(names) == 2)):
            last = None
        early = 100.0 if len(names) == 1 else 400.0 if hindered else 50.0
        return {
            "operations_learned_at": (*[early] * (len(names) - 1), last if len(names) > 1 else early),
            "operations_accuracy": (1.0,) * len(names),
            "operations_neuron_overlap": 0.3 if unlike == hindered else 0.9,
            "operations_permuted_overlap": 0.2,
        }

    made = records("unlike-tasks", STUDIES["unlike-tasks"].runs["quick"], values)
    assert set(states("unlike-tasks", made).values()) == {state}
    learned, overlaps = tables("unlike-tasks", made).values()
    assert [row[1] for row in learned].count("all three operations") == 3
    assert len(overlaps) == 3


@pytest.mark.parametrize(("sooner", "state"), [(True, "holds"), (False, "fails")])
def test_ideal_parts_hasten_the_rest_if_permuted_ones_do_not(sooner, state):
    def values(experiment):
        held = experiment.intervention
        if held.kind == "none":
            step = 300.0
        elif held.shuffled or ({*held.embedding} - {*held.unembedding} and held.unembedding):
            step = None if sooner else 100.0
        else:
            step = (50.0 if held.embedding and held.unembedding else 100.0) if sooner else None
        return {"test_90_at": step, "final_test_accuracy": 1.0 if step else 0.2, "outcome": "grokked"}

    made = records("reinforcement-clamped", STUDIES["reinforcement-clamped"].runs["quick"], values)
    assert set(states("reinforcement-clamped", made).values()) == {state}
    (rows,) = tables("reinforcement-clamped", made).values()
    assert [int(row[1]) for row in rows] == [5] * len(rows)


def test_the_neurons_of_one_operation_overlap_with_themselves_and_not_with_others():
    one = torch.tensor([1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    same, permuted = neuron_overlap(one, 5 * one)
    assert same == pytest.approx(1)
    assert permuted < 0.95
    apart, permuted = neuron_overlap(one, torch.cat([one[4:8], one[:5]]))
    assert apart == 0
    assert permuted > 0.2
    with pytest.raises(Undefined, match="dead"):
        neuron_overlap(one, torch.zeros(9))


@pytest.mark.parametrize(
    ("late", "right", "states_of"), [(3.0, 0.2, ("holds", "holds")), (1.0, 1.0, ("fails", "fails"))]
)
def test_a_frozen_part_is_needed_if_the_model_is_later_or_fails_without_it(late, right, states_of):
    def values(experiment):
        frozen = experiment.intervention.kind == "freeze"
        step = 100.0 + 20 * (experiment.model.seed % 3)
        return {
            "test_90_at": step * late if frozen else step,
            "final_test_accuracy": right if frozen else 1.0,
            "outcome": "grokked",
        }

    made = records("reinforcement", STUDIES["reinforcement"].runs["quick"], values)
    found = states("reinforcement", made)
    assert {state for id, state in found.items() if id.endswith("-later")} == {states_of[0]}
    assert {state for id, state in found.items() if not id.endswith("-later")} == {states_of[1]}
    (rows,) = tables("reinforcement", made).values()
    assert [row[4] for row in rows] == ["1", *[f"{late:.1f} ({late:.1f} to {late:.1f})"] * 5]


@pytest.mark.parametrize(
    ("without", "without_other", "state"), [(0.1, 0.9, "holds"), (0.9, 0.9, "fails"), (0.1, 0.1, "fails")]
)
def test_a_part_is_needed_if_the_others_grow_slowly_without_it_and_not_without_that_of_another_frequency(
    without, without_other, state
):
    def values(experiment):
        k = experiment.setting("intervention.frequency")
        grown = np.linspace(1.0, 2.0, 5)

        def changed(factor):
            return tuple(np.tile(grown * factor, 5))

        return {
            "growth_of_parts": tuple(grown),
            "growth_without_part": changed(without),
            "growth_without_other": changed(without_other),
            "growth_with_double": changed(2 - without),
            "growth_with_other_double": changed(2 - without_other),
            "key_frequencies": (float(k),) if k and state == "holds" else (1.0,),
            "test_90_at": 100.0 if k and state == "holds" else 300.0,
        }

    made = records("reinforcement-gradients", STUDIES["reinforcement-gradients"].runs["quick"], values)
    assert set(states("reinforcement-gradients", made).values()) == {state}
    first, *_ = tables("reinforcement-gradients", made).values()
    assert first[0] == ("embedding", "–", *[f"{without:.1f} ({without_other:.1f})"] * 4)


def test_the_parts_of_all_frequencies_and_the_constant_are_the_whole_of_embedding_and_unembedding():
    model = planted_transformer(7, [2], d_mlp=32).double()
    embedding, unembedding = (model.get_parameter(MATRICES[name]).detach() for name in ("embedding", "unembedding"))
    with torch.no_grad():
        parts = [projections(model, k) for k in (1, 2, 3)]
    operands, logits = embedding[:7], unembedding
    whole = sum(part["embedding"] @ embedding for part in parts)[:7]
    torch.testing.assert_close(whole, operands - operands.mean(0))
    whole = sum(logits @ part["unembedding"] for part in parts)
    torch.testing.assert_close(whole, logits - logits.mean(1, keepdim=True))


def test_growth_is_the_speed_of_the_norm_of_a_part_along_the_gradient():
    task = ModularAddition(p=7)
    model = TransformerConfig(d_model=16, n_heads=2, d_head=4, d_mlp=8).build(task).double()
    train = Examples.of(split(task, Data(fraction=0.8))[0], "cpu")
    growth, (onto, step) = Growth(model, train, task.loss_positions), (projections(model, 2), 1e-6)
    loss = cross_entropy(model(train.tokens, task.loss_positions), train.labels)
    for index, name in enumerate(MATRICES):
        weights = model.get_parameter(MATRICES[name])
        (gradient,) = torch.autograd.grad(loss, weights, retain_graph=True)

        moved = torch.stack([weights - step * gradient, weights])
        now, before = ((onto[name] @ one if name in READING else one @ onto[name]).norm() for one in moved)
        speed = (now - before).item() / step
        assert growth.of(2)[index] == pytest.approx(speed, rel=1e-3, abs=1e-6)
    assert growth.changed(2, "embedding", 2, 1.0) == pytest.approx(growth.of(2))
    without = growth.changed(2, "embedding", 2, 0.0)
    model.embed.W_E.data -= (onto["embedding"] @ model.embed.W_E).detach()
    assert Growth(model, train, task.loss_positions).of(2)[-1] == pytest.approx(without[-1])


@pytest.mark.parametrize(("own", "shape"), [(False, {"tied": True}), (True, {"unembed_bias": True})])
def test_the_grid_of_an_operation_is_the_model_at_its_token(own, shape):
    task = SeveralOperations(p=7, own_answers=own)
    model = TransformerConfig(d_model=16, n_heads=2, d_head=4, d_mlp=8, **shape).build(task)
    universe = Examples.of(task.universe(), "cpu")
    with torch.no_grad():
        logits = model.double()(universe.tokens, task.loss_positions)[:, 0].view(2, 7, 7, -1)
    for index, sign in enumerate((1, -1)):
        grid = operation_grid(model, task, index)
        assert grid.sign == sign
        assert torch.allclose(grid.logits, logits[index][..., task.answers_of(index)])


def held(by):
    """Shares of what is right with each part as at step 0, if this part alone holds the memory."""
    return tuple(0.1 if part == by else 0.6 for part in PARTS)


@pytest.mark.parametrize(("by", "state"), [("attention", "holds"), ("embedding", "fails")])
def test_a_memory_is_held_by_the_part_without_whose_learning_most_is_lost(by, state):
    def values(experiment):
        sums, many = experiment.task.name == "modular_addition", (0.95,) * len(PARTS)
        return {
            "rewound_when_learned": held(by),
            "rewound_when_learned_control": many,
            "rewound_at_the_end": (0.2,) * len(PARTS) if by == "attention" else held(by),
            "rewound_at_the_end_control": many,
            "ablated_when_learned": (0.2, 0.2, 0.9 if sums and by == "attention" else 0.3),
            "ablated_when_learned_control": (0.9,) * 3,
            "ablated_at_the_end": (0.2, 0.1, 0.3 if by == "attention" else 0.9),
            "ablated_at_the_end_control": (0.9,) * 3,
            "test_90_at": 500.0 if sums else None,
            "test_loss_when_learned": 3.0,
            "train_learned_at": 50.0,
        }

    made = records("memory-parts", STUDIES["memory-parts"].runs["quick"], values)
    assert set(states("memory-parts", made).values()) == {state}
    assert len(tables("memory-parts", made)["Right of the train set without what some weights do"]) == 6


def test_sums_that_are_never_only_remembered_say_nothing_about_a_memory_of_sums():
    values = {"rewound_when_learned": held("attention"), "rewound_when_learned_control": (0.9,) * 5}
    values |= {"test_90_at": 50.0, "test_loss_when_learned": 0.5, "train_learned_at": 50.0}
    made = records("memory-parts", STUDIES["memory-parts"].runs["quick"], lambda _: values)
    assert states("memory-parts", made)["memory-rewound-sums"] == "undecided"


def test_a_random_change_is_as_large_as_the_change_that_it_is_the_control_of():
    own, to = {"a": torch.ones(3, 4)}, {"a": torch.zeros(3, 4)}
    changed = moved(own, to)
    assert (changed["a"] - own["a"]).norm() == pytest.approx(12**0.5)
    assert not torch.allclose(changed["a"], to["a"])


def test_without_the_order_of_the_numbers_a_model_gives_both_orders_one_answer():
    task = ModularAddition(p=7)
    model = TransformerConfig(d_model=16, n_heads=2, d_head=4, d_mlp=8).build(task)
    universe = Examples.of(task.universe(), "cpu")
    with torch.no_grad():
        for name, weight in unordered(model).items():
            model.get_parameter(name).copy_(weight)
        logits = model(universe.tokens, task.loss_positions)[:, 0].view(7, 7, 7)
    assert torch.allclose(logits, logits.transpose(0, 1), atol=1e-6)


def test_what_is_right_with_other_weights_leaves_the_model_as_it_is():
    task, model = ModularAddition(p=23), planted_transformer(23, [3, 5], d_mlp=128)
    train = Examples.of(task.universe(), "cpu")
    nothing = {"unembed.W_U": torch.zeros_like(model.get_parameter("unembed.W_U"))}
    assert share_right(model, train, task.loss_positions, {}) == 1
    assert share_right(model, train, task.loss_positions, nothing) == pytest.approx(1 / 23)
    assert share_right(model, train, task.loss_positions, {}) == 1


def test_pairs_share_a_number_in_either_place():
    pairs = torch.tensor([[1, 2], [2, 5], [3, 4], [0, 1]])
    assert share_number(pairs, 0).tolist() == [True, True, False, True]


def test_teaching_one_pair_makes_a_table_by_x_forget_the_pairs_with_that_x():
    class Rows(Model):
        activation_names = ()

        def __init__(self):
            super().__init__()
            self.x = torch.nn.Parameter(torch.eye(7))

        def forward(self, tokens, positions=None, hooks=None):
            return self.x[tokens[:, 0]][:, None]

    task, model = ModularAddition(p=7), Rows()
    pairs = Examples.of(task.universe(), "cpu")
    first = Examples(pairs.tokens, pairs.tokens[:, :1], pairs.component)  # the answer is x
    found = forgotten(model, first, task)
    assert found.others == 0
    assert 6 / 24 <= found.sharing <= 6 / 12, "6 pairs of the 24 that share a number with x, y, or of 12 with x, x"
    assert torch.equal(model.x.detach(), torch.eye(7)), "the model itself is not changed"


@pytest.mark.parametrize(("saved", "lost", "state"), [(0.6, 0.2, "holds"), (1.4, 0.1, "fails")])
def test_symmetric_answers_are_compared_with_as_many_pairs_and_as_many_unordered_pairs(saved, lost, state):
    def values(experiment):
        symmetric, seed = experiment.task.symmetric, experiment.model.seed
        cost = saved if symmetric else 1.0 if experiment.data.fraction == 0.8 else 0.62
        return {
            "weights_at_equal_logits": cost * seed,
            "train_learned_at": 60.0,
            "final_test_accuracy": 0.8 if symmetric and saved < 1 else 0.04,
            "forgotten_sharing": lost,
            "forgotten_others": 0.1,
            "forgotten_sharing_at_random": 0.01,
            "forgotten_others_at_random": 0.01,
        }

    made = records("memory-pairs", STUDIES["memory-pairs"].runs["quick"], values)
    assert set(states("memory-pairs", made).values()) == {state}
    assert len(tables("memory-pairs", made)["What a memory costs"]) == 3


@pytest.mark.parametrize(("times", "state"), [(2.0, "holds"), (1.1, "fails")])
def test_each_frozen_part_is_judged_by_the_same_slow_down(times, state):
    def values(experiment):
        frozen = experiment.intervention.kind == "freeze"
        step = 50.0 + experiment.model.seed % 3
        return {
            "train_learned_at": step * times if frozen else step,
            "final_weights": 100 * experiment.data.fraction**0.5,
        }

    found = states("memory", records("memory", STUDIES["memory"].runs["quick"], values))
    assert found.pop("memory-cost-of-a-pair") == "holds"
    assert len(found) == len(PARTS)
    assert set(found.values()) == {state}


@pytest.mark.parametrize(("sign", "state"), [(1, "holds"), (-1, "fails")])
def test_an_early_warning_tells_whether_and_when_among_runs_on_equally_much_data(sign, state):
    def values(experiment):
        good = sign * (experiment.model.seed % 10)  # seeds from 5 on generalise, the later the earlier
        generalises = experiment.model.seed % 10 >= 5
        scores = {"early_gini": good, "early_excluded_loss": good, "train_learned_at": 50 + good}
        scores |= {"early_test_loss": -good, "early_weights": -good, "early_curvature": -good}
        # More data makes every score look bad: only runs on equally much data may be compared.
        shift = -1000 * experiment.data.fraction
        scores = {name: value + (shift if name == "early_gini" else 0) for name, value in scores.items()}
        lead = 900 if sign > 0 else 300
        return scores | {
            "final_test_accuracy": 1.0 if generalises else 0.3,
            "test_90_at": lead - 10 * (experiment.model.seed % 10) if generalises else None,
        }

    made = records("early-warning", STUDIES["early-warning"].runs["quick"], values)
    assert set(states("early-warning", made).values()) == {state}


def test_the_largest_curvature_by_size_is_found():
    weight = torch.tensor([0.3, -0.2, 0.5], dtype=torch.float64, requires_grad=True)
    loss = (torch.tensor([1.0, -4.0, 2.0]) * weight**2).sum() / 2
    assert top_curvature(loss, [weight]) == pytest.approx(-4, rel=1e-3)
    assert top_curvature((0 * weight**2).sum(), [weight]) == 0
