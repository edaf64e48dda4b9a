"""The task of a model is read off its answers: found where it was planted, and no task where there is none."""

from typing import Any

import numpy as np
import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.family import Reading, Tokens, explain, family_of
from latebloom.circuits.modular import planted_operation, planted_transformer
from latebloom.circuits.modular.answers import read_operation
from latebloom.circuits.modular.unknown import UnknownExplanation
from latebloom.measures import Snapshot
from latebloom.models import MLPConfig, Model, TransformerConfig
from latebloom.tasks import (
    AnswerTable,
    GroupComposition,
    ModularAddition,
    ModularDivision,
    ModularMultiplication,
    ModularQuadratic,
    ModularSubtraction,
    ModularTask,
)
from latebloom.tasks.groups.families import cyclic, dihedral, product

P = 13
TOKENS = Tokens({"p": P}, p_known=True)


class ThriceThenAdd(ModularTask):
    """An operation of another package."""

    def answer(self, x, y):
        return (3 * x + y) % self.p


class Answering(Model):
    """A model that looks its answers up in a table, whose further rows and columns are extra tokens and outputs."""

    activation_names = ()

    def __init__(self, table: np.ndarray) -> None:
        super().__init__()
        self.table = torch.from_numpy(table)

    def forward(self, tokens, positions=None, hooks=None):
        answers = self.table[tokens[:, 0], tokens[:, 1]]
        return torch.nn.functional.one_hot(answers, len(self.table)).double()[:, None]


def read(model: Model, tokens: Tokens = TOKENS, name: str | None = None) -> Reading:
    """The reading of a model of a modular task."""
    found = read_operation(model, tokens, name)
    assert found is not None
    return found


def explained(found: Reading) -> Any:
    family = family_of(found.task)
    snapshot = Snapshot(
        found.model, found.task, basis_of=family.own_basis(), forward=family.forward, answers=found.answers
    )
    return explain(snapshot)


@pytest.mark.parametrize("kind", [ModularAddition, ModularSubtraction, ModularMultiplication, ModularDivision])
def test_a_planted_operation_is_found_and_explained_at_its_frequencies(kind: type[ModularTask]) -> None:
    task = kind(p=P)
    found = read(planted_operation(task, [1, 3]))
    assert found.task == task
    explanation = explained(found)
    assert (explanation.does_task, explanation.key_frequencies) == (True, [1, 3])
    # Pairs with the 0 of x · y and x / y are not planted.
    form = task.cyclic_form
    assert form is not None
    assert explanation.accuracy >= form.order**2 / len(task.pairs()[0])
    assert explanation.agreement[task.name] == explanation.accuracy
    logarithms = kind in (ModularMultiplication, ModularDivision)
    assert (explanation.order is not None) == logarithms
    if logarithms:
        assert "discrete logarithms mod 13 to the base 2" in dict(explanation.rows())["order of the numbers"]


@pytest.mark.parametrize("task", [ModularQuadratic(p=P), ThriceThenAdd(p=P)])
def test_every_registered_operation_is_tried(task: ModularTask) -> None:
    assert read(Answering(task.table())).task == task


def test_half_of_the_pairs_must_be_right() -> None:
    right, wrong = ModularSubtraction(p=P).table(), np.random.default_rng(0).permutation(P * P).reshape(P, P)
    for share, does in ((0.52, True), (0.48, False)):
        table = np.where(wrong < share * P * P, right, (right + 1 + wrong % 3) % P)
        assert (read(Answering(table)).answers.reason == "") == does  # type: ignore[union-attr]


def shuffled(p: int, sign: int, rng: np.random.Generator) -> AnswerTable:
    numbers, answers = rng.permutation(p), rng.permutation(p)
    return AnswerTable(p=p, entries=answers[(numbers[:, None] + sign * numbers) % p])


@pytest.mark.parametrize("sign", [1, -1])
def test_tokens_in_another_order_are_explained_in_that_of_the_group(sign: int) -> None:
    task = shuffled(P, sign, np.random.default_rng(0))
    explanation = explained(read(planted_operation(task, [1, 3])))
    assert isinstance(explanation, UnknownExplanation)
    assert not explanation.does_task
    assert explanation.accuracy < 0.2
    assert explanation.in_order is not None
    assert explanation.in_order.order.sign == sign
    inner = explanation.in_order.explanation
    assert (inner.does_task, inner.accuracy) == (True, 1)
    assert inner.logits.fve_cos_fit == pytest.approx(1, abs=1e-3)
    # The order is known up to a factor, which the frequencies share: their ratio, up to its inverse and sign, is kept.
    first, second = inner.key_frequencies
    ratios = {s * r % P for r in (3, pow(3, -1, P)) for s in (1, -1)}
    assert second * pow(first, -1, P) % P in ratios


def test_a_group_is_found_by_its_table() -> None:
    rng = np.random.default_rng(1)
    order = rng.permutation(14)
    place = np.argsort(order)
    table = order[dihedral(7)[place[:, None], place]]
    found = read(Answering(table), Tokens({"p": 14}, p_known=True))
    assert isinstance(found.task, GroupComposition)
    np.testing.assert_array_equal(found.task.table(), table)
    assert read(Answering(table), Tokens({"p": 14}), "group_composition").task == found.task
    with pytest.raises(UsageError, match="no group's table"):
        read(Answering(np.zeros((14, 14), int)), Tokens({"p": 14}), "group_composition")


@pytest.mark.parametrize(("k", "n"), [(2, 4), (3, 3), (2, 6)])
def test_a_group_that_is_half_an_operation_is_a_group(k: int, n: int) -> None:
    table = product(cyclic(k), cyclic(n))
    found = read(Answering(table), Tokens({"p": k * n}, p_known=True))
    assert found.task == GroupComposition(p=k * n, entries=table)
    assert found.answers is not None
    shares = found.answers.agreement
    # x + y mod kn carries from b to a, the group does not: they differ on the n(n - 1)/2 of n² pairs that carry.
    assert shares["modular_addition"] == pytest.approx((n + 1) / (2 * n))
    assert shares["group_composition"] == 1


@pytest.mark.parametrize("share", [0.6, 0.8, 0.99])
@pytest.mark.parametrize("kind", [ModularAddition, ModularSubtraction, ModularMultiplication])
def test_no_group_takes_the_place_of_an_operation_with_errors(kind: type[ModularTask], share: float) -> None:
    rng = np.random.default_rng(5)
    right = kind(p=P).table()
    table = np.where(rng.random((P, P)) < share, right, rng.integers(P, size=(P, P)))
    assert read(Answering(table)).task == kind(p=P)


NOTHING = {
    "random": lambda: Answering(np.random.default_rng(2).integers(P, size=(P, P))),
    "constant": lambda: Answering(np.zeros((P, P), int)),
    "memorised a third": lambda: Answering(
        np.where(
            np.random.default_rng(3).random((P, P)) < 0.3,
            ModularAddition(p=P).table(),
            np.random.default_rng(4).integers(P, size=(P, P)),
        )
    ),
    "untrained transformer": lambda: TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=32).build(
        ModularAddition(p=P)
    ),
    "untrained MLP": lambda: MLPConfig(d_mlp=32).build(ModularAddition(p=P)),
}


@pytest.mark.parametrize("name", NOTHING)
@pytest.mark.parametrize("p_known", [True, False])
def test_nothing_is_found_where_nothing_is(name: str, p_known: bool) -> None:
    found = read(NOTHING[name](), Tokens({"p": P}, p_known=p_known))
    assert found.answers is not None
    assert found.answers.reason.startswith("does none of these on more than ")
    assert found.answers.in_order is None
    with pytest.raises(UsageError, match="does none of these"):
        Snapshot(found.model, found.task, answers=found.answers).task_as(ModularAddition)


def test_an_explanation_without_a_task_has_no_figures_that_suppose_one() -> None:
    explanation = explained(read(NOTHING["untrained transformer"]()))
    stored = explanation.model_dump(mode="json")
    assert stored["does_task"] is False
    supposing = ("task", "key_frequencies", "embedding", "neurons", "heads", "logits", "clock_or_pizza", "in_order")
    assert {stored[name] for name in supposing} == {None}
    assert set(stored["loss"].values()) | set(stored["restricted_loss"].values()) == {None}
    assert stored["accuracy"] == max(stored["agreement"].values()) < 0.3
    first = explanation.rows()[0]
    assert first == ("does the task", f"no: it {stored['reason']}")
    assert stored["reason"].endswith("and its answers are no group's table")


def test_a_constant_answer_does_not_count_as_an_operation_with_few_answers() -> None:
    # Half of the products mod 4 are 0.
    found = read(Answering(np.zeros((4, 4), int)), Tokens({"p": 4}, p_known=True))
    assert found.answers is not None
    assert found.answers.agreement["modular_multiplication"] == 0.5
    assert found.answers.reason


def test_a_smaller_modulus_and_other_numbers_of_the_tokens_are_found() -> None:
    model = planted_transformer(P, [1, 3])
    E, U = model.embed.W_E.detach(), model.unembed.W_U.detach()
    extra = TransformerConfig(**model.config.model_dump(exclude={"kind"})).build(
        ModularAddition(p=P, extra_tokens=2, extra_answers=2)
    )
    state = model.state_dict()
    junk = 0.01 * torch.randn(2, E.shape[1], generator=torch.Generator().manual_seed(0))
    for rows in (torch.cat([E, junk]), torch.cat([E[:P], junk, E[P:]])):  # `=` before or after the unused tokens
        extra.load_state_dict(
            state | {"embed.W_E": rows, "unembed.W_U": torch.cat([U, 0 * U[:, :2]], 1)},
        )
        found = read(extra, Tokens({"p": P + 2}))
        assert isinstance(found.task, ModularAddition)
        assert (found.task.p, found.assumed["p"]) == (P, P)
        assert explained(found).key_frequencies == [1, 3]
    in_front = planted_transformer(P, [1, 3])
    in_front.load_state_dict(state | {"embed.W_E": torch.cat([E[P:], E[:P]])})
    found = read(in_front)
    assert found.task == ModularAddition(p=P)
    assert found.assumed == {"numbers of the tokens": "numbers from 1 on"}
    assert explained(found).accuracy == 1


def test_answers_that_are_not_numbers_are_refused() -> None:
    model = planted_transformer(P, [1, 3])
    with torch.no_grad():
        model.unembed.W_U[0, 0] = torch.inf
        model.embed.W_E[0] = torch.inf
    with pytest.raises(UsageError, match="not finite numbers"):
        read(model)
