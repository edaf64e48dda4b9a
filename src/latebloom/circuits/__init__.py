"""Interventions and mechanism fits."""

from latebloom.circuits import modular
from latebloom.circuits.interventions import AddVector, MeanNeurons, ReplaceWith, ZeroHeads, ZeroNeurons

__all__ = ["AddVector", "MeanNeurons", "ReplaceWith", "ZeroHeads", "ZeroNeurons", "modular"]
