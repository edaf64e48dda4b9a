"""Captions of the views of a modular task. Where no circuit was found they say nothing about one."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any

from latebloom._text import nats, percent, whole
from latebloom.circuits.modular.settings import FVE_THRESHOLD
from latebloom.claims.lottery import INITIAL_DRAWS
from latebloom.explorer.numbers import strongest_wave
from latebloom.lab.explorer.captions.caption import caption
from latebloom.lab.explorer.captions.words import series
from latebloom.lab.explorer.evidence import Evidence
from latebloom.phases import RESTRICTED_HALVES, UNDER_GUESSING

FAMILY = "modular"

Explanation = Mapping[str, Any]
"""What `latebloom explain --json` prints: `latebloom.circuits.modular.explanation.Explanation` as plain JSON."""

Sentences = Iterator[str | None]


Maker = Callable[[Evidence, Explanation], Sentences]


def of_circuit(view: str) -> Callable[[Maker], Maker]:
    """Decorator that registers the caption of a view for runs whose final model does the task and has key frequencies;
    the function also gets the explanation of that model."""

    def register(make: Maker) -> Maker:
        @caption(view, FAMILY)
        @wraps(make)
        def made(evidence: Evidence) -> Sentences:
            found = evidence.explanation
            if found is not None and found["key_frequencies"] and found["does_task"]:
                yield from make(evidence, found)

        return make

    return register


@of_circuit("embedding-spectrum")
def embedding_spectrum(evidence: Evidence, found: Explanation) -> Sentences:
    fractions = found["embedding"]["fraction"]
    if None in fractions.values():
        return
    keys, count = found["key_frequencies"], len(fractions)
    yield (
        f"{_hold(keys)} {percent(sum(fractions[str(k)] for k in keys))} of the embedding's "
        f"energy (without the constant); equal waves would give {'it' if len(keys) == 1 else 'them'} "
        f"{percent(len(keys) / count)}."
    )
    others = {k: value for k, value in fractions.items() if int(k) not in keys}
    if others:
        most = max(others, key=lambda k: others[k])
        yield f"Of the other frequencies, {most} holds most: {percent(others[most])}."


@of_circuit("circles")
def circles(evidence: Evidence, found: Explanation) -> Sentences:
    count, low, high = map(
        evidence.quantity, ("embedding_components_examined", "component_purity_min", "component_purity_max")
    )
    if None not in (count, low, high):
        yield (
            f"Each of the first {count:.0f} principal components of the embedding has {_range(low, high)} of its "
            "energy on one frequency."
        )
    early, random = map(evidence.quantity, ("initial_circularity", "initial_circularity_random"))
    if None not in (early, random):
        yield (
            "In the planes of the final principal components, the initial embedding has "
            f"{percent(early)} of its variance at the plane's frequency (median); in the best of {INITIAL_DRAWS} "
            f"random planes it has {percent(random)}."
        )


@of_circuit("attention-maps")
def attention(evidence: Evidence, found: Explanation) -> Sentences:
    ks, shares, together, itself = map(
        evidence.quantity, ("head_frequencies", "head_fves", "head_fves_by_keys", "mean_attention_to_self")
    )
    if ks and shares:
        heads = (f"k = {k:.0f} with {percent(share)}" for k, share in zip(ks, shares, strict=True))
        yield f"Head by head, the frequency that explains most of the attention's variance is {', '.join(heads)}."
    if together:
        yield f"All key frequencies together explain {_range(min(together), max(together))} of the variance of a head."
    if itself is not None:
        yield f"At the last step “=” pays {percent(itself)} of its attention to itself, on average."


@of_circuit("neuron-gallery")
def neurons(evidence: Evidence, found: Explanation) -> Sentences:
    live, share = found["neurons"]["live"], found["neurons"]["clustered_fraction"]
    if share is None:
        return
    clusters = found["neurons"]["clusters"]
    in_keys = [f"k = {k}: {clusters.get(str(k), 0)}" for k in found["key_frequencies"]]
    yield (
        f"Of the {live} neurons that are ever active, {percent(share)} are in a cluster of one frequency "
        f"({', '.join(in_keys)}). {_unclustered(share)}"
    )
    rest = sum(count for k, count in clusters.items() if int(k) not in found["key_frequencies"])
    yield f"{rest} of them are in clusters of other frequencies, too small to count as key." if rest else None
    linear, logits = evidence.quantity("neuron_linear_share"), evidence.quantity("logit_linear_share")
    if None not in (linear, logits):
        yield (
            f"Waves of x alone or of y alone hold {percent(linear)} of the neurons' energy and {percent(logits)} of "
            "the logits'."
        )
    own, random = evidence.quantity("polynomial_loss"), evidence.quantity("polynomial_loss_random")
    if None not in (own, random):
        yield (
            "With each clustered neuron replaced by nine waves of its own frequency the loss over all pairs is "
            f"{_loss(own)} instead of {_loss(found['loss']['all'])}; with waves of random frequencies it is "
            f"{_loss(random)}."
        )


def _unclustered(share: float) -> str:
    if share == 1:
        return "None is outside the clusters."
    return (
        f"The other {percent(1 - share)} are in no cluster: no frequency explains more than {percent(FVE_THRESHOLD)} "
        "of the variance of any of them."
    )


@of_circuit("logits-fourier")
def logits(evidence: Evidence, found: Explanation) -> Sentences:
    yield _positions(evidence)
    yield from _fit(evidence, found)
    uniform, random = evidence.quantity("uniform_block_share"), evidence.quantity("fve_cos_fit_random")
    if random is not None:
        yield f"As many random other frequencies explain {_small(random)} on average."
    if uniform is not None:
        yield (
            "Of the energy of the logits in products of two waves of one key frequency, "
            f"{percent(uniform)} is on cos w({_sum(evidence)}) and sin w({_sum(evidence)})."
        )


def _fit(evidence: Evidence, found: Explanation) -> Sentences:
    """How well the sum of cosines explains the logits, and what it leaves unexplained."""
    fve, loss = found["logits"]["fve_cos_fit"], found["logits"]["loss_cos_fit"]
    if fve is None:
        return
    yield (
        f"The waves cos w({_sum(evidence)} − z) of the key frequencies explain {percent(fve)} of the variance of the "
        f"logits and leave {percent(1 - fve)} unexplained."
    )
    if loss is not None:
        yield (
            f"In place of the model's logits, their sum has a loss of {_loss(loss)} over all pairs; the model has "
            f"{_loss(found['loss']['all'])}."
        )


@of_circuit("w-logit")
def w_logit(evidence: Evidence, found: Explanation) -> Sentences:
    count, low, high = map(evidence.quantity, ("read_out_directions", "read_out_fve_min", "read_out_fve_max"))
    if None not in (count, low, high):
        yield (
            f"Along the {count:.0f} directions in which W_logit reads the neurons, cos w({_sum(evidence)}) and "
            f"sin w({_sum(evidence)}) explain {_range(low, high)} of the variance."
        )
    residual = evidence.quantity("unembedding_residual_share")
    if residual is not None:
        yield f"{percent(residual)} of the norm of W_logit is outside cos wz and sin wz of the key frequencies."


@of_circuit("cos-coefficients")
def cos_coefficients(evidence: Evidence, found: Explanation) -> Sentences:
    waves, explained = found["logits"]["cos_coefficients"], found["logits"]["fve_cos_fit"]
    if waves and explained is not None:
        order = _facts(evidence)["order"]
        yield (
            f"At the last step the waves that fit the logits best are {_formula(evidence, waves)}, where w = 2πk / "
            f"{order}; they explain {percent(explained)} of the variance."
        )
        yield _energy(waves)


@of_circuit("excluded-by-frequency")
def excluded(evidence: Evidence, found: Explanation) -> Sentences:
    loss = found["loss"]
    of_train = {k: evidence.last(f"excluded_loss.k{k}") for k in found["key_frequencies"]}
    if loss["train"] is not None and None not in of_train.values():
        yield _without_one("on the train set, as in the chart,", of_train, loss["train"])
    if loss["all"] is not None:
        yield _without_one(
            "over all pairs, the test set included,", found["excluded_loss"]["by_frequency"], loss["all"]
        )
    together = found["excluded_loss"]["train"]
    if together is not None and loss["train"] is not None:
        yield (
            f"Without all key frequencies the loss on the train set is {_loss(together)} instead of "
            f"{_loss(loss['train'])}; guessing has {_loss(evidence.analysis.phases.guessing)}."
        )


def _without_one(where: str, alone: Mapping[Any, Any], loss: float | int) -> str | None:
    """The loss on a set without one key frequency, and unchanged. where: the set. alone: nats by frequency."""
    if not alone:
        return None
    ends = (choose(alone, key=lambda k: alone[k]) for choose in (min, max))
    least, most = (f"{_loss(alone[k])} (k = {k})" for k in ends)
    found = least if len(alone) == 1 else f"between {least} and {most}"
    return (
        f"At the last step the loss {where} is {found} without one key frequency, and {_loss(loss)} with all of them."
    )


@of_circuit("restricted")
def restricted(evidence: Evidence, found: Explanation) -> Sentences:
    kept, whole_loss = found["restricted_loss"]["all"], found["loss"]["all"]
    if kept is not None and whole_loss is not None:
        yield (
            f"With only the key frequencies' directions kept in its logits the model has a loss of {_loss(kept)} over "
            f"all pairs at the last step; unchanged it has {_loss(whole_loss)}."
        )
    low, test = (evidence.analysis.boundary(name) for name in (RESTRICTED_HALVES, UNDER_GUESSING))
    if low is not None and test is not None:
        order = f"{whole(test - low)} steps before" if low < test else f"{whole(low - test)} steps after"
        yield (
            f"Restricted loss stays under half of guessing from about step {whole(low)} on, {order} test loss stays "
            "under guessing."
        )


@of_circuit("take-apart")
def take_apart(evidence: Evidence, found: Explanation) -> Sentences:
    for name, words in _CUTS.items():
        loss, random = evidence.quantity(f"{name}_loss"), evidence.quantity(f"{name}_random_loss")
        if None not in (loss, random):
            yield (
                f"{words} the loss over all pairs is {_loss(loss)}; after a random change of the same size it is "
                f"{_loss(random)}."
            )
    yield from _dropped(evidence, found)


_CUTS = {
    "zero_heads": "Without the output of the attention heads",
    "zero_around_attention": "Without the residual connection around attention",
    "zero_around_mlp": "Without the residual connection around the MLP",
}
"""Quantities of the ablations that the view offers, by the beginning of their names."""


def _dropped(evidence: Evidence, found: Explanation) -> Sentences:
    """The loss without each cluster, and which clusters hurt less than random neurons."""
    losses, decades = evidence.quantity("cluster_drop_losses"), evidence.quantity("cluster_decades_over_random")
    keys = [k for k in found["key_frequencies"] if found["neurons"]["clusters"].get(str(k))]
    if losses is None or len(losses) != len(keys):
        return
    each = (f"k = {k}: {_loss(loss)}" for k, loss in zip(keys, losses, strict=True))
    yield f"Without the neurons of one cluster the loss over all pairs is, cluster by cluster, {', '.join(each)}."
    less = [k for k, over in zip(keys, decades or (), strict=False) if over is not None and over < 0]
    if less:
        plural = len(less) > 1
        yield (
            f"Dropping the cluster{'s' if plural else ''} of k = {_list(less)} hurts less than dropping as many random "
            "neurons, which take part in the other frequencies."
        )


@of_circuit("try-it")
def try_it(evidence: Evidence, found: Explanation) -> Sentences:
    yield f"At the last step the model answers {percent(found['accuracy'])} of all pairs correctly."
    yield _positions(evidence)
    yield from _fit(evidence, found)


@of_circuit("by-hand")
def by_hand(evidence: Evidence, found: Explanation) -> Sentences:
    waves, loss = found["logits"]["cos_coefficients"], found["logits"]["loss_cos_fit"]
    if waves and loss is not None:
        yield (
            f"The sum of the waves of the key frequencies {_list(found['key_frequencies'])}, as high as in the model "
            f"at the last step, has a loss of {_loss(loss)} over all pairs; the model has "
            f"{_loss(found['loss']['all'])}."
        )


@caption("page", FAMILY)
def page(evidence: Evidence) -> Sentences:
    """What the final model is, in one sentence with what stays unexplained, or that no circuit explains it."""
    found = evidence.explanation
    if found is None:
        return
    keys, accuracy = found["key_frequencies"], percent(found["accuracy"])
    if not keys:
        yield (
            f"At the last checkpoint the model answers {accuracy} of all pairs correctly and has no key frequencies, "
            "so no waves explain its answers."
        )
    elif not found["does_task"]:
        yield (
            f"At the last checkpoint the model answers {accuracy} of all pairs correctly, fewer than half, so the "
            f"waves of the frequencies {_list(keys)} in its neurons do not explain its answers."
        )
    else:
        yield f"At the last checkpoint the model answers {accuracy} of all pairs correctly. {_summary(found)}"


def _hold(keys: list[int]) -> str:
    return f"The key frequency {keys[0]} holds" if len(keys) == 1 else f"The key frequencies {_list(keys)} hold"


def _summary(found: Explanation) -> str:
    fve, share = found["logits"]["fve_cos_fit"], found["neurons"]["clustered_fraction"]
    keys = found["key_frequencies"]
    parts = [f"Its key {'frequency is' if len(keys) == 1 else 'frequencies are'} {_list(keys)}"]
    if fve is not None:
        waves = "its wave explains" if len(keys) == 1 else "their waves explain"
        parts.append(f"{waves} {percent(fve)} of the variance of the logits")
    if share is not None:
        parts.append(f"{percent(1 - share)} of the active neurons are in no cluster")
    return f"{series(parts)}."


def _energy(waves: Mapping[str, float]) -> str | None:
    """How unevenly the waves share the energy of their sum."""
    strongest = strongest_wave(waves)
    if strongest is None:
        return None
    k, share = strongest
    return f"The waves are not equally strong: k = {k} has {percent(share)} of the energy of their sum."


def _formula(evidence: Evidence, waves: Mapping[str, float]) -> str:
    return " + ".join(f"{value:.3g} cos w({_sum(evidence)} − z) for k = {k}" for k, value in waves.items())


def _sum(evidence: Evidence) -> str:
    """The operation in the order of the page's operands: x + y or x − y."""
    return "x − y" if _facts(evidence)["phase_sign"] == -1 else "x + y"


def _facts(evidence: Evidence) -> dict[str, Any]:
    """What is known of the task without any training: `latebloom.circuits.modular.page.facts`."""
    return evidence.analysis.family.facts(evidence.analysis.task)


def _positions(evidence: Evidence) -> str | None:
    meaning = _facts(evidence)["positions"]
    return None if meaning is None else f"Here {meaning}."


def _list(values: list[int]) -> str:
    return ", ".join(map(str, values))


def _range(low: float, high: float) -> str:
    first, last = percent(low), percent(high)
    return first if first == last else f"{first} to {last}"


def _small(share: float) -> str:
    return "less than 0.001 %" if abs(share) < 1e-5 else percent(share)


def _loss(value: float | None) -> str:
    return "an unknown value" if value is None else f"{nats(value)} nats"
