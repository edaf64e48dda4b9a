"""Is the jump of the loss after generalisation a rounding error? Resume before it with every number in float64.

python dev/searches/spike_in_float64.py

Seed 0 of `mainline_95` jumps from a train loss of 2e-7 to 0.5 within ten steps of 1 510. The script trains to step 1
480 as `latebloom train` does (float32 weights, float64 loss). It then continues in two ways: unchanged, and through
the plain forward with weights, activations, loss and AdamW in float64.
"""

import torch

from latebloom.models import evaluate
from latebloom.recipes import recipe
from latebloom.training.trainer import Trainer

BEFORE, UNTIL = 1480, 1518


def main() -> None:
    """Print the train loss of both continuations, step by step near the jump."""
    trainer = Trainer(recipe("mainline_95", 0))
    trainer.advance(BEFORE)
    exact = in_float64(trainer)
    print("step    as trained   in float64")
    for step in range(BEFORE + 1, UNTIL + 1):
        trainer.advance(1)
        loss = next(exact)
        if step % 10 == 0 or step > UNTIL - 8:
            print(f"{step}    {trainer.metrics()['train_loss']:.3g}    {loss:.3g}", flush=True)


def in_float64(trainer: Trainer):
    """Yield the train loss after each further step from the trainer's current state."""
    experiment, train, state = trainer.experiment, trainer.data.train, trainer.state()
    double = torch.float64
    model = Trainer(experiment).model.to(double)
    model.load_state_dict({name: state[f"model.{name}"].to(double) for name in model.state_dict()})
    config, parts = experiment.optimiser, dict(model.named_parameters())
    adamw = torch.optim.AdamW(parts.values(), lr=config.lr, betas=config.betas, weight_decay=config.weight_decay)
    for name, parameter in parts.items():
        moments = {
            kind: state[f"optimiser.{name}/{kind}"].to(double).view_as(parameter) for kind in ("exp_avg", "exp_avg_sq")
        }
        adamw.state[parameter] = {"step": torch.tensor(float(BEFORE)), **moments}
    positions = experiment.task.loss_positions

    def loss():
        return torch.nn.functional.cross_entropy(model(train.tokens, positions)[:, 0], train.labels[:, 0])

    while True:
        adamw.zero_grad()
        loss().backward()
        adamw.step()
        with torch.no_grad():
            yield float(evaluate(model(train.tokens, positions), experiment.task, train, "train", double)["train_loss"])


if __name__ == "__main__":
    main()
