"""The page of a run on group composition: planted representations and cosets, and the views in the browser."""

import itertools
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from tests.explorer.conftest import Opened, agree

from latebloom.analysis import Analysis
from latebloom.circuits.groups import planted_cosets, planted_irreps, planted_lookup
from latebloom.lab.explorer import page_of
from latebloom.lab.explorer.captions.representations import excluded
from latebloom.lab.explorer.evidence import Evidence
from latebloom.lab.measure import measure
from latebloom.models import EmbeddingMLP, Transformer, TransformerConfig
from latebloom.runs import Run
from latebloom.tasks import GroupComposition

S4 = GroupComposition(entries="S4", equals=False)
FIXES_THE_LAST = [i for i, one in enumerate(itertools.permutations(range(4))) if one[3] == 3]
OF_WAVES = {"embedding-spectrum", "circles", "neuron-gallery", "logits-fourier", "w-logit", "sparsity", "restricted"}
OF_KEYS = {"restricted", "excluded-by-frequency", "cos-coefficients"}


def page_of_model(make_run: Callable[..., Run], name: str, model: EmbeddingMLP) -> dict[str, Any]:
    return page_of(Analysis(make_run(name, S4, model.config, {0: model, 50: model})))


def text(page: dict[str, Any], view: str) -> str:
    return " ".join(page["captions"].get(view, []))


def test_planted_representations_are_on_the_page(make_run: Callable[..., Run]) -> None:
    page = page_of_model(make_run, "planted", planted_irreps(S4, ["1b", "3b"]))
    found = page["extra"]["representations"]
    assert (found["group"], found["order"], found["abelian"]) == ("S4", 24, False)
    assert [one["name"] for one in found["irreps"]] == ["1b", "2a", "3a", "3b"]
    assert [one["name"] for one in found["irreps"] if one["key"]] == ["1b", "3b"]
    assert "Its key representations are 1b and 3b, whose characters explain" in text(page, "page")
    assert "2 of the 4 representations (without the trivial one) are key: 1b and 3b." in text(page, "representations")
    assert set(page["extra"]["group-neurons"]["irrep"]) <= {"1b", "3b", None}


def test_planted_cosets_are_on_the_page(make_run: Callable[..., Run]) -> None:
    page = page_of_model(make_run, "cosets", planted_cosets(S4, "3a", FIXES_THE_LAST))
    found = page["extra"]["group-neurons"]
    table = np.array(S4.entries)
    for neuron, live in enumerate(found["live"]):
        subgroup = found["subgroups"][found["of_a"][neuron]]
        assert not live or subgroup["order"] == len(FIXES_THE_LAST)
        left = np.array(subgroup["left"])
        # The elements with the number of the identity's coset are a subgroup.
        members = np.flatnonzero(left == left[0])
        assert set(table[np.ix_(members, members)].flat) == set(members)
    assert "Its key representation is 3a, whose character explains" in text(page, "page")


def test_a_model_that_looks_answers_up_has_no_circuit_on_its_page(make_run: Callable[..., Run]) -> None:
    table, rng = np.array(S4.entries), np.random.default_rng(0)
    wrong = rng.random(table.shape) < 0.7
    answers = np.where(wrong, (table + rng.integers(1, 24, table.shape)) % 24, table)
    page = page_of_model(make_run, "lookup", planted_lookup(S4, answers))
    assert "so no representations explain its answers" in text(page, "page")
    assert not any(text(page, view) for view in ("representations", "group-neurons", "cosets", "restricted-irreps"))


def test_an_unknown_guessing_loss_is_left_out() -> None:
    found = {
        "does_task": True,
        "key_dimensions": [2],
        "excluded_loss": {"train": 3.0, "by_irrep": {}},
        "loss": {"train": 1.0, "all": 1.0},
    }

    def said(guessing: float | None) -> str:
        analysis = Mock(**{"phases.guessing": guessing})
        return " ".join(excluded(Mock(spec=Evidence, explanation=found, analysis=analysis)))

    assert said(2.5).endswith("at the last step; guessing has 2.5 nats.")
    assert said(None).endswith("at the last step.")


def test_restricted_loss_without_a_split_is_over_all_pairs(
    make_run: Callable[..., Run], open_page: Callable[[Run], Opened]
) -> None:
    model = planted_irreps(S4, ["3b"])
    run = measure(make_run("no-split", S4, model.config, {0: model, 50: model}))
    measures = run.directory.read_table("measures")
    run.directory.write_table("measures", measures.drop_columns(["restricted_train_loss", "restricted_test_loss"]))
    legend = open_page(run).page.locator("#view-restricted-irreps .legend")
    assert legend.inner_text().split("\n")[0] == "all keys"


@pytest.fixture(scope="module")
def transformer() -> Transformer:
    task = GroupComposition(entries="S3")
    return TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=24).build(task)


@pytest.fixture(scope="module")
def opened(make_run: Callable[..., Run], open_page: Callable[[Run], Opened], transformer: Transformer) -> Opened:
    task = GroupComposition(entries="S3")
    return open_page(measure(make_run("s3", task, transformer.config, {0: transformer, 50: transformer})))


def test_a_group_has_its_own_views_and_none_of_waves(opened: Opened) -> None:
    page = opened.page
    views = set(page.eval_on_selector_all("[id^='view-']", "all => all.map(one => one.id.slice(5))"))
    assert views >= {"representations", "group-neurons", "restricted-irreps", "excluded-irreps", "try-it", "take-apart"}
    assert not views & OF_WAVES
    page.locator("#view-representations table button", has_text="2a").click()
    assert page.evaluate("[latebloom.state.irrep.value, location.hash.includes('irrep=2a')]") == ["2a", True]
    assert page.locator("#view-representations .legend button", has_text="2a").count() > 0


def test_answers_of_a_group_as_in_python(opened: Opened, transformer: Transformer) -> None:
    task = GroupComposition(entries="S3")
    with torch.no_grad():
        logits = transformer(torch.tensor([[2, 3, 6]]), task.loss_positions)[0, 0, :6]
    got = opened.ask("answer", 50, {"x": 2, "y": 3})
    agree(got["logits"], logits - logits.mean(), "logits")
    assert got["right"] == task.entries[2][3]


SIGNS = {
    "S3": [np.linalg.det(np.eye(3)[list(one)]) for one in itertools.permutations(range(3))],
    # The numbers of its elements are not those in whose order it is an addition.
    "C2×C3": [1, 1, 1, -1, -1, -1],
}


@pytest.fixture(scope="module", params=SIGNS)
def of_sign(request: pytest.FixtureRequest, make_run: Callable[..., Run], open_page: Callable[[Run], Opened]) -> Opened:
    """The page of a model that reads nothing but a sign of each element, with even attention."""
    task = GroupComposition(entries=request.param)
    model = TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=24, qk_init_scale=1e-6).build(task)
    with torch.no_grad():
        embedding = model.embed.W_E
        rest = torch.zeros_like(embedding)
        rest[:6, 0] = torch.tensor(SIGNS[request.param])
        embedding.copy_(rest)
    fresh = model.config.build(task)
    return open_page(measure(make_run("signs", task, model.config, {0: fresh, 50: model})))


def test_neurons_in_the_order_of_their_cosets(of_sign: Opened) -> None:
    """All neurons are functions of both signs, so the elements of sign 1 are their subgroup, with two cosets."""
    found = of_sign.page.evaluate("latebloom.page().extra['group-neurons']")
    assert {found["subgroups"][at]["order"] for at, live in zip(found["of_a"], found["live"], strict=True) if live} == {
        3
    }
    card = of_sign.page.locator("#view-group-neurons")
    card.scroll_into_view_if_needed()
    card.locator(".enlarged canvas").first.wait_for()
    said = "the cosets of a subgroup of order 3 for each operand explain at least 95 % of the variance"
    assert said in card.inner_text()
    assert "explain 100 % of its variance" in card.inner_text()


def test_no_key_frequencies_are_asked_of_a_group(of_sign: Opened) -> None:
    views = set(of_sign.page.eval_on_selector_all("[id^='view-']", "all => all.map(one => one.id.slice(5))"))
    assert not views & OF_KEYS
    assert "no key frequenc" not in of_sign.page.locator("main").inner_text()


def test_representations_are_listed_by_the_last_checkpoint(of_sign: Opened) -> None:
    keys, columns = of_sign.page.evaluate(
        "[latebloom.page().extra.representations.irreps, latebloom.page().measures.columns]"
    )
    assert not any(one["key"] for one in keys)
    first, last = (
        sorted((one["name"] for one in keys), key=lambda name: -columns[f"character_similarity.{name}"][at])
        for at in (0, -1)
    )
    listed = of_sign.page.locator("#view-representations tbody tr").all_inner_texts()
    assert first != last
    assert [row.split()[0] for row in listed] == last
