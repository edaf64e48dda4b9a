"""Whether a run lost what it had learned, or its weights, by its end."""

from __future__ import annotations

from collections.abc import Mapping

from latebloom._text import percent
from latebloom.phases.outcome import LEARNED_ACCURACY
from latebloom.phases.series import Series
from latebloom.phases.stays import final_score

LOST_ACCURACY = 0.5
"""Train accuracy that was learned and ends under this has collapsed. Arbitrary: slingshots recover, and half is far
from both ends."""

LOST_WEIGHTS = 0.01
"""Share of the initial sum of squared weights under which nothing of the weights is left. Arbitrary: the published
models end above a tenth."""

AT_GUESSING = 0.9
"""Train loss is that of guessing from this share of it on. Arbitrary."""


def collapse_of(series: Mapping[str, Series], guessing_loss: float | None) -> str | None:
    """One sentence on how the run collapsed; None where it did not, or where the record cannot tell.

    Train accuracy was learned and ends under `LOST_ACCURACY`; or the weights have vanished (`LOST_WEIGHTS`) and train
    loss ends at `AT_GUESSING` of guessing. series: ``train_accuracy`` (0 to 1), ``train_loss`` (nats) and
    ``sum_squared_weights``, as far as they were recorded.
    """
    return _forgot(series.get("train_accuracy")) or _vanished(series, guessing_loss)


def _forgot(accuracy: Series | None) -> str | None:
    if accuracy is None or not len(accuracy):
        return None
    learned = accuracy.value >= LEARNED_ACCURACY
    ends = final_score(accuracy.step, accuracy.value)
    if not learned.any() or ends >= LOST_ACCURACY:
        return None
    last = accuracy.step[learned][-1]
    return (
        f"Collapsed: train accuracy was {percent(LEARNED_ACCURACY)} or more until step {last:.10g} and ends at "
        f"{percent(ends)}."
    )


def _vanished(series: Mapping[str, Series], guessing: float | None) -> str | None:
    weights, loss = series.get("sum_squared_weights"), series.get("train_loss")
    if weights is None or loss is None or not len(weights) or not len(loss) or not guessing:
        return None
    left, ends = weights.value[-1], float(loss.value[-1])
    if left >= LOST_WEIGHTS * weights.value[0] or ends < AT_GUESSING * guessing:
        return None
    return (
        f"Collapsed: the sum of squared weights fell from {weights.value[0]:.3g} to {left:.3g}, and train loss ends at "
        f"{ends:.3g} nats, that of guessing ({guessing:.3g})."
    )
