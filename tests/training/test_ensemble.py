"""Members of an ensemble end with the weights that they would have alone."""

import threading

import pytest
import torch

from latebloom.models import MLPConfig
from latebloom.training import Ensemble, Optimiser, Trainer, stop_rule, train


def alone(experiment) -> Trainer:
    trainer = Trainer(experiment)
    for _ in train(trainer, stop_rule(experiment.training)):
        pass
    return trainer


def together(experiments, started_at=()) -> list[Trainer]:
    """Each experiment in its own thread; ``started_at``: states to resume from."""
    ensemble = Ensemble(len(experiments))
    trainers = [Trainer(experiment, ensemble=ensemble) for experiment in experiments]
    for trainer, (step, state) in zip(trainers, started_at):
        trainer.load_state(step, state)

    def work(trainer: Trainer) -> None:
        try:
            for _ in train(trainer, stop_rule(trainer.experiment.training)):
                pass
        finally:
            ensemble.leave()

    threads = [threading.Thread(target=work, args=(trainer,)) for trainer in trainers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return trainers


def assert_alike(left: Trainer, right: Trainer) -> None:
    assert left.step == right.step
    for name, value in left.state().items():
        torch.testing.assert_close(right.state()[name], value, rtol=1e-3, atol=1e-5)


def changed(experiment, **sections):
    """The experiment with some fields of some sections replaced."""
    return experiment.model_copy(
        update={name: getattr(experiment, name).model_copy(update=fields) for name, fields in sections.items()}
    )


@pytest.mark.parametrize("settings", [{}, {"batch_size": 20}])
@pytest.mark.parametrize(
    "optimiser", [Optimiser(), Optimiser(name="adam", weight_decay=0.1), Optimiser(name="sgd", momentum=0.9)]
)
def test_seeds_rates_decay_and_share_of_data_may_differ(tiny, settings, optimiser) -> None:
    base = tiny(20, **settings).model_copy(update={"optimiser": optimiser})
    many = [
        base,
        changed(base.with_seed(3), optimiser={"lr": 3e-3, "weight_decay": 0.3}),
        base.with_seed(4) if settings else changed(base.with_seed(4), data={"fraction": 0.7}),
    ]
    for experiment, member in zip(many, together(many)):
        assert_alike(alone(experiment), member)


def test_other_models_and_lengths(tiny) -> None:
    """A member that ends early does not affect the others."""
    base = tiny(20).model_copy(update={"model": MLPConfig(d_mlp=16)})
    many = [base, changed(base.with_seed(2), training={"steps": 7})]
    for experiment, member in zip(many, together(many)):
        assert_alike(alone(experiment), member)


def test_a_member_that_diverges_does_not_affect_the_others(tiny) -> None:
    base = tiny(60).model_copy(update={"optimiser": Optimiser(name="sgd", lr=0.1, weight_decay=0, warmup=0)})
    wild = changed(base.with_seed(1), optimiser={"lr": 1e9})
    calm, lost = together([base, wild])
    assert_alike(alone(base), calm)
    assert lost.step == alone(wild).step < 60


def test_members_at_different_steps(tiny) -> None:
    first, second = tiny(20), tiny(20).with_seed(1)
    begun = Trainer(second)
    begun.advance(8)
    members = together([first, second], [(0, Trainer(first).state()), (8, begun.state())])
    for experiment, member in zip((first, second), members):
        assert_alike(alone(experiment), member)


def test_every_member_raises_the_error_of_a_failed_computation(tiny) -> None:
    """Models of different shapes cannot be stacked; no member waits for ever."""
    other = changed(tiny(20), model={"d_mlp": 8})
    ensemble = Ensemble(2)
    trainers = [Trainer(experiment, ensemble=ensemble) for experiment in (tiny(20), other)]
    errors = []

    def work(trainer: Trainer) -> None:
        try:
            trainer.advance(1)
        except RuntimeError as error:
            errors.append(error)
        finally:
            ensemble.leave()

    threads = [threading.Thread(target=work, args=(trainer,)) for trainer in trainers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(errors) == 2
