"""The factors that the activations at one answer digit depend on."""

from jaxtyping import Float
from pydantic import Field
from torch import Tensor

from latebloom._config import Config
from latebloom.circuits.digits.settings import FACTORS
from latebloom.circuits.digits.sums import Sums
from latebloom.circuits.digits.variance import pair_wave_shares, share_explained, wave_shares
from latebloom.tasks.digit_addition import BASE


class Shares(Config):
    """Shares of variance explained (`share_explained`), None where a factor has only one value or nothing varies.

    pair: any function of the two aligned digits. sum: their sum mod 10 alone, that is, the waves cos and sin of
    k(x + y). carry: the carry into this digit. both: pair and carry together. answer: the right answer alone.
    sum_waves, answer_waves: by frequency k of the sum mod 10, and of the answer. pair_waves: on frequency k's waves in
    x, in y and their products. Rows may be empty where undefined.
    """

    pair: float | None = None
    sum: float | None = None
    carry: float | None = None
    both: float | None = None
    answer: float | None = None
    sum_waves: dict[int, float] = Field(default_factory=dict)
    answer_waves: dict[int, float] = Field(default_factory=dict)
    pair_waves: dict[int, float] = Field(default_factory=dict)


def shares(sums: Sums, values: Float[Tensor, "batch column"], place: int) -> Shares:
    """The factors and waves that ``values`` (neurons or logits at that place, one row per sum) depend on.

    Limits: a share shows that activations correlate with a factor, not that the model computes with it. Digits further
    left or right are not considered.
    """
    values = values.double()
    explained = factor_shares(sums, values, place)
    if place == 0:  # This place has no digits above it, and its answer is a carry.
        return Shares(**explained)
    x, y, answer = (part[:, place] for part in (sums.x, sums.y, sums.answer))
    return Shares(
        **explained,
        sum_waves=wave_shares(values, (x + y) % BASE),
        answer_waves=wave_shares(values, answer),
        pair_waves=pair_wave_shares(values, x, y),
    )


def factor_shares(sums: Sums, values: Float[Tensor, "batch column"], place: int) -> dict[str, float | None]:
    """The share of variance that each of ``FACTORS`` explains."""
    x, y, carry, answer = (part[:, place] for part in (sums.x, sums.y, sums.carry, sums.answer))
    pair = x * BASE + y
    group = {"pair": pair, "sum": (x + y) % BASE, "carry": carry, "both": 2 * pair + carry, "answer": answer}
    return {name: share_explained(values, group[name]) for name in FACTORS}
