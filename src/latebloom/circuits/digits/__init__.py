"""A first analysis of models that add digit by digit: digits as waves, carries, and dependence of answer digits."""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.circuits.digits.family import DIGITS
from latebloom.circuits.digits.measures import digit_columns, digit_measures

if TYPE_CHECKING:
    from latebloom.circuits.digits.algorithm import DigitAlgorithm, LogitShares, NeuronShares, digit_algorithm
    from latebloom.circuits.digits.carry import (
        attention_by_digit,
        attention_share,
        carry_logit,
        course,
        rise_at_the_step,
    )
    from latebloom.circuits.digits.columns import COLUMNS, Moved, SplitLoss, attention_to, logits_without, split_loss
    from latebloom.circuits.digits.embedding import DigitSpectrum, digit_spectrum
    from latebloom.circuits.digits.explanation import DigitExplanation, DigitPlace, explain_digits, explain_sums
    from latebloom.circuits.digits.fits import (
        each_digit,
        fitted,
        line,
        orders,
        share_fitted,
        share_of,
        strongest_waves,
        waves,
    )
    from latebloom.circuits.digits.planted import PlantedAdder, carry_neurons, wave_neurons
    from latebloom.circuits.digits.settings import FACTORS
    from latebloom.circuits.digits.shares import Shares, shares
    from latebloom.circuits.digits.splits import SPLITS, Part, split_parts
    from latebloom.circuits.digits.sums import Sums, carry_reach, run_sums
    from latebloom.circuits.digits.variance import pair_wave_shares, share_explained, wave_shares
    from latebloom.circuits.digits.waves import WaveTest, strongest_higher, waves_of_rows, waves_of_tables

import_on_use(__name__)

__all__ = [
    "COLUMNS",
    "DIGITS",
    "FACTORS",
    "SPLITS",
    "DigitAlgorithm",
    "DigitExplanation",
    "DigitPlace",
    "DigitSpectrum",
    "LogitShares",
    "Moved",
    "NeuronShares",
    "Part",
    "PlantedAdder",
    "Shares",
    "SplitLoss",
    "Sums",
    "WaveTest",
    "attention_by_digit",
    "attention_share",
    "attention_to",
    "carry_logit",
    "carry_neurons",
    "carry_reach",
    "course",
    "digit_algorithm",
    "digit_columns",
    "digit_measures",
    "digit_spectrum",
    "each_digit",
    "explain_digits",
    "explain_sums",
    "fitted",
    "line",
    "logits_without",
    "orders",
    "pair_wave_shares",
    "rise_at_the_step",
    "run_sums",
    "share_explained",
    "share_fitted",
    "share_of",
    "shares",
    "split_loss",
    "split_parts",
    "strongest_higher",
    "strongest_waves",
    "wave_neurons",
    "wave_shares",
    "waves",
    "waves_of_rows",
    "waves_of_tables",
]
