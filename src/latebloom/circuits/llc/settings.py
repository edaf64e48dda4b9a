"""How a local learning coefficient is estimated: the fixed numbers of the rule, and what a user may change."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from latebloom._config import Config

TARGET = {"mala": 0.574, "sgld": 0.9}
"""Acceptance at which the step size is set. 0.574 is the optimum of the Metropolis-adjusted sampler (Roberts and
Rosenthal 1998). Without the Metropolis test the steps must be so small that it would hardly change anything."""

SAMPLERS = ", ".join(TARGET)


Scale = Annotated[float, Field(ge=1e-9, le=1e9)]
"""A positive number with which no chain overflows."""


class Sampling(Config):
    """Settings of the sampler. The defaults are the rule for all checkpoints of all runs.

    sampler: mala has a Metropolis test, so its only error is that of a finite chain; sgld, as in the literature, has
    none, and its steps bias the estimate. gamma: the strength γ of the pull to the weights. beta: inverse temperature,
    1 / ln n by default. step_size: ε; chosen during burn-in by default.
    """

    sampler: Literal["mala", "sgld"] = Field(default="mala", description=SAMPLERS)
    chains: int = Field(default=4, ge=2, description="independent chains")
    burn_in: int = Field(default=300, ge=1, description="steps of a chain that are left out; they set the step size")
    draws: int = Field(default=400, ge=10, description="steps of a chain that count")
    gamma: Scale = Field(default=100.0, description="strength of the pull to the weights")
    beta: Scale | None = Field(default=None, description="inverse temperature; 1 / ln n where it is not given")
    step_size: Scale | None = Field(default=None, description="of the sampler; else burn-in chooses it")
    seed: int = Field(default=0, ge=0, lt=2**63, description="of the chains' noise")
