"""Claims about skip trigrams."""

import numpy as np

from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.digits import each_changes, parts_make_the_whole
from latebloom.claims.evidence import Evidence
from latebloom.claims.pool import MOST
from latebloom.claims.reinforcement import reinforced
from latebloom.statistics import first_below
from latebloom.tasks.skip_trigrams import TRIGGERS

_NEEDS = "needs `latebloom measure`"
_PLACE = 'W, "Speculation: Phase Changes are Everywhere"'


def _same_time(evidence: Evidence) -> Verdict:
    changes = evidence.parts.changes
    steps = [part.step.step for part in changes.parts if part.step is not None]
    if changes.spread is None:
        return undecided("fewer than two trigrams have a phase change")
    ratio = changes.spread / float(np.median(steps))
    return judged(ratio <= 0.5, ratio, f"from step {min(steps):.0f} to {max(steps):.0f}, median {np.median(steps):.0f}")


def _read_off(evidence: Evidence) -> Verdict:
    found = evidence.series("trigrams_found")
    if found is None:
        return undecided(_NEEDS)
    count = float(found.value[-1])
    text = f"{count:.0f} of the ten strongest trigrams in QK and OV are the task's, {found.value[0]:.0f} at the start"
    return judged(count == TRIGGERS, count, text)


def _explain_the_loss(evidence: Evidence) -> Verdict:
    kept, control, loss = (
        evidence.series(name) for name in ("restricted_test_loss", "restricted_test_loss_control", "test_loss")
    )
    if kept is None or control is None or loss is None:
        return undecided(_NEEDS)
    chance = float(np.log(TRIGGERS))
    last = [float(series.value[-1]) for series in (kept, control, loss)]
    text = f"loss {last[2]:.2g}; with the ten alone {last[0]:.2g}, with ten random others {last[1]:.2g}"
    return judged(last[0] < chance / 10 < last[1], last[0], text)


def _reinforce(evidence: Evidence) -> Verdict:
    found = []
    for name in evidence.run.task.components:
        loss = evidence.series(f"test_loss.{name}")
        until = None if loss is None else first_below(loss.step, loss.value, np.log(TRIGGERS) / 2)
        for pulled, other in (("qk", "ov"), ("ov", "qk")):
            gradient, score = (
                evidence.series(f"trigram_{pulled}_gradient.{name}"),
                evidence.series(f"trigram_{other}.{name}"),
            )
            if gradient is None or score is None:
                return undecided(_NEEDS)
            found.append(None if until is None else reinforced(gradient, score, until))
    told = [one for one in found if one is not None]
    if len(told) < len(found) / 2:
        return undecided("fewer than half of the gradients have checkpoints enough before the loss has fallen")
    clear, growth = sum(one.clear for one in told), float(np.median([one.growth for one in told]))
    rank = float(np.median([one.rank for one in told]))
    text = f"{clear} of {len(told)} gradients; {growth:.3g}-fold in the median, rank {rank:.2f} with the other half"
    return judged(clear >= MOST * len(told), growth, text)


CLAIMS = (
    Claim(
        id="trigrams-change-each",
        sentence="Each of the ten skip trigrams has a phase change of its own.",
        place=_PLACE,
        write_up="10 of 10",
        rule="Every trigram's loss falls by a quarter of guessing or more (arbitrary) between two corners.",
        judge=each_changes,
        system="trigrams",
        figure="component-losses",
    ),
    Claim(
        id="trigrams-at-once",
        sentence="The ten phase changes come at about the same time, since each trigram is as complex as the others.",
        place=_PLACE,
        write_up="approximately the same time (W); loss under 2 at step 210, under 0.1 at 321 (published run)",
        rule="First and last lie apart by at most half (arbitrary) of their median step.",
        judge=_same_time,
        system="trigrams",
        figure="component-losses",
    ),
    Claim(
        id="trigrams-make-the-whole",
        sentence="The whole loss is made of the trigrams' phase changes.",
        place=_PLACE,
        write_up="plotted against the overall loss",
        rule="The trigrams' phase changes make up half or more (arbitrary) of the fall of the whole loss.",
        judge=parts_make_the_whole,
        system="trigrams",
        figure="component-losses",
    ),
    Claim(
        id="trigrams-read-off",
        sentence="The solution is ten skip trigrams, 10 … END 10 to 19 … END 19.",
        place='W, "Empirical Observations"; looked at, not written up there (footnote 29)',
        write_up="expected",
        rule="The ten strongest of all 220 trigrams in the QK and OV circuits are the task's ten (chance gives 0.5).",
        judge=_read_off,
        system="trigrams",
        figure="trigram-circuit",
    ),
    Claim(
        id="trigrams-explain-the-loss",
        sentence="The ten skip trigrams are all that the model does.",
        place='W, "Empirical Observations"; looked at, not written up there (footnote 29)',
        write_up="expected",
        rule="With nothing else kept loss is under a tenth of guessing (arbitrary); with ten random others it is not.",
        judge=_explain_the_loss,
        system="trigrams",
        figure="trigram-circuit",
    ),
    Claim(
        id="trigrams-reinforce",
        sentence="As the QK half of a trigram forms, the gradient on its OV half grows, and the other way round.",
        place='W, "Speculation: Phase Changes Are Inherent to Composition"',
        write_up="a speculation",
        rule="Until the trigram's loss is half of guessing, four of five of the 20 gradients double (both arbitrary) "
        "and go with the other half's strength (Spearman's rank, p < 0.05).",
        judge=_reinforce,
        system="trigrams",
        figure="component-losses",
    ),
)
