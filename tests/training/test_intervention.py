"""Interventions: what they change, bit-identical resuming, and refusal of what a model cannot have."""

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.models import cross_entropy
from latebloom.training import Trainer

THRESHOLD = 2.3
"""Between the losses of an untrained model, so that some are below."""

KINDS = {
    "round_small_losses": {"intervention.kind": "round_small_losses", "intervention.threshold": THRESHOLD},
    "drop_random_examples": {"intervention.kind": "drop_random_examples", "intervention.threshold": THRESHOLD},
    "round_right_answers": {"intervention.kind": "round_right_answers", "intervention.threshold": THRESHOLD},
    "freeze": {"intervention.kind": "freeze", "intervention.weights": "embed.W_E, unembed.W_U"},
}


def gradient(experiment, **settings):
    trainer = Trainer(experiment.with_settings({"training.forward": "plain", **settings}))
    trainer._engine.gradient(0)
    return {name: weight.grad for name, weight in trainer.model.named_parameters()}


def losses(experiment):
    trainer = Trainer(experiment)
    train = trainer.data.train
    logits = trainer.model(train.tokens, experiment.task.loss_positions)
    return trainer.model, logits, train.labels


def test_small_losses_have_no_gradient(tiny):
    model, logits, labels = losses(tiny())
    each = torch.nn.functional.cross_entropy(logits[:, 0].double(), labels[:, 0], reduction="none")
    kept = each[each >= THRESHOLD]
    assert 0 < len(kept) < len(each)
    (kept.sum() / len(each)).backward()
    found = gradient(tiny(), **KINDS["round_small_losses"])
    for name, weight in model.named_parameters():
        torch.testing.assert_close(found[name], weight.grad, atol=1e-7, rtol=1e-4)


def test_of_rounded_right_answers_the_wrong_answers_keep_their_gradients(tiny):
    trainer = Trainer(tiny().with_settings(KINDS["round_right_answers"]))
    _, logits, labels = losses(tiny())
    logits = logits.detach().requires_grad_()
    each = torch.nn.functional.cross_entropy(logits[:, 0].double(), labels[:, 0], reduction="none")
    small = each < THRESHOLD
    trainer._engine._of_chosen(trainer.experiment.intervention.choice(0), logits, labels, 0).backward()
    expected = (logits[:, 0].softmax(-1) - torch.nn.functional.one_hot(labels[:, 0], logits.shape[-1])) / len(labels)
    rows = torch.arange(len(labels))
    assert torch.equal(logits.grad[rows, 0, labels[:, 0]] == 0, small)
    right = torch.nn.functional.one_hot(labels[:, 0], logits.shape[-1]).bool() & small[:, None]
    torch.testing.assert_close(logits.grad[:, 0], expected.masked_fill(right, 0.0), atol=1e-7, rtol=1e-4)


def test_the_control_drops_as_many_but_others(tiny):
    _, logits, labels = losses(tiny())
    each = torch.nn.functional.cross_entropy(logits[:, 0].double(), labels[:, 0], reduction="none").detach()
    choices = {
        name: tiny().with_settings(settings).intervention.choice(seed=0)
        for name, settings in KINDS.items()
        if name != "freeze"
    }
    rounded, random, later = (
        choices["round_small_losses"](each, 3),
        choices["drop_random_examples"](each, 3),
        choices["drop_random_examples"](each, 4),
    )
    assert rounded.sum() == random.sum() == later.sum()
    assert not torch.equal(rounded, random)
    assert not torch.equal(random, later)
    assert torch.equal(random, choices["drop_random_examples"](each, 3))


def test_nothing_below_the_threshold_changes_nothing(tiny):
    plain = gradient(tiny())
    changed = gradient(tiny(), **{**KINDS["round_small_losses"], "intervention.threshold": 1e-9})
    for name, value in plain.items():
        torch.testing.assert_close(changed[name], value, atol=1e-9, rtol=1e-5)


def test_frozen_weights_stay_and_others_move(tiny):
    trainer = Trainer(tiny().with_settings(KINDS["freeze"]))
    before = trainer.weights()
    trainer.advance(5)
    moved = {name for name, value in trainer.weights().items() if not torch.equal(value, before[name])}
    assert not moved & {"embed.W_E", "unembed.W_U"}
    assert {"blocks.0.attn.W_Q", "blocks.0.mlp.W_in"} <= moved


@pytest.mark.parametrize("kind", KINDS)
def test_resuming_gives_the_same_bits(tiny, kind):
    experiment = tiny().with_settings(KINDS[kind])
    whole, first, second = (Trainer(experiment) for _ in range(3))
    whole.advance(8)
    first.advance(4)
    second.load_state(4, first.state())
    second.advance(4)
    assert all(torch.equal(value, second.state()[name]) for name, value in whole.state().items())


def test_no_intervention_is_left_out_of_what_is_stored(tiny):
    assert "intervention" not in tiny().model_dump(mode="json")
    stored = tiny().with_settings(KINDS["freeze"]).model_dump(mode="json")
    assert stored["intervention"] == {"kind": "freeze", "weights": ["embed.W_E", "unembed.W_U"]}
    assert type(tiny()).model_validate(stored).intervention.kind == "freeze"
    again = tiny().with_settings(KINDS["freeze"]).with_settings({"intervention.kind": "none"})
    assert again == tiny()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"intervention.kind": "wish"}, "intervention.kind: got 'wish', expected one of none, round_small_losses"),
        ({"intervention.kind": "round_small_losses", "intervention.threshold": 0}, "intervention.threshold: got 0"),
        (
            {"intervention.kind": "freeze", "intervention.weights": "W_Z"},
            "intervention.weights: got W_Z, expected",
        ),
        ({"intervention.kind": "freeze"}, "intervention.weights: got none, expected some of embed.W_E"),
    ],
)
def test_nonsense_is_refused_in_one_line(tiny, settings, message):
    with pytest.raises(UsageError) as caught:
        Trainer(tiny().with_settings(settings))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_the_reported_loss_is_that_of_all_labels(tiny):
    trainer = Trainer(tiny().with_settings(KINDS["round_small_losses"]))
    _, logits, labels = losses(tiny())
    assert trainer._engine.gradient(0) == pytest.approx(cross_entropy(logits, labels).item(), rel=1e-6)
