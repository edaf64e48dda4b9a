from pathlib import Path
from typing import Any

import pandas
import pytest
import torch
from safetensors.torch import save_file

from latebloom._errors import DamagedFileError, LatebloomError, UsageError
from latebloom.circuits.modular import Explanation
from latebloom.circuits.modular.planted_transformer import planted_transformer
from latebloom.lab.explain import ablate, explain
from latebloom.models import Transformer
from latebloom.runs import Run


class Bomb:
    """Pickles to something that would write a file when loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple:
        return (Path.touch, (self.mark,))


def published(model: Transformer) -> dict[str, torch.Tensor]:
    """The layout of the published runs: transposed, with a column for `=` and a mask."""
    state = model.state_dict()
    flipped = {
        name: value.T.contiguous() if name.endswith(("W_E", "W_in", "W_out")) else value
        for name, value in state.items()
    }
    for part in ("Q", "K", "V"):
        flipped[f"blocks.0.attn.W_{part}"] = state[f"blocks.0.attn.W_{part}"].transpose(1, 2).contiguous()
    flipped["blocks.0.attn.W_O"] = state["blocks.0.attn.W_O"].flatten(0, 1).T.contiguous()
    flipped["unembed.W_U"] = torch.cat([state["unembed.W_U"], torch.full((model.config.d_model, 1), 5.0)], dim=1)
    return flipped | {"blocks.0.attn.mask": torch.ones(3, 3).tril()}


def by_path(explanation: Explanation) -> tuple[dict[str, float], dict[str, Any]]:
    """All values by path: fractional numbers, and the others."""
    (row,) = pandas.json_normalize(explanation.model_dump(mode="json")).to_dict("records")
    numbers = {name: value for name, value in row.items() if isinstance(value, float)}
    return numbers, {name: value for name, value in row.items() if name not in numbers}


@pytest.fixture(scope="module")
def model() -> Transformer:
    return planted_transformer(19, [2, 5, 7], sign=-1)


def test_a_published_file_reads_like_our_own(tmp_path: Path, model: Transformer) -> None:
    torch.save({"model": published(model), "train_losses": [1.0]}, tmp_path / "published.pth")
    torch.save(model.state_dict(), tmp_path / "own.pth")
    save_file(dict(model.state_dict()), tmp_path / "own.safetensors")
    one, two, three = (explain(tmp_path / name) for name in ("published.pth", "own.pth", "own.safetensors"))
    assert one.key_frequencies == [2, 5, 7]
    assert one.task == "modular_subtraction"
    assert two == three
    same = one.model_copy(update={"sum_squared_weights": two.sum_squared_weights})
    # One more column in a product may change the last bits of the others, by processor.
    (numbers, rest), (expected, others) = by_path(same), by_path(two)
    assert rest == others
    assert numbers == pytest.approx(expected, rel=1e-12)
    assert one.sum_squared_weights == pytest.approx(two.sum_squared_weights + 25 * model.config.d_model)


def test_a_run_is_explained_at_any_checkpoint(planted_run: Run) -> None:
    assert explain(planted_run).key_frequencies == [3, 5, 9]
    assert explain(planted_run.path, step=0).key_frequencies == []
    assert explain("planted", root=planted_run.path.parent).loss.train is not None
    assert explain(planted_run, rule="embedding").key_frequencies == [3, 5, 9]
    with pytest.raises(UsageError, match="expected one of neurons, embedding, w_logit"):
        explain(planted_run, rule="taste")


def test_the_contract_of_the_json(planted_run: Run) -> None:
    explanation = explain(planted_run).model_dump(mode="json")
    agreed = [
        "task", "p", "does_task", "assumed", "accuracy", "loss", "key_frequencies", "embedding", "neurons", "logits",
        "restricted_loss", "excluded_loss", "sum_squared_weights",
    ]  # fmt: skip
    assert [name for name in explanation if name in agreed] == agreed
    assert (explanation["does_task"], explanation["assumed"]) == (True, {})
    assert list(explanation["loss"]) == list(explanation["restricted_loss"]) == ["all", "train", "test"]
    assert list(explanation["excluded_loss"]) == ["all", "train", "by_frequency"]
    assert list(explanation["embedding"]) == ["fraction", "gini"]
    assert list(explanation["neurons"]) == ["live", "clustered_fraction", "clusters"]
    wanted = ["cos_coefficients", "fve_cos_fit", "loss_cos_fit", "fve_trig_directions"]
    assert list(explanation["logits"]) == wanted


def test_other_files_are_refused(tmp_path: Path, model: Transformer) -> None:
    mark = tmp_path / "executed"
    torch.save({"model": Bomb(mark)}, tmp_path / "bomb.pth")
    torch.save(model.state_dict(), tmp_path / "whole.pth")
    (tmp_path / "cut.pth").write_bytes((tmp_path / "whole.pth").read_bytes()[:2000])
    save_file(dict(model.state_dict()), tmp_path / "whole.safetensors")
    (tmp_path / "cut.safetensors").write_bytes((tmp_path / "whole.safetensors").read_bytes()[:2000])
    (tmp_path / "empty.pth").touch()
    (tmp_path / "text.pth").write_text("not a state dict")
    torch.save([1, 2], tmp_path / "list.pth")
    torch.save({"a": torch.ones(2)}, tmp_path / "other.pth")
    for name in ("bomb.pth", "cut.pth", "cut.safetensors", "empty.pth", "text.pth", "list.pth", "other.pth"):
        with pytest.raises(LatebloomError, match=name) as error:
            explain(tmp_path / name)
        assert error.value.exit_status == 2
        assert "\n" not in str(error.value)
    assert not mark.exists()
    with pytest.raises(DamagedFileError, match="would run code"):
        explain(tmp_path / "bomb.pth")


def test_a_file_of_a_whole_run_is_read_at_any_step(tmp_path: Path, model: Transformer) -> None:
    first = {name: value * 0 for name, value in model.state_dict().items()}
    whole = {"state_dicts": [first, model.state_dict()], "epochs": [0, 100], "config": {"p": 19}}
    torch.save(whole, tmp_path / "run.pth")
    assert explain(tmp_path / "run.pth").key_frequencies == [2, 5, 7]
    first_step = explain(tmp_path / "run.pth", step=0)
    assert (first_step.does_task, first_step.neurons) == (False, None)
    with pytest.raises(UsageError, match="the nearest are 0, 100"):
        explain(tmp_path / "run.pth", step=50)
    torch.save({"state_dict": model.state_dict()}, tmp_path / "one.pth")
    with pytest.raises(UsageError, match="does not say which steps it holds"):
        explain(tmp_path / "one.pth", step=0)


def test_logits_that_overflow_are_refused(tmp_path: Path, model: Transformer) -> None:
    torch.save({name: value.double() * 1e200 for name, value in model.state_dict().items()}, tmp_path / "huge.pth")
    with pytest.raises(UsageError, match="not finite"):
        explain(tmp_path / "huge.pth")


def test_ablations_have_controls(planted_run: Run) -> None:
    table = {ablation.name: ablation for ablation in ablate(planted_run)}
    dropped = table["logits: key directions"]
    assert dropped.control is not None
    assert dropped.loss < 1e-3 < dropped.control.min
