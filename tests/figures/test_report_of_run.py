"""The static page of complete runs, both of one that grokked and of one that did not."""

import json
import re
import shlex

import pytest

from latebloom.figures import FIGURES
from latebloom.lab.comparison import published_rows
from latebloom.lab.report import report
from latebloom.lab.summary import command, summarise
from latebloom.recipes import recipe
from latebloom.recipes.settings import experiment_of
from latebloom.tasks import ModularAddition

MODULAR = [
    name
    for name, figure in FIGURES.items()
    if figure.family in (None, "modular") and figure.fits(ModularAddition()) and figure.needs is None
]


@pytest.fixture(scope="module")
def page(grokked):
    return report(grokked, static=True).read_text()


def test_one_file_that_loads_nothing(page):
    assert "http" not in page
    assert "<script" not in page
    assert "<link" not in page
    assert set(re.findall(r'href="([^"#]{5})', page)) == {"data:"}
    assert set(re.findall(r"url\((.)", page)) == {"#"}


def test_every_figure_is_in_it_and_no_id_comes_twice(page, grokked):
    for name in MODULAR:
        assert f'id="figure-{name}"' in page
        assert f"latebloom figure {name} {grokked.manifest.name}</p>" in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', page))
    assert {first or second for first, second in used} <= set(ids)
    assert page.count("<svg") == page.count('role="img"') == len(MODULAR)


def test_it_describes_the_algorithm_with_this_runs_frequencies(page):
    assert "cos(2 θ)" in page
    assert "cos(5 θ)" in page
    assert "Grokked: the train set reached 99 % accuracy" in page


def test_the_data_are_stored_in_the_run(grokked, page):
    stored = json.loads((grokked.path / "summary.json").read_text())
    assert stored["explanation"]["key_frequencies"] == [2, 5]
    assert [entry["name"] for entry in stored["figures"]] == MODULAR
    assert stored["run"]["command"] is None
    assert all(row["write_up"] is None for row in stored["comparison"])
    assert any(row["control"] for row in stored["ablations"])


def test_a_run_that_never_grokked_is_not_called_grokked(memorised, tmp_path):
    text = report(memorised, tmp_path / "out.html", static=True).read_text()
    assert "The phases could not be separated" in text
    assert "There are no key frequencies" in text
    assert "Memorised: the train set reached" in text
    assert "θ" not in text
    assert text.count("Not drawn: ") == 5
    assert "not defined" in text
    assert str(memorised.path) not in text
    assert not (memorised.path / "summary.json").exists()


def test_summary_is_plain_json(grokked):
    summary = summarise(grokked)
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    assert {row["key"] for row in summary["comparison"]} == {row["key"] for row in published_rows()}


def test_command_repeats_a_recipe_and_what_was_changed():
    usual = recipe("small", 3)
    longer = usual.model_copy(update={"training": usual.training.model_copy(update={"steps": 99})})
    assert command("small", 3, usual.model_dump(mode="json")) == "latebloom train small --seed 3"
    assert command("small", 3, longer.model_dump(mode="json")) == "latebloom train small --seed 3 --training.steps 99"
    assert command("custom", 0, {}) is None


def test_command_repeats_settings_that_the_recipe_does_not_store():
    freeze = ["--intervention.kind", "freeze", "--intervention.weights", "unembed.W_U,blocks.0.attn.W_Q"]
    once = experiment_of("small", 3, [*freeze, "--model.attention_mix", "0.5", "--optimiser.betas", "0.8,0.9"])
    words = shlex.split(command("small", 3, once.model_dump(mode="json")) or "")
    assert words[:5] == ["latebloom", "train", "small", "--seed", "3"]
    assert experiment_of("small", 3, words[5:]) == once
