"""The package as a whole: its public names, its layers."""

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import latebloom as lb

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src"
LAZY = {
    ".".join(file.relative_to(SOURCES).parent.parts)
    for file in SOURCES.rglob("__init__.py")
    if "import_on_use(__name__)" in file.read_text()
}
assert LAZY, "no package imports names on use; the parametrised test below would be empty"
EXTRA = re.compile(r"(?:latebloom|\.)\[([a-z,]+)\]'")


def test_everything_named_can_be_imported() -> None:
    for name in lb.__all__:
        assert getattr(lb, name) is not None


@pytest.mark.parametrize("package", sorted(LAZY))
def test_a_package_names_what_it_imports_on_use(package: str) -> None:
    module = importlib.import_module(package)
    for name, (home, own) in module._homes.items():
        assert name in module.__all__
        own_home = importlib.import_module(f"{home}.{own}" if home == package else home)
        # The second import would put a submodule of that name in the place of what it holds.
        assert getattr(module, name) is (own_home if home == package else getattr(own_home, own))


def test_every_verb_takes_a_run_a_path_or_a_name(tmp_path: Path, tiny) -> None:
    run = lb.train(tiny(20), "a", tmp_path, quiet=True)
    for target in (run, run.path, "a"):
        assert lb.open_run(target, tmp_path) == run
        assert lb.measure(target, root=tmp_path) == run
        assert isinstance(lb.judge(target, tmp_path), dict)
        drawing = lb.figure("training-curve", target, root=tmp_path)
        assert drawing._repr_svg_() == drawing.svg
        assert drawing.save() == run.path / "figures" / "training-curve.svg"
    assert drawing.save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert lb.list_runs(tmp_path) == [run]
    with pytest.raises(lb.UsageError, match="already contains a run"):
        lb.train(tiny(20), "a", tmp_path, resume=False, quiet=True)


def test_a_sweep_from_python(tmp_path: Path) -> None:
    settings = {"task.p": 7, "model.d_model": 16, "model.d_head": 4, "model.d_mlp": 16, "training.steps": 20}
    trained = lb.sweep(
        "small", {"optimiser.betas": [(0.9, 0.98), (0.9, 0.999)]}, "0:2", settings, "s", tmp_path, workers=1, quiet=True
    )
    assert len(trained.runs) == 4
    for target in (trained, trained.path, "s"):
        assert lb.table(target, tmp_path)["status"].to_pylist() == ["finished"] * 4
        assert lb.effects(target, "optimiser.betas", tmp_path).groups[0].runs == 2


def test_a_recipe_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lb.recipes.RECIPES, "_things", dict(lb.recipes.RECIPES._things))

    @lb.register
    def tiny_small(seed: int) -> lb.Experiment:
        return lb.recipe("small", seed).with_settings({"recipe": "tiny_small", "task.p": 7})

    assert lb.recipe("tiny_small", 3).setting("task.p") == 7
    with pytest.raises(lb.UsageError, match="register: got int, expected one of: an UpdateRule"):
        lb.register(3)


def test_ten_lines_of_python(tmp_path: Path, tiny) -> None:
    run = lb.train(tiny(20), root=tmp_path, quiet=True)
    assert lb.train(tiny(20), root=tmp_path, quiet=True).path == run.path
    assert lb.explain(run).key_frequencies is not None
    lb.measure(run)
    assert len(run.metrics.to_pandas()) == 5
    import polars

    assert polars.from_arrow(run.metrics).height == 5
    model = run.checkpoint(10).model
    tokens = lb.circuits.modular.all_pairs(run.task)
    logits, cache = model.run_with_cache(tokens)
    without = model.run_with_hooks(tokens, {"blocks.0.mlp.hook_post": lambda neurons: neurons * 0})
    assert logits.shape == without.shape == (121, 3, 11)
    assert cache["blocks.0.mlp.hook_post"].shape == (121, 3, 32)
    assert "<table>" in lb.explain(run)._repr_html_()


def test_packages_import_only_what_their_layer_allows() -> None:
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_version_stands_in_one_place() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert settings["tool"]["hatch"]["version"]["path"] == "src/latebloom/__init__.py"
    assert "version" not in settings["project"]
    assert f"version: {lb.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_the_workflow_runs_what_ci_runs_on_every_python_that_is_declared() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())["jobs"]
    commands = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert commands["test"] == ["bash .ci/run"]
    assert commands["docs"] == ["make docs"]
    prefix = "Programming Language :: Python :: "
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    versions = [line.removeprefix(prefix) for line in declared if line.startswith(prefix)]
    assert jobs["test"]["strategy"]["matrix"]["python"] == versions
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    made = {
        word for lines in commands.values() for line in lines if line.startswith("make ") for word in line.split()[1:]
    }
    assert made <= targets


def test_messages_and_pages_name_extras_that_exist() -> None:
    extras = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    named = {name for file in files for names in EXTRA.findall(file.read_text()) for name in names.split(",")}
    assert {"figures", "ray", "mlflow"} <= named <= extras


def test_a_function_that_uses_the_package_can_be_sent_to_another_process() -> None:
    """Ray pickles functions of a script with what they name, packages included."""
    cloudpickle = pytest.importorskip("ray.cloudpickle")
    names = {"lb": lb, "__name__": "__main__"}
    exec("def recipe():\n    return lb.recipes.small(3).recipe", names)
    assert cloudpickle.loads(cloudpickle.dumps(names["recipe"]))() == "small"


def test_what_is_named_for_later_is_there() -> None:
    named = re.compile(r'Deferred\(\s*"([\w.]+):(\w+)"')
    places = {place for file in SOURCES.rglob("*.py") for place in named.findall(file.read_text())}
    assert places
    for module, attribute in places:
        assert callable(getattr(importlib.import_module(module), attribute)), (module, attribute)
