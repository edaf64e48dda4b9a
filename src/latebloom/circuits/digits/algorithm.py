"""Whether a model adds digits by waves mod 10: the embedding, the neurons and the logits, each with its controls."""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom._config import Config
from latebloom.circuits.digits.fits import orders
from latebloom.circuits.digits.settings import FEW
from latebloom.circuits.digits.sums import Sums
from latebloom.circuits.digits.variance import share_explained
from latebloom.circuits.digits.waves import WaveTest, cosine_energy, strongest_higher, waves_of_rows, waves_of_tables
from latebloom.tasks.digit_addition import BASE

PAIRINGS = 4
"""Random pairings of the digits, over which their control is averaged."""

LEAST_ROOM = 0.01
"""Share of variance that functions of both digits must add to random pairings. Arbitrary; sampling 4 096 sums makes a
tenth of it."""


class NeuronShares(Config):
    """Shares of the neurons' variance (adjusted R², means over the answer digits that have two digits above them).

    sum: functions of x + y. difference: of x - y, in as many groups. pairing: of x + π(y), the mean over random
    permutations π of the digits. digits: any function of x and y, which bounds the other three. All four are functions
    of the carries into and out of the column too: the model is given the digit before, and with it the carry out,
    which is a function of the sum; a model with random weights knows that much. Neurons that are products of waves,
    such as cos kx cos ky, have as much of the difference as of the sum. waves: test of the mean activations by the
    right digit, (x + y + carry) mod 10.
    """

    sum: float
    difference: float
    pairing: float
    digits: float
    waves: WaveTest | None

    def beyond(self, share: float) -> float | None:
        """Where a share lies between that of random pairings (0) and that of all functions (1); None where these two
        are the same."""
        room = self.digits - self.pairing
        return (share - self.pairing) / room if room > LEAST_ROOM else None


class LogitShares(Config):
    """Shares of the logits' variance (means over the same answer digits).

    cosines: the best `FEW` frequencies of Σ_k a_k cos 2πk(z - s)/10 with a_k ≥ 0, s = (x + y + carry) mod 10.
    difference: the same with s = (x - y + carry) mod 10. waves: test of the mean logits by s.
    """

    cosines: float
    difference: float
    waves: WaveTest | None


class DigitAlgorithm(Config):
    """The three parts of an algorithm of waves mod 10; a part is None where nothing varies or there is no MLP."""

    embedding: WaveTest | None
    neurons: NeuronShares | None
    logits: LogitShares | None


def digit_algorithm(sums: Sums, seed: int = 0) -> DigitAlgorithm:
    """The tests on sampled sums; ``seed``: of the random relabellings and pairings.

    Limits: shares of variance do not show that the model computes with what they measure.
    """
    return DigitAlgorithm(
        embedding=waves_of_rows([sums.embedding], strongest_higher, seed),
        neurons=_neurons(sums, seed),
        logits=_logits(sums, seed),
    )


def _places(sums: Sums) -> Iterator[tuple[int, Tensor, Tensor, Tensor]]:
    """Each answer digit that has two digits above it, with these and the carry."""
    for place in range(1, sums.task.digits + 1):
        yield place, sums.x[:, place], sums.y[:, place], sums.carry[:, place]


def _neurons(sums: Sums, seed: int) -> NeuronShares | None:
    others = orders(PAIRINGS, seed)
    found, means = list[tuple[float, float, float, float]](), list[Tensor]()
    for place, x, y, carry in _places(sums):
        values = sums.neurons[:, place].double()
        groups = [x + y, x - y + BASE - 1, BASE * x + y, *(x + other[y] for other in others)]
        carries = 2 * carry + (x + y + carry >= BASE)
        shares = [share_explained(values, 4 * group + carries) for group in groups]
        known = [share for share in shares if share is not None]
        if len(known) < len(shares):
            continue
        found.append((known[0], known[1], sum(known[3:]) / PAIRINGS, known[2]))
        means.append(_means(values, sums.answer[:, place]))
    if not found:
        return None
    named = zip(("sum", "difference", "pairing", "digits"), torch.tensor(found).mean(0).tolist())
    return NeuronShares(**dict(named), waves=waves_of_rows(means, seed=seed))


def _logits(sums: Sums, seed: int) -> LogitShares | None:
    found, tables = list[tuple[float, float]](), list[Tensor]()
    for place, x, y, carry in _places(sums):
        logits = sums.logits[:, place].double()
        centred = logits - logits.mean(1, keepdim=True)
        centred = centred - centred.mean(0)
        variance = float(centred.square().sum(1).mean())
        if variance <= 0:
            continue
        by_sum, by_difference = (_means(centred, group) for group in (sums.answer[:, place], (x - y + carry) % BASE))
        found.append((_best(by_sum) / BASE / variance, _best(by_difference) / BASE / variance))
        tables.append(by_sum)
    if not found:
        return None
    cosines, difference = torch.tensor(found).mean(0).tolist()
    return LogitShares(cosines=cosines, difference=difference, waves=waves_of_tables(tables, seed))


def _best(table: Float[Tensor, "10 10"]) -> float:
    """Energy of the `FEW` strongest cosines of answer minus row."""
    return float(cosine_energy(table).topk(FEW).values.sum())


def _means(values: Float[Tensor, "batch column"], digit: Int[Tensor, " batch"]) -> Float[Tensor, "10 column"]:
    """The mean of each digit's rows; 0 for a digit that does not occur."""
    sums = values.new_zeros(BASE, values.shape[1]).index_add_(0, digit, values)
    return sums / torch.bincount(digit, minlength=BASE).clamp(min=1)[:, None]
