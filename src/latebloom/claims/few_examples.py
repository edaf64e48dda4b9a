"""Claims that a task other than modular addition groks on few examples."""

from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import outcome_by_loss, test_loss_learned_at, train_loss_learned_at
from latebloom.claims.region import Is, Ratio, Reached
from latebloom.published import filled

_PLACE = 'W, "Grokking = Phase Changes + Regularisation + Limited Data"'


def _groks(id: str, sentence: str, place: str, published: str, system: str) -> Claim:
    return Claim(
        id=id,
        sentence=sentence,
        place=place,
        published=published,
        region=Is(outcome_by_loss, ("grokked",)),
        provided=Reached(train_loss_learned_at),
        shows=Ratio(test_loss_learned_at, train_loss_learned_at),
        finding="{outcome_by_loss}: train loss is under a fifth of guessing from step {train_loss_learned_at:.0f}, "
        "test loss from step {test_loss_learned_at:.0f}",
        system=system,
        figure="training-curve",
    )


register(
    _groks(
        "digits-few-grok",
        filled("5-digit addition on few examples groks ({digits_few.examples} in W)."),
        _PLACE,
        filled(
            "train {digits_few.train_loss_end} and test {digits_few.test_loss_end} nats at the end (W); test under 1 "
            "nat near step {digits_few.under_1} (published run)"
        ),
        "digits-few",
    ),
    _groks(
        "induction-few-grok",
        filled("On {induction_few.sequences} sequences a two-layer model groks."),
        'W, "Introduction"',
        filled(
            "groks (W); under 2 nats at step {induction_few.under_2}, under 1 at {induction_few.under_1} "
            "(published run)"
        ),
        "induction-few",
    ),
    _groks(
        "trigrams-few-grok",
        "Skip trigrams on few sequences grok.",
        _PLACE,
        filled(
            "groks (W); train under 0.1 nats at step {trigrams_few.train_under_0.1}, test under 0.5 at "
            "{trigrams_few.under_0.5} (published run)"
        ),
        "trigrams-few",
    ),
)
