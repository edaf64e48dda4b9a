"""Captions of curves that `latebloom measure` adds; nothing is written where they were not measured."""

from collections.abc import Iterator

from latebloom._text import nats, percent, whole
from latebloom.analysis import Analysis
from latebloom.circuits.digits.family import DIGITS
from latebloom.circuits.skip_trigrams.family import SKIP_TRIGRAMS
from latebloom.lab.explorer.captions.caption import caption
from latebloom.lab.explorer.captions.words import series
from latebloom.lab.explorer.evidence import Evidence

_SHARES = {
    "embedding_gini": "the Gini coefficient of the embedding's spectrum",
    "clustered_fraction": "the share of the live neurons in clusters of one frequency",
    "attention_to_self": "the attention that “=” pays to itself",
}


@caption("sparsity", "modular")
def sparsity(evidence: Evidence) -> Iterator[str]:
    """Where each share starts and ends."""
    for name, words in _SHARES.items():
        found = evidence.analysis.series(name)
        if found is None or len(found) < 2:
            continue
        (first, last), (start, end) = (values[[0, -1]] for values in (found.value, found.step))
        yield f"At step {whole(start)} {words} is {percent(first)}, and at step {whole(end)} it is {percent(last)}."


@caption("carries", DIGITS.name)
def carries(evidence: Evidence) -> Iterator[str]:
    """The last losses without and with a carry, and by what decides the carry."""
    for first, second, words in (
        ("no_carry", "carry", "on answer digits without a carry into them and {b} on those with one"),
        ("short_chain", "long_chain", "where the next column decides the carry and {b} where one further right does"),
    ):
        a, b = (evidence.last(f"sum_loss.{part}") for part in (first, second))
        if a is not None and b is not None:
            at = _last_step(evidence.analysis, f"sum_loss.{first}")
            yield f"At step {at} the loss is {nats(a)} nats {words.format(b=f'{nats(b)} nats')}."


@caption("trigram-growth", SKIP_TRIGRAMS.name)
def trigram_growth(evidence: Evidence) -> Iterator[str]:
    """How many of the strongest trigrams belong to the task, and the last losses with and without the task's ten."""
    found = evidence.last("trigrams_found")
    if found is not None:
        at = _last_step(evidence.analysis, "trigrams_found")
        yield f"At step {at}, {found:.0f} of the ten strongest trigrams in the weights belong to the task."
    kind = "test" if evidence.last("restricted_test_loss") is not None else "train"
    names = {
        f"{kind}_loss": "with all weights",
        f"restricted_{kind}_loss": "with the ten alone",
        f"restricted_{kind}_loss_control": "with ten others chosen at random",
        f"excluded_{kind}_loss": "without the ten",
    }
    losses = {words: evidence.last(name) for name, words in names.items()}
    if None not in losses.values():
        parts = [f"{nats(value)} nats {words}" for words, value in losses.items() if value is not None]
        yield f"At the last step {kind} loss is {series(parts)}."


def _last_step(analysis: Analysis, name: str) -> str:
    return whole(analysis.require(name).step[-1])
