"""Interventions on training: what an experiment changes in weights or gradients, to test a statement about causes."""

from typing import Annotated

from pydantic import Field

from latebloom.training.interventions.base import Intervention
from latebloom.training.interventions.gradients import (
    DropRandomExamples,
    FewerExamples,
    RoundRightAnswers,
    RoundSmallLosses,
)
from latebloom.training.interventions.held import ClampWaves, Freeze
from latebloom.training.interventions.initial import Amplify, AmplifyWave, Prune, SwapFrequencies, Transplant

_KINDS = (
    *(Intervention, RoundSmallLosses, RoundRightAnswers, DropRandomExamples, FewerExamples),
    *(Freeze, ClampWaves, Transplant, SwapFrequencies, Prune, Amplify, AmplifyWave),
)

INTERVENTIONS: dict[str, type[Intervention]] = {kind.model_fields["kind"].default: kind for kind in _KINDS}
"""Every intervention by its kind."""

AnyIntervention = Annotated[
    Intervention
    | RoundSmallLosses
    | RoundRightAnswers
    | DropRandomExamples
    | FewerExamples
    | Freeze
    | ClampWaves
    | Transplant
    | SwapFrequencies
    | Prune
    | Amplify
    | AmplifyWave,
    Field(discriminator="kind"),
]
"""A field that holds any intervention."""

__all__ = ["INTERVENTIONS", "AnyIntervention", "Intervention"]
