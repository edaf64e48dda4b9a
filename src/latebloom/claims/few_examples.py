"""Claims that a task other than modular addition groks on few examples."""

from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import outcome_by_loss, test_loss_learned_at, train_loss_learned_at
from latebloom.claims.region import Is, Ratio, Reached

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
        "5-digit addition on few examples groks (700 in W, 600 here).",
        _PLACE,
        "train 3e-8, test 0.2 at the end (W); test under 1 near step 11 400 (published run)",
        "digits-few",
    ),
    _groks(
        "induction-few-grok",
        "On 512 sequences a two-layer model groks.",
        'W, "Introduction"',
        "groks (W); near step 196 000 to 199 000 (published run)",
        "induction-few",
    ),
    _groks(
        "trigrams-few-grok",
        "Skip trigrams on few sequences grok.",
        _PLACE,
        "groks (W); train under 0.1 at step 239, test under 0.5 at 1350 (published run)",
        "trigrams-few",
    ),
)
