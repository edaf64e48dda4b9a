"""What the report says of each task that is not modular: what it asks, its parts, and how its circuit's table reads."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TaskWords:
    """asks: what an example is. parts: what has a loss of its own (empty for a task of one piece). weights: how to
    read the table of what was found in the weights."""

    asks: str
    parts: str
    weights: str


TASKS: Mapping[str, TaskWords] = {
    "digit_addition": TaskWords(
        asks=(
            "A sum is written out digit by digit, such as 31415 + 27182 = 058597. The model reads both numbers and "
            "predicts the digits of the answer from left to right, each with the right earlier ones before it."
        ),
        parts=(
            "Each digit of the answer has a loss of its own. Digit 0 is the first, which is a carry and so 0 or 1; the "
            "last is the ones digit."
        ),
        weights=(
            "A first look, on sampled sums. The losses are of answer digits with and without a carry coming in; in a "
            "long chain that carry is decided two or more columns further right. The digits' embedding is split into "
            "waves over 0 … 9, by frequency. Then, for each answer digit, fve is the fraction of its logits' variance "
            "that goes with the two digits above it alone, with the carry alone, and with both. How they are computed "
            "it does not say."
        ),
    ),
    "skip_trigrams": TaskWords(
        asks=(
            "A sequence of the tokens 0 … 9 holds, somewhere, one token of 10 … 19, and ends with END. There the model "
            "must repeat that one token."
        ),
        parts=(
            "There are ten rules to learn, 10 … END 10 to 19 … END 19, called skip trigrams. Each part is the loss on "
            "the examples of one of them."
        ),
        weights=(
            "Ten skip trigrams would do the task. One layer of attention adds up what each token contributes, so "
            "they can be read off the weights: the strength of a … END b is how much the token a raises the answer b "
            "over the others. The model is then cut down to the task's ten alone, to ten others as a control, and to "
            "all but the ten."
        ),
    ),
    "repeated_subsequences": TaskWords(
        asks=(
            "A sequence of random tokens holds the same random subsequence several times. From the second copy on the "
            "model must predict its next token, which it can know only by looking the earlier copy up."
        ),
        parts="The labels in each copy from the second on have a loss of their own.",
        weights=(
            "The circuit to look for is an induction circuit of two heads, written layer.head. A previous-token head "
            "notes at each token which one came before it; an induction head in a later layer looks for where the "
            "present token was noted, and copies what stands there. Scores are shares of attention (0 to 1); "
            "deviations from random heads say how far the first head's output feeds the second's queries (Q), keys (K) "
            "and values (V); and the loss goes up (+) where a head or a path is cut."
        ),
    ),
    "shared_feature": TaskWords(
        asks=(
            "The answer is always 1. Each example has two features: one of its own, and one that all examples share. "
            "A weight on the first memorises that example, a weight on the second is right for all."
        ),
        parts="",
        weights=(
            "A linear model has no circuit to look for. Its answer to an example rests on the sum of two weights: the "
            "shared one, and the example's own. Examples that it never saw can count on the shared weight alone."
        ),
    ),
}
