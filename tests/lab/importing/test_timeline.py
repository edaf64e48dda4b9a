"""The steps of state dicts and curves: those of the file, those of the command, or assumed ones that are listed."""

from pathlib import Path

import pytest

from latebloom import UsageError
from latebloom.analysis.weight_files import SavedState, TrainingFile
from latebloom.analysis.weight_files.curves import Curve, curves_of, series_name
from latebloom.lab.importing.timeline import timeline_of
from latebloom.training.schedule import Schedule


def file(steps: list[int | None], **curves: Curve) -> TrainingFile:
    return TrainingFile(Path("a"), "0" * 64, "a file", tuple(SavedState(step, dict) for step in steps), curves=curves)


def curve(count: int) -> Curve:
    return Curve((1.0,) * count)


@pytest.mark.parametrize(
    ("steps", "counts", "expected"),
    [
        ([0, 50, 100], (3,), (0, 50, 100)),  # as many as checkpoints
        ([0, 50, 100], (101,), tuple(range(101))),  # one per step
        ([0, 100], (101, 11), tuple(range(0, 101, 10))),  # from the first to the last of them  # 11 does not divide 101
        ([99], (100, 10), tuple(range(0, 100, 10))),  # the shorter one spans the same steps
        ([0, 500], (11,), tuple(range(0, 501, 50))),  # from 0 to the last checkpoint
        ([0, 500], (7,), None),
    ],
)
def test_curves_without_steps(
    steps: list[int | None], counts: tuple[int, ...], expected: tuple[int, ...] | None
) -> None:
    names = ("train_losses", "test_losses")
    made = timeline_of(file(steps, **{name: curve(count) for name, count in zip(names, counts)}))
    last = names[len(counts) - 1]
    found = made.series.get(series_name(last) or "")
    assert (None if found is None else tuple(found.step.astype(int))) == expected
    assert (f"steps of {last}" in made.assumed) == (expected is not None) == (last not in made.left_out)


def test_state_dicts_without_steps() -> None:
    listed = timeline_of(file([None, None, None]))
    assert [step for step, _ in listed.states] == [0, 1, 2]
    assert "places" in listed.assumed["steps"]
    said = timeline_of(file([None, None, None]), checkpoints=Schedule.model_validate("100"))
    assert [step for step, _ in said.states] == [0, 100, 200]
    assert not said.assumed
    alone = timeline_of(file([None]))
    assert [step for step, _ in alone.states] == [1]
    assert alone.assumed["step"].startswith("unknown")
    assert [step for step, _ in timeline_of(file([None]), step=7).states] == [7]
    final = timeline_of(file([0, 50, None], train_losses=curve(101)))
    assert [step for step, _ in final.states] == [0, 50, 100]
    dropped = timeline_of(file([0, 50, None]))
    assert [step for step, _ in dropped.states] == [0, 50]
    assert "--step" in dropped.left_out["final weights"]
    with pytest.raises(UsageError, match="after the last checkpoint at 50"):
        timeline_of(file([0, 50, None]), step=20)


@pytest.mark.parametrize(("final", "step"), [(None, 5000), (1000, None), (1000, 5000)])
def test_a_final_step_without_those_before_it(final: int | None, step: int | None) -> None:
    listed, end = file([None, None, final]), step or final
    with pytest.raises(UsageError, match=f"got step {end} of the final weights.*say --recording.checkpoints N"):
        timeline_of(listed, step)
    placed = timeline_of(listed, step, Schedule.model_validate("200"))
    assert [one for one, _ in placed.states] == [0, 200, end]
    with pytest.raises(UsageError, match="after the last checkpoint at 6000"):
        timeline_of(listed, step, Schedule.model_validate("6000"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("train_losses", "train_loss"),
        ("val/acc", "test_accuracy"),
        ("lossTest", "test_loss"),
        ("training_loss_history", "train_loss"),
        ("trig_losses", None),
        ("excluded_train_loss", None),
        ("loss", None),
        ("train_test_loss", None),
    ],
)
def test_names_of_curves(name: str, expected: str | None) -> None:
    assert series_name(name) == expected


def test_curves_in_the_layouts_that_people_have() -> None:
    columns = {"metrics": {"step": [0, 10], "train_loss": [2.0, 1.0]}}
    rows = [{"step": 0, "train_loss": 2.0}, {"step": 5, "val_acc": 0.5}, {"step": 10, "train_loss": 1.0, "val_acc": 1}]
    expected = Curve((2.0, 1.0), (0, 10))
    assert curves_of(columns)["train_loss"] == curves_of(rows)["train_loss"] == expected
    assert curves_of({"train_loss": {0: 2.0, 10: 1.0}})["train_loss"] == expected
    assert curves_of([2.0, 1.0]) == {"train_losses": Curve((2.0, 1.0))}
    assert curves_of(rows)["val_acc"] == Curve((0.5, 1.0), (5, 10))
    assert curves_of({"loss": 1.0, "train_losses": [1.0], "accs": [None, 1.0], "lr": [1.0, 2.0]}) == {}


def test_values_that_no_loss_or_accuracy_has_are_left_out() -> None:
    made = timeline_of(file([0, 1], train_loss=Curve((-1.0, 1.0)), test_acc=Curve((10.0, 99.0))))
    assert not made.series
    assert {"train_loss", "test_acc"} <= made.left_out.keys()


def test_steps_that_the_file_states() -> None:
    losses = [5.0, 4.0, 1.0]
    expected = Curve((5.0, 4.0, 1.0), (0, 100, 500))
    for name in ("Step", "_step", "Global_Step"):
        assert curves_of({name: [0, 100, 500], "train_loss": losses})["train_loss"] == expected
        rows = [{name: step, "train_loss": loss} for step, loss in zip((0, 100, 500), losses)]
        assert curves_of(rows)["train_loss"] == expected
    assert curves_of({"train_loss": {"0": 5, "100": 4, "500": 1}})["train_loss"] == expected
    assert curves_of({"train_loss": {"ce": 5, "reg": 4}}) == {}
    assert curves_of({"train_loss": {"0": 5, "best": 1, "last": 2}}) == {}
    per_batch = {"epoch": [0, 0, 1], "iteration": [0, 100, 500], "train_loss": losses}
    assert curves_of(per_batch)["train_loss"] == expected


def test_rows_that_lack_a_value_keep_their_places() -> None:
    rows = [{"train_loss": 4.0 - i} | ({"test_loss": float(i)} if i % 2 else {}) for i in range(4)]
    curves = curves_of(rows)
    for metrics, steps in ((None, [1, 3]), (Schedule.model_validate("10"), [10, 30])):
        made = timeline_of(file([], **curves), metrics=metrics).series["test_loss"]
        assert made.step.tolist() == steps
        assert made.value.tolist() == [1, 3]


def test_of_a_step_that_comes_twice_the_last_value_counts() -> None:
    rows = [{"step": step, "train_loss": loss} for step, loss in ((0, 4.0), (10, 3.0), (20, 9.0), (20, 2.0), (30, 1.0))]
    columns = {"step": [row["step"] for row in rows], "train_loss": [row["train_loss"] for row in rows]}
    for content in (rows, columns):
        made = timeline_of(file([], **curves_of(content)))
        assert made.series["train_loss"].step.tolist() == [0, 10, 20, 30]
        assert made.series["train_loss"].value.tolist() == [4, 3, 2, 1]
        assert not made.left_out
