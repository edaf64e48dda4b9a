"""Interventions on training: what an experiment changes in weights or gradients, to test a statement about causes."""

# Importing an intervention registers it.
from latebloom.training.interventions.base import INTERVENTIONS, AnyIntervention, Intervention
from latebloom.training.interventions.gradients import (
    DropRandomExamples,
    FewerExamples,
    RoundRightAnswers,
    RoundSmallLosses,
)
from latebloom.training.interventions.held import ClampWaves, Freeze
from latebloom.training.interventions.initial import Amplify, AmplifyWave, Prune, SwapFrequencies, Transplant

__all__ = [
    "INTERVENTIONS",
    "Amplify",
    "AmplifyWave",
    "AnyIntervention",
    "ClampWaves",
    "DropRandomExamples",
    "FewerExamples",
    "Freeze",
    "Intervention",
    "Prune",
    "RoundRightAnswers",
    "RoundSmallLosses",
    "SwapFrequencies",
    "Transplant",
]
