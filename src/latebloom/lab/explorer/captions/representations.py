"""Captions of the views of group composition. Where no circuit was found they say nothing about one."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any

from latebloom._text import nats, percent
from latebloom.circuits.groups.family import GROUPS
from latebloom.circuits.groups.settings import BEYOND_CHANCE
from latebloom.lab.explorer.captions.caption import caption
from latebloom.lab.explorer.captions.words import series
from latebloom.lab.explorer.evidence import Evidence

Explanation = Mapping[str, Any]
"""`latebloom.circuits.groups.explanation.GroupExplanation` as plain JSON."""

Sentences = Iterator[str | None]

MOST = 8
"""Representations that a sentence lists."""


def of_circuit(view: str) -> Callable[[Callable[[Evidence, Explanation], Sentences]], object]:
    """Decorator: the caption of a view for runs whose final model does the task and has key representations."""

    def register(make: Callable[[Evidence, Explanation], Sentences]) -> object:
        @caption(view, GROUPS.name)
        @wraps(make)
        def made(evidence: Evidence) -> Sentences:
            found = evidence.explanation
            if found is not None and found["does_task"] and found["key_dimensions"]:
                yield from make(evidence, found)

        return made

    return register


@caption("page", GROUPS.name)
def page(evidence: Evidence) -> Sentences:
    """What the final model is, in one sentence, or that no circuit explains it."""
    found = evidence.explanation
    if found is None:
        return
    answers = f"At the last checkpoint the model answers {percent(found['accuracy'])} of all pairs correctly"
    keys = _keys(found)
    if not found["does_task"]:
        yield f"{answers}, fewer than half, so no representations explain its answers."
    elif not keys:
        yield f"{answers} and has no key representations."
    else:
        fve = found["fve_characters"]
        named, character = (
            (f"Its key representation is {keys[0]}", "character explains")
            if len(keys) == 1
            else (f"Its key representations are {_listed(keys)}", "characters explain")
        )
        explained = "" if fve is None else f", whose {character} {percent(fve)} of the variance of the logits"
        yield f"{answers}. {named}{explained}."


@of_circuit("representations")
def representations(evidence: Evidence, found: Explanation) -> Sentences:
    keys, shares = _keys(found), found["embedding"]["fraction"]
    count = len(found["irreps"]) - 1
    one = len(keys) == 1
    counted = f"{len(keys)} of the {count} representations (without the trivial one)"
    yield f"{counted} {'is' if one else 'are'} key: {_listed(keys)}."
    if None not in shares.values():
        held = percent(sum(shares[name] for name in keys))
        yield f"{'It holds' if one else 'They hold'} {held} of the embedding's energy, its mean apart."
    fve = found["fve_characters"]
    if fve is not None:
        yield (
            f"{'Its character explains' if one else 'Their characters explain'} {percent(fve)} of the variance of the "
            f"logits and {'leaves' if one else 'leave'} {percent(1 - fve)} unexplained."
        )
    excess = {name: value for name in keys if (value := found["lookup_excess"].get(name)) is not None}
    if excess:
        (name, times), *rest = list(excess.items())[:MOST]
        parts = [f"{name} has {times:.3g} times its share", *(f"{other} {value:.3g} times" for other, value in rest)]
        yield f"A table of looked-up answers has a part of every representation; relative to it, {series(parts)}."


@of_circuit("group-neurons")
def neurons(evidence: Evidence, found: Explanation) -> Sentences:
    of, keys = found["neurons"], _keys(found)
    if of is None or of["clustered_fraction"] is None:
        return
    sizes = [f"{name}: {of['clusters'].get(name, 0)}" for name in keys[:MOST]]
    yield (
        f"Of the {of['live']} neurons that are ever active, {percent(of['clustered_fraction'])} are in the cluster of "
        f"one representation ({', '.join(sizes)})."
    )


@of_circuit("cosets")
def cosets(evidence: Evidence, found: Explanation) -> Sentences:
    of = found["cosets"]
    if of is None:
        return
    beyond = of["larger_than_chance"] is not None and of["larger_than_chance"] >= BEYOND_CHANCE
    if of["decides"] == "irreps" and not beyond:
        yield (
            "Functions of one representation keep the answers of this model. The subgroups of its neurons are not "
            "clearly larger than those of random functions of their representation, so cosets do not count as an "
            "explanation."
        )
    else:
        yield _DECIDED.get(of["decides"]) or (f"Undecided: {of['reason']}." if of["reason"] else None)


_DECIDED = {
    "irreps": "Functions of one representation keep the answers of this model with the fewest functions.",
    "cosets": "Functions that are constant on cosets keep the answers of this model with the fewest functions.",
    "both": "Functions that are of one representation and constant on cosets at once keep the answers of this model.",
    "neither": "Neither explanation of the neurons keeps the answers of this model.",
}


@of_circuit("restricted-irreps")
def restricted(evidence: Evidence, found: Explanation) -> Sentences:
    kept, whole = found["restricted_loss"]["all"], found["loss"]["all"]
    if kept is not None and whole is not None:
        yield (
            f"With the key representations alone in its logits the model has a loss of {nats(kept)} nats over all "
            f"pairs at the last step; unchanged it has {nats(whole)} nats."
        )


@of_circuit("excluded-irreps")
def excluded(evidence: Evidence, found: Explanation) -> Sentences:
    without, train = found["excluded_loss"]["train"], found["loss"]["train"]
    if without is not None and train is not None:
        guessing = evidence.analysis.phases.guessing
        beside = "" if guessing is None else f"; guessing has {nats(guessing)} nats"
        yield (
            f"Without its key representations train loss is {nats(without)} nats instead of {nats(train)} nats at the "
            f"last step{beside}."
        )
    alone, everything = found["excluded_loss"]["by_irrep"], found["loss"]["all"]
    if len(alone) > 1 and everything is not None:
        parts = [f"{name}: {nats(value)}" for name, value in list(alone.items())[:MOST]]
        yield (
            f"Without one of them at a time the loss over all pairs is, in nats, {', '.join(parts)}; with all it is "
            f"{nats(everything)}."
        )


def _keys(found: Explanation) -> list[str]:
    """Names of the key representations."""
    return [name for name, one in zip(found["irrep_names"], found["irreps"], strict=True) if one["key"]]


def _listed(names: list[str]) -> str:
    rest = len(names) - MOST
    return series(names) if rest <= 0 else f"{', '.join(names[:MOST])} and {rest} more"
