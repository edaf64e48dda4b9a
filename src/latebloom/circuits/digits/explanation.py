"""The numbers that explain a model that adds digit by digit, with controls."""

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom._text import Shown
from latebloom.circuits.digits.embedding import DigitSpectrum, digit_spectrum
from latebloom.circuits.digits.shares import Shares, shares
from latebloom.circuits.digits.splits import Part, split_parts
from latebloom.circuits.digits.sums import Sums, run_sums
from latebloom.models import Model, Transformer
from latebloom.tasks import DigitAddition


class DigitPlace(Config):
    """One answer digit.

    neurons, logits: the factors they depend on; neurons is None without an MLP. The mean over the ten answers is
    subtracted from the logits, because no probability depends on it. neurons_control, logits_control: the same
    activations, shuffled among the sums. logits_random: the same for the logits of this network with random weights. It
    is large at digit_1: the input token there, digit_0, follows from the digits above except for a carry. None for a
    model that cannot be initialised again. parts: loss and accuracy by carry and by length of the carry chain.
    """

    component: str
    neurons: Shares | None
    neurons_control: Shares | None
    logits: Shares
    logits_control: Shares
    logits_random: Shares | None
    parts: dict[str, Part]


class DigitExplanation(Shown, Config):
    """A first analysis of the circuit, on ``examples`` sampled sums; losses in nats, means over all answer digits."""

    task: str
    digits: int
    examples: int
    embedding: DigitSpectrum
    parts: dict[str, Part]
    places: list[DigitPlace]

    def rows(self) -> list[tuple[str, str]]:
        """The analysis as (quantity, value) pairs, for printing; fve: fraction of the logits' variance explained."""
        rows = [("task", f"{self.task}, {self.digits} digits")]
        rows += [(f"loss, {name}", f"{part.loss:.4g}") for name, part in self.parts.items() if part.loss is not None]
        waves = ", ".join(f"{k}: {share:.2f}" for k, share in self.embedding.fraction.items())
        rows.append(("embedding by frequency", waves or "undefined"))
        for place in self.places:
            rows.append((f"fve, {place.component}", _text(place.logits)))
            if place.logits_random is not None:
                rows.append(("  with random weights", _text(place.logits_random)))
        return rows


def explain_digits(model: Model, task: DigitAddition, count: int = 4096, seed: int = 0) -> DigitExplanation:
    """Explain a model on ``count`` sums drawn by ``seed``, in the precision of its weights.

    Errors: UsageError for a model without an embedding of tokens, or where the logits overflow.
    """
    random = None
    if isinstance(model, Transformer):
        random = run_sums(model.config.model_copy(update={"seed": seed}).build(task), task, count, seed)
    return explain_sums(run_sums(model, task, count, seed), seed, random)


def explain_sums(sums: Sums, seed: int = 0, random: Sums | None = None) -> DigitExplanation:
    """The explanation from a forward pass on some sums; ``random``: the same network with random weights on them."""
    if not bool(sums.logits.isfinite().all()):
        raise UsageError("model: its logits are not finite numbers, so there is nothing to explain; it diverged")
    order = torch.randperm(len(sums), generator=torch.Generator().manual_seed(seed))
    return DigitExplanation(
        task=sums.task.name,
        digits=sums.task.digits,
        examples=len(sums),
        embedding=digit_spectrum(sums.embedding, seed),
        parts=split_parts(sums),
        places=[_place(sums, place, order, random) for place in range(sums.task.digits + 1)],
    )


def _text(explained: Shares) -> str:
    named = {"digits above": explained.pair, "carry": explained.carry, "both": explained.both}
    return ", ".join(f"{name} {share:.2f}" for name, share in named.items() if share is not None) or "undefined"


def _place(sums: Sums, place: int, order: Tensor, random: Sums | None) -> DigitPlace:
    neurons, logits = sums.neurons[:, place], centred(sums.logits[:, place])
    has_neurons = neurons.shape[1] > 0
    return DigitPlace(
        component=sums.task.components[place],
        neurons=shares(sums, neurons, place) if has_neurons else None,
        neurons_control=shares(sums, neurons[order], place) if has_neurons else None,
        logits=shares(sums, logits, place),
        logits_control=shares(sums, logits[order], place),
        logits_random=None if random is None else shares(random, centred(random.logits[:, place]), place),
        parts=split_parts(sums, place),
    )


def centred(logits: Float[Tensor, "batch 10"]) -> Float[Tensor, "batch 10"]:
    """Logits minus their mean over the answers."""
    return logits - logits.mean(1, keepdim=True)
