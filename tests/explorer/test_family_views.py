"""Views of tasks that are not modular: what the page computes on sequences, against Python, and the data it gets."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from tests.explorer.conftest import Opened, agree

from latebloom.analysis import Analysis
from latebloom.circuits.digits import digit_spectrum
from latebloom.circuits.induction import draw_sequences, head_scores, planted_induction
from latebloom.circuits.skip_trigrams import end_tables, planted_trigrams, skip_trigrams
from latebloom.circuits.skip_trigrams.trigrams import leads, strengths
from latebloom.exports.vocabulary import words
from latebloom.lab.explorer.evidence import Evidence
from latebloom.lab.explorer.examples import COUNT, SEED, SEQUENCES, examples_of, sampled, several_operations
from latebloom.lab.explorer.extra import components
from latebloom.models import LinearConfig, Model, Transformer, TransformerConfig
from latebloom.recipes import RECIPES
from latebloom.runs import Run
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import (
    Data,
    DigitAddition,
    ModularAddition,
    RepeatedSubsequences,
    SeveralOperations,
    SharedFeature,
    SkipTrigrams,
    Task,
)

DRAWN = Data(train_size=64, test_size=64)
REPEATED = RepeatedSubsequences(vocabulary=12, length=22, subsequence=5)
TRIGRAMS = SkipTrigrams(length=6)


def fresh(task: Task, **shape: Any) -> Model:
    """A transformer as training starts with; its queries and keys are large, so that attention is not even."""
    config = TransformerConfig(**{"d_model": 24, "n_heads": 2, "d_head": 12, "qk_init_scale": 2.0, **shape})
    return config.build(task)


def unusual(task: Task, **fields: Any) -> tuple[Task, Model]:
    """A model that differs from the write-up's in these fields; its gains and biases are not 1 and 0 either."""
    model = fresh(task, **fields)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.rsplit(".", 1)[-1].startswith(("b", "w")):
                weight += torch.linspace(-0.5, 0.5, weight.numel()).reshape(weight.shape)
    return task, model


MODELS: dict[str, Callable[[], tuple[Task, Model]]] = {
    "two layers": lambda: (REPEATED, fresh(REPEATED, n_layers=2, d_mlp=0, residual_scale=2.0)),
    "planted heads": lambda: (REPEATED, planted_induction(REPEATED)),
    "digits": lambda: (DigitAddition(digits=3), fresh(DigitAddition(digits=3), d_mlp=40)),
    "trigrams": lambda: (TRIGRAMS, fresh(TRIGRAMS, d_mlp=0)),
    "planted trigrams": lambda: (TRIGRAMS, planted_trigrams(TRIGRAMS)),
    "norms": lambda: unusual(
        DigitAddition(digits=2), n_layers=2, d_mlp=24, norm="layernorm", attention_bias=True, unembed_bias=True
    ),
    "bidirectional": lambda: unusual(REPEATED, attention="bidirectional", norm="layernorm_pre", d_mlp=24, tied=True),
    "no order": lambda: unusual(TRIGRAMS, attention_mix=0.3, positions=False, d_mlp=24, activation="tanh"),
    "with op": lambda: unusual(
        ModularAddition(p=13, operator=True, separate_operands=True), d_mlp=24, activation="gelu"
    ),
    "no =": lambda: unusual(ModularAddition(p=13, equals=False, extra_answers=2), d_mlp=24, activation="gelu_new"),
}


@pytest.fixture(scope="module")
def pages(make_run: Callable[..., Run], open_page: Callable[[Run], Opened]) -> Callable[[str], Opened]:
    """The page of each model by its name, opened once."""
    known: dict[str, Opened] = {}

    def opened(name: str) -> Opened:
        if name not in known:
            task, model = MODELS[name]()
            data = Data(fraction=0.5) if isinstance(task, ModularAddition) else DRAWN
            known[name] = open_page(make_run(name.replace(" ", "-"), task, model.config, {10: model}, data=data))
        return known[name]

    return opened


def exact(page: Opened) -> Transformer:
    """The run's model in float64."""
    model = page.run.checkpoint(10).model.double()
    assert isinstance(model, Transformer)
    return model


@pytest.mark.parametrize("name", MODELS)
def test_sequences_pass_through_the_model_as_in_python(pages: Callable[[str], Opened], name: str) -> None:
    page, model = pages(name), exact(pages(name))
    found = examples_of(Analysis(page.run))
    assert found is not None
    for one in found["sequences"][:3]:
        logits, cache = model.run_with_cache(torch.tensor([one["tokens"]]), one["read"])
        answers = page.ask("sequence-answers", 10, {"tokens": one["tokens"], "read": one["read"]})
        agree(answers["logits"], logits.detach(), "logits")
        agree(answers["probabilities"], logits.detach().softmax(-1), "probabilities")
        attention = page.ask("sequence-attention", 10, {"tokens": one["tokens"]})
        assert (attention["layers"], attention["heads"]) == (len(model.blocks), model.config.n_heads)
        for layer, pattern in enumerate(attention["patterns"]):
            # The last layer of a pass with chosen positions has only these queries.
            _, everywhere = model.run_with_cache(torch.tensor([one["tokens"]]))
            agree(pattern, everywhere[f"blocks.{layer}.attn.hook_pattern"].detach(), f"attention of layer {layer}")
        assert set(cache) == set(everywhere)


def test_a_sequence_that_is_too_long_or_has_an_unknown_token_is_refused(pages: Callable[[str], Opened]) -> None:
    page = pages("digits")
    for tokens, reason in (([0] * 13, "expected at most 12"), ([99], "expected 0 to 11")):
        with pytest.raises(Exception, match=reason):
            page.ask("sequence-attention", 10, {"tokens": tokens})


@pytest.mark.parametrize("name", ["two layers", "planted heads"])
def test_scores_of_heads_are_those_of_latebloom_measure(pages: Callable[[str], Opened], name: str) -> None:
    page = pages(name)
    got, expected = page.ask("head-scores", 10), head_scores(exact(page), draw_sequences(REPEATED, SEQUENCES, SEED))
    named = (("previous", "previous_token"), ("induction", "induction"), ("control", "induction_control"))
    for name_here, name_there in named:
        agree(got[name_here], getattr(expected, name_there), name_here)
    if name == "planted heads":
        assert got["previous"][0] > 0.99
        assert got["induction"][3] > 0.6 > 0.4 > got["control"][3]


@pytest.mark.parametrize("name", ["trigrams", "planted trigrams"])
def test_tables_of_trigrams_as_in_python(pages: Callable[[str], Opened], name: str) -> None:
    page = pages(name)
    got, tables = page.ask("trigram-tables", 10), end_tables(exact(page), TRIGRAMS)
    scores = tables.token_scores - tables.token_scores[:, :10].mean(1, keepdim=True)
    agree(got["scores"], scores.T, "QK")
    agree(got["written"], leads(tables).sum(0), "OV")
    agree(got["arrives"], strengths(tables), "attention × OV")
    strongest = skip_trigrams(tables)
    for quantity in ("qk", "ov", "strength"):
        by_token = [{one["token"]: one[quantity] for one in got["trigrams"]}[one.token] for one in strongest]
        agree(by_token, [getattr(one, quantity) for one in strongest], quantity)


def test_spectrum_of_digits_as_in_python(pages: Callable[[str], Opened]) -> None:
    page = pages("digits")
    expected = digit_spectrum(exact(page).embed.W_E[:10].detach())
    agree(page.ask("digit-spectrum", 10)["fraction"], list(expected.fraction.values()), "share of each frequency")


def test_weights_of_the_linear_model(make_run: Callable[..., Run], open_page: Callable[[Run], Opened]) -> None:
    task = SharedFeature(examples=20)
    config = LinearConfig()
    model = config.build(task)
    page = open_page(make_run("linear", task, config, {10: model}))
    got = page.ask("linear-weights", 10)
    agree(got["own"], model.get_parameter("w_own").detach(), "own weights")
    assert got["shared"] == pytest.approx(float(model.get_parameter("w_shared")), rel=1e-3)
    assert page.page.locator("#view-shared-feature canvas").count() == 2
    assert page.page.locator("#view-attention-patterns").count() == 0


@pytest.mark.parametrize(
    ("name", "own"), [("planted heads", "induction-circuit"), ("digits", "digit-waves"), ("trigrams", "trigrams")]
)
def test_each_page_shows_the_views_of_its_task(pages: Callable[[str], Opened], name: str, own: str) -> None:
    page = pages(name).page
    views = set(page.eval_on_selector_all("[id^='view-']", "all => all.map(one => one.id.slice(5))"))
    assert views >= {"attention-patterns", "sequence-answers", own}
    assert not views & ({"induction-circuit", "digit-waves", "trigrams", "circles", "shared-feature"} - {own})


def test_typed_sums_are_answered(pages: Callable[[str], Opened]) -> None:
    page = pages("digits").page
    card = page.locator("#view-sequence-answers")
    card.get_by_label("First number").fill("999")
    card.get_by_label("First number").press("Enter")
    card.get_by_label("Second number").fill("1")
    card.get_by_label("Second number").press("Enter")
    page.wait_for_function("latebloom.state.step.value === 10 && location.hash.includes('tokens=')")
    assert "tokens=9.9.9.10.0.0.1.11.1.0.0.0" in page.url
    assert card.locator(".answers li").count() == 4


@pytest.mark.parametrize("recipe", ["addition_5", "induction", "skip_trigrams"])
def test_examples_are_right_and_small(make_run: Callable[..., Run], recipe: str) -> None:
    task = RECIPES[recipe]().task
    model = fresh(task, d_mlp=0)
    run = make_run(f"examples-{recipe}", task, model.config, {10: model}, data=DRAWN)
    found = examples_of(Analysis(run))
    assert found is not None
    assert len(json.dumps(found)) <= 20_000
    assert (len(found["vocabulary"]), len(found["answers"])) == (task.d_vocab, task.d_vocab_out)
    for one in found["sequences"]:
        names = [found["vocabulary"][token] for token in one["tokens"]]
        right = [found["answers"][answer] for answer in one["right"]]
        assert len(names) == task.n_ctx
        assert set(one["read"]) <= set(task.loss_positions)
        if recipe == "skip_trigrams":
            assert right == [name for name in names if name.isdigit() and int(name) >= 10]
        else:  # the answer is the next token
            assert right == [names[position + 1] for position in one["read"]]


@pytest.mark.parametrize("own", [False, True])
def test_examples_of_several_operations_name_the_operation(own: bool) -> None:
    task = SeveralOperations(p=5, operations=("modular_addition", "modular_multiplication"), own_answers=own)
    made = several_operations(task)
    assert made.vocabulary == words(task) == ["0", "1", "2", "3", "4", "addition", "multiplication"]
    for (x, y, op), (label,) in zip(made.batch.tokens.tolist(), made.batch.labels.tolist()):
        word = made.vocabulary[op]
        z = (x + y if word == "addition" else x * y) % 5
        assert made.answers[label] == (f"{word} {z}" if own else str(z))


def test_examples_of_a_task_without_a_maker_are_what_it_samples() -> None:
    made = sampled(TRIGRAMS)
    assert made.vocabulary == [str(token) for token in range(TRIGRAMS.d_vocab)]
    assert made.batch.tokens.shape == (COUNT, TRIGRAMS.n_ctx)
    assert np.array_equal(
        made.batch.labels[:, 0], made.batch.tokens.max(1, where=made.batch.tokens < 20, initial=0) - 10
    )


def test_phase_changes_of_parts(make_run: Callable[..., Run]) -> None:
    task, model = MODELS["two layers"]()
    run = make_run("parts", task, model.config, {10: model}, data=DRAWN)
    chance = float(np.log(task.answers))
    falls = {"copy_2": 300, "copy_3": 600}
    rows = []
    for step in range(0, 1000, 10):
        losses = {name: chance / (1 + float(np.exp((step - at) / 20))) for name, at in falls.items()}
        parts = {f"test_loss.{name}": loss for name, loss in losses.items()}
        rows.append({"step": step, "test_loss": sum(losses.values()) / 2, **parts})
    RunDirectory(run.path).write_table("metrics", append_rows(empty_table(), rows))
    found = components(Evidence(Analysis(run)))
    assert found is not None
    for part, (name, at) in zip(found["parts"], falls.items()):
        assert part["column"] == f"test_loss.{name}"
        assert part["change"]["low"] <= at <= part["change"]["high"]
        assert part["onset"]["step"] < at < part["completion"]["step"]
