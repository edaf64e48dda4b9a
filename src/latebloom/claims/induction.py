"""Claims about repeated subsequences and the induction circuit."""

from collections.abc import Sequence

import numpy as np

from latebloom.claims.claim import Claim, SweepClaim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.much_data import sudden
from latebloom.claims.reinforcement import reinforced
from latebloom.models import TransformerConfig
from latebloom.phases import NoChange

_NEEDS = "needs `latebloom measure` and the two heads in the final model"
_COMPOSITION = 'W, "Speculation: Phase Changes Are Inherent to Composition"'


def _two_heads(evidence: Evidence) -> Verdict:
    found = evidence.induction
    if found.pair is None:
        return judged(False, None, found.undefined or "no pair of heads")
    source, target = (found.head(place) for place in found.pair)
    score = min(source.previous_token, target.induction)
    return judged(
        True,
        score,
        f"head {_name(found.pair[0])} attends to the previous token ({source.previous_token:.2f}), head "
        f"{_name(found.pair[1])} to what followed the last time ({target.induction:.2f}; "
        f"{target.induction_control:.2f} on tokens without repeats)",
    )


def _k_composition(evidence: Evidence) -> Verdict:
    found = evidence.induction
    if found.pair is None:
        return undecided(found.undefined or "no pair of heads")
    mine = [pair for pair in found.compositions if (pair.source, pair.target) == found.pair]
    scores = {pair.into: pair.z for pair in mine if pair.z is not None}
    if "k" not in scores:
        return undecided("one of the two heads is zero")
    others = ", ".join(f"{into.upper()} {z:.1f}" for into, z in scores.items() if into != "k")
    found_text = f"{scores['k']:.1f} standard deviations above random heads for K; {others}"
    return judged(scores["k"] > 2 and scores["k"] == max(scores.values()), scores["k"], found_text)


def _keys_matter(evidence: Evidence) -> Verdict:
    found = evidence.induction
    if found.pair is None:
        return undecided(found.undefined or "no pair of heads")
    lost = {path.into: path.loss_increase for path in found.paths if path.source == found.pair[0]}
    rest = max(lost["q"], lost["v"])
    text = f"loss {found.loss:.3g}; without the path into keys +{lost['k']:.2g}, queries +{lost['q']:.2g}"
    return judged(lost["k"] > rest, lost["k"], f"{text}, values +{lost['v']:.2g}")


def _both_heads_needed(evidence: Evidence) -> Verdict:
    found, change = evidence.induction, evidence.fall("test_loss")
    if found.pair is None or isinstance(change, NoChange):
        return undecided(found.undefined or "needs two heads and a phase change")
    lost = (found.without_previous_token_heads or 0.0, found.without_induction_heads or 0.0)
    share, alone = min(lost) / (change.before - change.after), found.head(found.pair[1]).loss_increase
    text = (
        f"loss {found.loss:.2g}; {lost[0]:+.2g} without the {len(found.previous_token_heads)} previous-token heads, "
        f"{lost[1]:+.2g} without the {len(found.induction_heads)} induction heads ({alone:+.2g} without the best "
        f"alone); it had fallen by {change.before - change.after:.2g}"
    )
    return judged(share >= 0.5, share, text)


def _forms_in_the_change(evidence: Evidence) -> Verdict:
    found, change = evidence.induction, evidence.fall("test_loss")
    if found.pair is None or isinstance(change, NoChange) or change.completion is None:
        return undecided("needs two heads and a phase change that has ended")
    columns = (f"previous_token_score.{_name(found.pair[0])}", f"induction_score.{_name(found.pair[1])}")
    halves = [_half(evidence, column) for column in columns]
    if None in halves:
        return undecided(_NEEDS)
    steps = [float(half) for half in halves if half is not None]
    low, high = change.onset.step, change.completion.step
    text = (
        f"half of their scores at steps {steps[0]:.0f} and {steps[1]:.0f}; the loss falls from {low:.0f} to {high:.0f}"
    )
    return judged(all(low <= step <= high for step in steps), max(steps), text)


def _reinforce(evidence: Evidence) -> Verdict:
    found, change = evidence.induction, evidence.fall("test_loss")
    if found.pair is None or isinstance(change, NoChange) or change.midpoint is None:
        return undecided("needs two heads and a phase change that has ended")
    source, target = (_name(place) for place in found.pair)
    pairs = {
        "the first head's output": (f"ov_gradient.{source}", f"induction_score.{target}"),
        "the second's keys": (f"key_gradient.{source}.{target}", f"previous_token_score.{source}"),
    }
    grown, told = [], []
    for part, columns in pairs.items():
        gradient, score = (evidence.series(column) for column in columns)
        one = None if gradient is None or score is None else reinforced(gradient, score, change.midpoint.step)
        if one is None:
            return undecided(_NEEDS)
        grown.append(one)
        told.append(f"{part} {one.growth:.3g}-fold (rank {one.rank:.2f} with the other's score)")
    text = f"gradient until the middle of the fall: on {', on '.join(told)}"
    return judged(all(one.clear for one in grown), min(one.growth for one in grown), text)


def _half(evidence: Evidence, column: str) -> float | None:
    """The first step at which a score has made half of its way from first to last."""
    series = evidence.series(column)
    if series is None:
        return None
    middle = (series.value[0] + series.value[-1]) / 2
    return float(series.step[np.argmax(series.value >= middle)])


def _name(head: tuple[int, int]) -> str:
    return f"{head[0]}.{head[1]}"


def _one_layer(runs: Sequence[Evidence]) -> Verdict:
    by_layers: dict[int, list[bool]] = {}
    for run in runs:
        model = run.run.experiment.model
        layers = model.n_layers if isinstance(model, TransformerConfig) else 0
        by_layers.setdefault(layers, []).append(sudden(run, "test_loss").outcome == "holds" and _half_lost(run))
    if 1 not in by_layers or len(by_layers) < 2:
        return undecided("needs runs with one layer and with more")
    told = ", ".join(f"{sum(found)} of {len(found)} with {layers}" for layers, found in sorted(by_layers.items()))
    more = [found for layers, runs_found in by_layers.items() if layers > 1 for found in runs_found]
    return judged(
        not any(by_layers[1]) and all(more), None, f"runs whose loss falls to half in a phase change: {told} layers"
    )


def _half_lost(evidence: Evidence) -> bool:
    series = evidence.series("test_loss")
    return series is not None and bool(series.value[-1] < series.value[0] / 2)


CLAIMS = (
    Claim(
        id="induction-phase-change",
        sentence="On repeated subsequences the loss of a two-layer model falls in a phase change.",
        place='W, "Empirical Observations"',
        write_up="a phase change (W); under 4 nats at step 809, under 1 at 1134 (published run)",
        rule="In nats it falls by a quarter of guessing (arbitrary), from near guessing, between two corners.",
        judge=lambda evidence: sudden(evidence, "test_loss"),
        system="induction",
        figure="induction-heads",
    ),
    Claim(
        id="induction-two-heads",
        sentence="An induction circuit is a previous-token head and, in a later layer, an induction head.",
        place='W, "What Is A Phase Change?"; not verified there',
        write_up="expected",
        rule="Scores lead by 0.25 of all attention (arbitrary) over even attention and over tokens without repeats.",
        judge=_two_heads,
        system="induction",
        figure="induction-circuit",
    ),
    Claim(
        id="induction-k-composition",
        sentence="The two heads interact by K-composition.",
        place=_COMPOSITION,
        write_up="expected",
        rule="The K score is two standard deviations above random heads (usual), and above the Q and V scores.",
        judge=_k_composition,
        system="induction",
        figure="induction-circuit",
    ),
    Claim(
        id="induction-through-keys",
        sentence="What the first head tells later heads goes through their keys.",
        place=_COMPOSITION,
        write_up="expected",
        rule="Cutting its path into keys costs more loss than cutting that into queries or into values.",
        judge=_keys_matter,
        system="induction",
        figure="induction-circuit",
    ),
    Claim(
        id="induction-both-needed",
        sentence="Each of the two kinds of head is useful only with the other: without either the loss is back.",
        place=_COMPOSITION,
        write_up="expected",
        rule="Holding all previous-token heads at their means, or all induction heads, costs half or more (arbitrary) "
        "of what the phase change had won; heads of one kind may stand in for each other.",
        judge=_both_heads_needed,
        system="induction",
        figure="induction-circuit",
    ),
    Claim(
        id="induction-forms-in-the-change",
        sentence="The two heads form where the loss falls.",
        place='W, "What Is A Phase Change?"',
        write_up="the circuit forms in a narrow band of training",
        rule="Both scores pass half of their way between onset and end of the fall of the test loss.",
        judge=_forms_in_the_change,
        system="induction",
        figure="induction-heads",
    ),
    Claim(
        id="induction-reinforce",
        sentence="As each part of the circuit forms, it reinforces the gradients on the others.",
        place=_COMPOSITION,
        write_up="a speculation",
        rule="Until the middle of the fall the gradients on the first head's output and the second's keys double "
        "(arbitrary), and go with the other head's score (Spearman's rank, p < 0.05).",
        judge=_reinforce,
        system="induction",
        figure="induction-heads",
    ),
    SweepClaim(
        id="induction-one-layer-does-not",
        sentence="One-layer models show no such change; two- and three-layer ones do.",
        place='W, "What Is A Phase Change?", after the induction-heads paper',
        write_up="1 layer no, 2 and 3 layers yes",
        rule="In no run of one layer, and in all with more, does test loss fall to half in a phase change.",
        judge=_one_layer,
        system="induction-layers",
        figure="survival",
    ),
)
