"""Settings by name: values as Python objects or text, other kinds, and errors in one line."""

from typing import Any

import pytest
from pydantic import ValidationError

from latebloom._errors import UsageError
from latebloom.models import MLPConfig, TransformerConfig
from latebloom.tasks import AnswerTable, Data, GroupComposition, ModularSubtraction
from latebloom.training import Experiment
from latebloom.training.settings import with_present_names


@pytest.mark.parametrize("text", [False, True])
def test_values_are_python_objects_or_text(text: bool) -> None:
    settings: dict[str, Any] = {"optimiser.lr": 1e-3, "task.p": 59, "training.batch_size": None}
    values = {name: str(value) for name, value in settings.items()} if text else settings
    experiment = Experiment().with_settings({"training.batch_size": 8}).with_settings(values)
    assert {name: experiment.setting(name) for name in settings} == settings


def test_another_kind_keeps_what_both_kinds_have_in_any_order() -> None:
    base = Experiment().with_settings({"model.seed": 3, "task.p": 31})
    changes = {"model.d_mlp": 64, "model.kind": "mlp", "task.name": "modular_subtraction"}
    experiment = base.with_settings(changes)
    assert experiment.model == MLPConfig(d_mlp=64, seed=3)
    assert experiment.task == ModularSubtraction(p=31)
    assert base.with_settings(dict(reversed(changes.items()))) == experiment


def test_a_table_is_json_and_has_as_many_rows_as_it_says() -> None:
    group = Experiment().with_settings({"task.name": "group_composition"})
    assert group.task == GroupComposition()
    text = "[[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]]"
    rows = ((0, 1, 2, 3), (1, 0, 3, 2), (2, 3, 0, 1), (3, 2, 1, 0))
    assert group.with_settings({"task.entries": text}).task == GroupComposition(p=4, entries=rows)
    assert group.with_settings({"task.name": "answer_table", "task.entries": rows}).task == AnswerTable(entries=rows)
    assert AnswerTable(entries=rows).p == 4


def test_a_whole_part_can_be_given() -> None:
    assert Experiment().with_settings({"data": Data(fraction=0.5)}).data.fraction == 0.5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimiser.lr": "bad"}, r"optimiser\.lr: got 'bad', expected a valid number"),
        ({"optimiser.lr": -1}, r"optimiser\.lr: got -1, expected greater than 0"),
        ({"task.q": 3}, r"task\.q: no such setting, expected one of name, p"),
        (
            {"model.kind": "mlp", "model.d_head": 4},
            r"model\.d_head: no such setting, expected one of kind, ",
        ),
        (
            {"model.kind": "cnn"},
            r"model\.kind: got 'cnn', expected one of transformer, mlp, bilinear, bits_mlp, clamped, embedding_mlp, "
            "half_planted_trigrams, linear",
        ),
        ({"model.skip": 2}, r"model\.skip: now called model\.residual_scale"),
        ({"model.residual_scale": 2}, r"model\.residual_scale: got 2 with d_mlp 512, expected 1 unless d_mlp is 0"),
        ({"lr": 1}, "lr: no such setting, expected SECTION.FIELD"),
        ({"data.kind": "stream"}, r"training\.batch_size: got none, expected a number"),
        ({"data.fraction": 1e-9}, r"data\.fraction: got 1e-09, which leaves none"),
        ({"task": 3}, "task: got 3, expected"),
        (
            {"task.name": "answer_table", "task.entries": "[[0"},
            r"task\.entries: got '\[\[0', expected rows of answers in JSON",
        ),
        (
            {"task.name": "answer_table", "task.p": 4, "task.entries": "[[0,1,2],[1,2,0],[2,0,1]]"},
            r"task\.entries: got rows and columns of \[3\], expected p = 4 of each",
        ),
    ],
)
def test_a_wrong_setting_is_one_line(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{message}") as caught:
        Experiment().with_settings(settings)
    assert "\n" not in str(caught.value)


def test_a_copy_is_validated() -> None:
    with pytest.raises(ValidationError):
        Experiment().optimiser.model_copy(update={"lr": "bad"})
    with pytest.raises(ValidationError):
        Experiment().model_copy(update={"nonesuch": 1})
    assert Experiment().optimiser.model_copy(update={"lr": "1e-2"}).lr == 0.01


def test_former_names_are_read_from_stored_experiments() -> None:
    stored = Experiment(model=TransformerConfig(d_mlp=0, residual_scale=2.0)).model_dump(mode="json")
    stored["model"]["skip"] = stored["model"].pop("residual_scale")
    assert Experiment.model_validate(stored).setting("model.residual_scale") == 2
    assert with_present_names(stored)["model"]["residual_scale"] == 2


def test_text_that_no_file_can_hold_is_refused() -> None:
    """JSON allows half of a pair of surrogates."""
    with pytest.raises(ValidationError, match=r"recipe: .*expected text that UTF-8 can hold"):
        Experiment(recipe="\ud800")
