"""What the command line says to a typo, to a missing file, and how it completes words in a shell."""

import shutil
import subprocess
from pathlib import Path

import pytest

TYPOS = [
    (["trian", "small"], "did you mean 'train'?"),
    (["train", "smal"], "did you mean 'small'?"),
    (["train", "small", "--optimizer.lr", "1"], "did you mean '--optimiser.lr'?"),
    (["train", "small", "--p", "31"], "did you mean '--task.p'?"),
    (["train", "small", "--weight_decay", "1"], "did you mean '--optimiser.weight_decay'?"),
    (["train", "small", "--batch-size", "1"], "did you mean '--training.batch_size'?"),
    (["train", "small", "--optimiser.weight_dekay", "1"], "did you mean 'weight_decay'?"),
    (["train", "small", "--task.name", "modular_aditon"], "did you mean 'modular_addition'?"),
    (["train", "small", "--stpes", "1"], "did you mean '--steps'?"),
    (["train", "small", "--optimiser.betas", "0.9", "0.999"], "by commas: --optimiser.betas 0.9,0.999"),
    (["figure", "trainingcurve", "{run}"], "did you mean 'training-curve'?"),
    (["explain", "plantd", "--runs", "{run}/.."], "did you mean 'planted'?"),
    (["explain", "{run}", "--stp", "1"], "did you mean '--step'?"),
    (["explain", "no.pth"], "there is no file no.pth"),
    (["import", "no.pth"], "there is no file no.pth"),
    (["claims", "no.pth"], "there is no file no.pth"),
    (["phases", "no.csv"], "there is no file no.csv"),
]


@pytest.mark.parametrize(("arguments", "answer"), TYPOS, ids=lambda value: " ".join(value) if value else "")
def test_a_mistake_gets_an_answer_in_one_line(call, planted_run, arguments: list[str], answer: str) -> None:
    status, out, err = call(*(argument.replace("{run}", str(planted_run.path)) for argument in arguments))
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert answer in err


def test_what_is_like_nothing_gets_no_suggestion(call) -> None:
    assert "did you mean" not in call("frobnicate")[2]
    assert "did you mean" not in call("train", "xyzzy")[2]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_options_recipes_and_runs(call, tmp_path: Path) -> None:
    script = tmp_path / "completion.sh"
    script.write_text(call("completion", "bash")[1])
    (tmp_path / "runs" / "my-run").mkdir(parents=True)

    def completed(*words: str) -> set[str]:
        line = f"COMP_WORDS=(latebloom {' '.join(words)}); COMP_CWORD={len(words)}; _latebloom"
        shell = f'source {script}; {line}; echo "${{COMPREPLY[@]}}"'
        done = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=True)
        return set(done.stdout.split())

    assert completed("rep") == {"report", "reproduce"}
    assert completed("train", "smal") == {"small"}
    assert completed("train", "small", "--optimiser.we") == {"--optimiser.weight_decay"}
    assert completed("explain", "my") == {"my-run"}
