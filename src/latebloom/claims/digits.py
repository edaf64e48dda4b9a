"""Claims about addition digit by digit."""

from collections.abc import Sequence

from latebloom.circuits.digits import digit_spectrum, run_sums
from latebloom.claims.claim import Claim, SweepClaim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.tasks import DigitAddition

_PLACE = 'W, "Speculation: Phase Changes are Everywhere"'


def each_changes(evidence: Evidence) -> Verdict:
    """Whether every part of the task has a phase change of its own: a slow start, a sudden fall that has ended."""
    losses = evidence.parts
    sudden = {
        part.name: part.step.step
        for part in losses.changes.parts
        if part.step is not None and part.change is not None and part.change.has_onset
    }
    steps = ", ".join(f"{name} {sudden[name]:.0f}" for name in losses.changes.order if name in sudden)
    count, of = len(sudden), len(evidence.run.task.components)
    return judged(count == of, count, f"{count} of {of} parts: {steps or 'none'}")


def parts_make_the_whole(evidence: Evidence) -> Verdict:
    """How much of the whole loss's fall, from guessing to its last value, the parts' phase changes make up."""
    share = evidence.parts.explained
    if share is None:
        return undecided("the whole loss does not fall below guessing")
    return judged(share >= 0.5, share, f"the parts' phase changes make up {share:.0%} of the fall of the whole loss")


def _apart(evidence: Evidence) -> Verdict:
    changes = evidence.parts.changes
    neighbours = len(changes.order) - 1
    if neighbours < 1:
        return undecided("fewer than two parts have a phase change")
    found = f"{changes.apart} of {neighbours} neighbours in time have intervals that do not touch"
    return judged(2 * changes.apart >= neighbours, changes.apart / neighbours, found)


def _first_two(evidence: Evidence) -> Verdict:
    order = evidence.parts.changes.order
    if len(order) < 3:
        return undecided("fewer than three digits have a phase change")
    first = set(evidence.run.task.components[:2])
    return judged(set(order[:2]) == first, None, f"in order: {', '.join(order)}")


def _order_unstable(runs: Sequence[Evidence]) -> Verdict:
    sure = [_surely_before(run) for run in runs]
    turned = {pair for one in sure for pair in one if any(pair[::-1] in other for other in sure)}
    if sum(map(bool, sure)) < 2:
        return undecided("needs two runs in which two phase changes are surely apart")
    pairs = sorted({" and ".join(sorted(pair)) for pair in turned})
    return judged(bool(turned), len(pairs), f"surely in one order here and in the other there: {pairs or 0}")


def _surely_before(run: Evidence) -> set[tuple[str, str]]:
    """Pairs of parts of which the first changes before the second: their intervals do not touch."""
    at = {part.name: part.step for part in run.parts.changes.parts if part.step is not None}
    return {(a, b) for a in at for b in at if at[a].high < at[b].low}


def _digits_as_waves(evidence: Evidence) -> Verdict:
    task = evidence.run.task
    assert isinstance(task, DigitAddition)
    spectrum = digit_spectrum(run_sums(evidence.run.checkpoint().model, task).embedding)
    # Digits in order along any smooth line have much of frequency 1: that alone is no algorithm of waves.
    higher = {k: chance for k, chance in spectrum.above.items() if k > 1}
    if not higher:
        return undecided("the digits' embedding does not vary")
    best = min(higher, key=lambda k: (higher[k], -spectrum.fraction[k]))
    shares = ", ".join(f"{k}: {share:.0%}" for k, share in spectrum.fraction.items())
    found = f"energy by frequency {shares}; {higher[best]:.1%} of random orders have as much of {best}"
    return judged(higher[best] < 0.05 / len(higher), higher[best], found)


_EACH = "Every digit's loss falls by a quarter of guessing or more (arbitrary) between two corners."

CLAIMS = (
    Claim(
        id="digits-change-each",
        sentence="In 5-digit addition each digit of the answer has a phase change of its own.",
        place=_PLACE,
        write_up="6 of 6 (W); under 0.5 nats at 172, 950, 1941, 1753, 1642, 1664 (published run)",
        rule=_EACH,
        judge=each_changes,
        system="digits",
        figure="component-losses",
    ),
    Claim(
        id="digits-apart",
        sentence="The digits' phase changes are separate: they come at different times.",
        place=_PLACE,
        write_up="many small non-convexities (a picture)",
        rule="At least half (arbitrary) of the neighbours in time have 95 % intervals that do not touch.",
        judge=_apart,
        system="digits",
        figure="component-losses",
    ),
    Claim(
        id="digits-0-and-1-first",
        sentence="Digits 0 and 1 tend to come first.",
        place=_PLACE,
        write_up="tend to be first",
        rule="The two earliest phase changes are those of the first two digits, in four of five runs.",
        judge=_first_two,
        system="digits",
        figure="component-losses",
    ),
    SweepClaim(
        id="digits-order-unstable",
        sentence="The order of the digits' phase changes is not stable between runs.",
        place=_PLACE,
        write_up="not stable between runs",
        rule="Two digits are surely in one order in one run and in the other in another (95 % intervals apart).",
        judge=_order_unstable,
        system="digits",
        figure="component-losses",
    ),
    Claim(
        id="digits-make-the-whole",
        sentence="The bumps of the whole loss are the phase changes of its parts.",
        place=_PLACE,
        write_up="the sum of 6 components",
        rule="The parts' phase changes make up half or more (arbitrary) of the fall of the whole loss from guessing.",
        judge=parts_make_the_whole,
        system="digits",
        figure="component-losses",
    ),
    Claim(
        id="digits-as-waves",
        sentence="The model that adds 5 digits embeds them as waves, a variant of the trig algorithm (preliminary).",
        place='W, "Future Directions", loose threads',
        write_up="preliminary",
        rule="Some frequency over 1 is as strong in fewer than 1.25 % of random orders of the digits (5 % over four).",
        judge=_digits_as_waves,
        system="digits",
        figure="digit-fourier",
    ),
    Claim(
        id="digits-15-change-each",
        sentence="In 15-digit addition there are 16 separate phase changes.",
        place=_PLACE,
        write_up="16",
        rule=_EACH,
        judge=each_changes,
        system="digits-15",
        figure="component-losses",
    ),
)
