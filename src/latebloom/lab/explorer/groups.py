"""Data of the views of group composition: the group's representations, and the subgroups of the neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from latebloom.circuits.groups.cosets import Coset
from latebloom.circuits.groups.irreps import real_irreps
from latebloom.lab.explorer.evidence import Evidence
from latebloom.lab.explorer.extra import EXTRAS, Extra
from latebloom.tasks import GroupComposition
from latebloom.tasks.groups import group_name

if TYPE_CHECKING:
    from latebloom.circuits.groups.rivals import NeuronSubgroups


def representations(evidence: Evidence) -> dict[str, Any] | None:
    """The irreducible representations but the trivial one, with what makes them key, and what the group is."""
    task = evidence.analysis.task
    if not isinstance(task, GroupComposition):
        return None
    named, keys = real_irreps(task.group), set(_keys(evidence))
    return {
        "group": group_name(task.group),
        "order": task.group.order,
        "abelian": task.group.abelian,
        "irreps": [
            {"name": one.name, "dimension": one.dimension, "type": one.type, "key": one.name in keys}
            for one in named
            if not one.trivial
        ],
    }


def _keys(evidence: Evidence) -> list[str]:
    """Names of the key representations of the last checkpoint; before it is explained, those of the measures."""
    found = evidence.explanation
    if found is None:
        return list((evidence.analysis.measured_basis or {}).get("key_irreps", ()))
    return [name for name, one in zip(found["irrep_names"], found["irreps"], strict=True) if one["key"]]


def neurons(evidence: Evidence) -> dict[str, Any] | None:
    """The neurons of the last checkpoint: the representation in whose cluster each is, and its two subgroups.

    irrep, fve: of each neuron; irrep is None outside clusters. subgroups: each one that was found, with the number of
    the coset of every element. constant: the least share of the variance that the cosets explain. of_a, of_b: the place
    in that list by neuron. trials: what the neurons keep of the answers under each explanation. None where nothing
    explains the neurons.
    """
    from latebloom.circuits.groups.rivals import CONSTANT, neuron_subgroups
    from latebloom.circuits.groups.views import irreps, neuron_representations

    if not isinstance(evidence.analysis.task, GroupComposition) or evidence.explanation is None:
        return None
    snapshot = evidence.analysis.final
    found = snapshot.exact.get(neuron_representations)
    parts: NeuronSubgroups | None = snapshot.get(neuron_subgroups)
    if found is None or parts is None:
        return None
    names = [one.name for one in snapshot.exact.get(irreps)]
    distinct: dict[int, Coset] = {id(one): one for side in parts.cosets for one in side}
    place = {key: at for at, key in enumerate(distinct)}
    of_a, of_b = ([place[id(one)] for one in side] for side in parts.cosets)
    return {
        "irrep": [
            names[best] if clustered else None
            for best, clustered in zip(found.best.tolist(), found.clustered.tolist(), strict=True)
        ],
        "live": found.live.tolist(),
        "fve": found.fve.tolist(),
        "subgroups": [
            {"order": one.order, "left": one.left.tolist(), "right": one.right.tolist()} for one in distinct.values()
        ],
        "constant": CONSTANT,
        "of_a": of_a,
        "of_b": of_b,
        "cosets": evidence.explanation["cosets"],
    }


EXTRAS.register(Extra("representations", representations))
EXTRAS.register(Extra("group-neurons", neurons))
