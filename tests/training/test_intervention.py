"""Interventions: what they change, bit-identical resuming, and refusal of what a model cannot have."""

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.fourier import basis_rows, transform
from latebloom.models import cross_entropy
from latebloom.training import Trainer

THRESHOLD = 2.3
"""Between the losses of an untrained model, so that some are below."""

KINDS = {
    "round_small_losses": {"intervention.kind": "round_small_losses", "intervention.threshold": THRESHOLD},
    "drop_random_examples": {"intervention.kind": "drop_random_examples", "intervention.threshold": THRESHOLD},
    "round_right_answers": {"intervention.kind": "round_right_answers", "intervention.threshold": THRESHOLD},
    "freeze": {"intervention.kind": "freeze", "intervention.weights": "embed.W_E, unembed.W_U"},
    "clamp_waves": {
        "intervention.kind": "clamp_waves",
        "intervention.embedding": "1,3",
        "intervention.unembedding": "2",
    },
    "fewer_examples": {"intervention.kind": "fewer_examples", "intervention.from_step": 3, "intervention.kept": 0.25},
    "transplant": {"intervention.kind": "transplant", "intervention.weights": "embed.W_E", "intervention.donor": 5},
    "swap_frequencies": {"intervention.kind": "swap_frequencies", "intervention.frequencies": "1, 3"},
    "prune": {"intervention.kind": "prune", "intervention.neurons": "0, 3, 5"},
    "amplify": {"intervention.kind": "amplify", "intervention.frequency": 2, "intervention.count": 3},
    "amplify_wave": {"intervention.kind": "amplify_wave", "intervention.frequency": 2, "intervention.factor": 3},
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
        if "intervention.threshold" in settings
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


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_clamped_part_is_ideal_from_the_first_step_to_the_last(tiny, shuffled):
    settings = {**KINDS["clamp_waves"], "intervention.shuffled": shuffled}
    plain, clamped = Trainer(tiny()).model, Trainer(tiny().with_settings(settings))
    before = clamped.weights()
    clamped.advance(5)
    p, after = plain.cfg.d_vocab_out, clamped.model
    parts = (
        (plain.embed.W_E[:p], after.embed.W_E[:p], [1, 3]),
        (plain.unembed.W_U.T, after.unembed.W_U.T, [2]),
    )
    for initial, held, chosen in parts:
        rows = [row for k in chosen for row in basis_rows(k, p)]
        waves = transform(held.detach(), (0,))
        other = [row for row in range(p) if row not in rows]
        assert (waves[other].norm() < 1e-5 * held.norm()) != shuffled
        torch.testing.assert_close(held.norm(), initial.norm())
        assert torch.linalg.matrix_rank(held.detach()) == len(rows)
        singular = torch.linalg.svdvals(held.detach())[: len(rows)]
        torch.testing.assert_close(singular, singular.mean().expand(len(rows)))
    moved = {name for name, value in clamped.weights().items() if not torch.equal(value, before[name])}
    assert not moved & {"embed.W_E", "unembed.W_U"}
    assert {"pos_embed.W_pos", "blocks.0.mlp.W_in"} <= moved
    assert torch.equal(after.embed.W_E[p:], plain.embed.W_E[p:])


@pytest.mark.parametrize("optimiser", ["adamw", "adam", "sgd", "lion", "sign_descent", "muon", "norm_constrained"])
def test_held_weights_train_on_the_fast_path_as_on_the_plain_one(tiny, optimiser):
    settings = {**KINDS["freeze"], "optimiser.name": optimiser, "optimiser.weight_decay": 0.5, "optimiser.l1": 1e-4}
    fast, plain = (
        Trainer(tiny().with_settings({**settings, "training.forward": forward})) for forward in ("auto", "plain")
    )
    assert type(fast._engine) is not type(plain._engine)
    for trainer in (fast, plain):
        trainer.advance(10)
        trainer.model.unembed.W_U.data *= 2  # they stay at what they are, whatever has put them there
        trainer.advance(10)
    for name, value in plain.weights().items():
        torch.testing.assert_close(fast.weights()[name], value, atol=2e-4, rtol=1e-3)
    assert torch.equal(fast.weights()["unembed.W_U"], plain.weights()["unembed.W_U"])


def test_fewer_examples_drop_the_same_ones_at_every_step_from_theirs_on(tiny):
    choice = tiny().with_settings(KINDS["fewer_examples"]).intervention.choice(seed=0)
    losses = torch.zeros(40)
    assert choice(losses, 2).all()
    assert choice(losses, 3).sum() == 10
    assert torch.equal(choice(losses, 3), choice(losses, 900))
    assert choice(torch.zeros(1), 3).sum() == 1
    with pytest.raises(UsageError, match=r"training\.batch_size 8, expected none, a full batch"):
        tiny().with_settings({**KINDS["fewer_examples"], "training.batch_size": 8})


@pytest.mark.parametrize("forward", ["auto", "plain"])
def test_pruned_neurons_stay_out_and_the_others_train_as_if_they_were_alone(tiny, forward):
    kept = [0, 3, 5]
    pruned = Trainer(tiny().with_settings({**KINDS["prune"], "training.forward": forward}))
    alone = Trainer(tiny().with_settings({"model.d_mlp": len(kept), "training.forward": forward}))
    weights = pruned.weights()
    for name in ("W_in", "b_in", "W_out"):
        value = weights[f"blocks.0.mlp.{name}"]
        weights[f"blocks.0.mlp.{name}"] = value[:, kept] if name == "W_in" else value[kept]
    alone.model.load_state_dict(weights)
    for trainer in (pruned, alone):
        trainer.advance(20)
    found = pruned.weights()
    assert found["blocks.0.mlp.W_in"].count_nonzero(0).nonzero().flatten().tolist() == kept
    torch.testing.assert_close(found["blocks.0.mlp.W_out"][kept], alone.weights()["blocks.0.mlp.W_out"])


def test_amplified_neurons_respond_so_much_more_to_that_frequency_alone(tiny):
    before, after = (Trainer(tiny().with_settings(settings)).model for settings in ({}, KINDS["amplify"]))
    p, attn = before.cfg.d_vocab_out, before.blocks[0].attn
    angle = 2 * torch.pi * 2 * torch.arange(p) / p
    waves = torch.stack([angle.cos(), angle.sin()])
    reaching = waves @ before.embed.W_E[:p] @ sum(v @ o for v, o in zip(attn.W_V, attn.W_O))
    was, now = (model.blocks[0].mlp.W_in.detach() for model in (before, after))
    torch.testing.assert_close((reaching @ now)[:, :3], 4 * (reaching @ was)[:, :3], rtol=1e-3, atol=1e-4)
    unreached = torch.eye(len(was)) - torch.linalg.pinv(reaching) @ reaching
    torch.testing.assert_close(unreached @ now, unreached @ was, rtol=1e-3, atol=1e-5)
    assert torch.equal(now[:, 3:], was[:, 3:])


def test_transplanted_weights_are_those_of_the_other_seed(tiny):
    host, donor, mixed = (
        Trainer(tiny().with_settings(settings)).weights() for settings in ({}, {"model.seed": 5}, KINDS["transplant"])
    )
    for name, weight in mixed.items():
        assert torch.equal(weight, (donor if name == "embed.W_E" else host)[name])
        assert not weight.any() or not torch.equal(host[name], donor[name])


def test_two_frequencies_swap_what_the_embedding_has_of_them(tiny):
    was, now = (Trainer(tiny().with_settings(settings)).model for settings in ({}, KINDS["swap_frequencies"]))
    p = was.cfg.d_vocab_out
    one, other = [1, 2], [5, 6]
    before, after = (transform(model.embed.W_E.detach()[:p].double(), (0,)) for model in (was, now))
    swapped = before.clone()
    swapped[one + other] = before[other + one]
    torch.testing.assert_close(after, swapped, atol=1e-6, rtol=1e-5)
    assert torch.equal(was.embed.W_E[p:], now.embed.W_E[p:])


def test_an_amplified_wave_is_so_much_larger_in_the_embedding_and_nothing_else_changes(tiny):
    before, after = (Trainer(tiny().with_settings(settings)).model for settings in ({}, KINDS["amplify_wave"]))
    p = before.cfg.d_vocab_out
    was, now = (transform(model.embed.W_E.detach()[:p], (0,)) for model in (before, after))
    wave = list(basis_rows(2, p))
    was[wave] *= 3
    torch.testing.assert_close(now, was, rtol=1e-4, atol=1e-5)
    changed = {name for name, one in after.state_dict().items() if not torch.equal(one, before.state_dict()[name])}
    assert changed == {"embed.W_E"}


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
        ({"intervention.kind": "transplant"}, "intervention.weights: got none, expected some of embed.W_E"),
        (
            {"intervention.kind": "swap_frequencies", "intervention.frequencies": "2,2"},
            "intervention.frequencies: got 2,2, expected two of 1 to ",
        ),
        (
            {"intervention.kind": "swap_frequencies", "intervention.frequencies": "1,3", "model.kind": "mlp"},
            "intervention.kind: got swap_frequencies, expected a transformer",
        ),
        ({"intervention.kind": "clamp_waves"}, "intervention.kind: got clamp_waves without a frequency"),
        (
            {"intervention.kind": "clamp_waves", "intervention.embedding": "2,2"},
            "intervention.embedding: got 2,2, expected at most ",
        ),
        (
            {"intervention.kind": "clamp_waves", "intervention.embedding": "1", "model.tied": True},
            "intervention.kind: got clamp_waves, expected a model whose unembedding is not tied",
        ),
        (
            {"intervention.kind": "amplify_wave", "task.name": "several_operations", "task.own_answers": True},
            "intervention.kind: got amplify_wave with ",
        ),
        (
            {"intervention.kind": "clamp_waves", "intervention.unembedding": "99"},
            "intervention.unembedding: got 99, expected at most ",
        ),
        ({"intervention.kind": "prune"}, "intervention.neurons: got none, expected some of 0 to "),
        ({"intervention.kind": "amplify", "intervention.frequency": 99}, "intervention: got frequency 99"),
        (
            {"intervention.kind": "amplify_wave", "intervention.frequency": 99},
            "intervention.frequency: got 99, expected at most",
        ),
        (
            {"intervention.kind": "amplify_wave", "model.kind": "mlp"},
            "intervention.kind: got amplify_wave, expected a transformer",
        ),
        (
            {"intervention.kind": "prune", "intervention.neurons": "1", "model.activation": "gelu"},
            "intervention.kind: got prune, expected a transformer of one layer with ReLU neurons",
        ),
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
