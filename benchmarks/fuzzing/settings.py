"""Settings as text and as JSON: an experiment is refused in one line, or it can be stored and read again."""

import random
from functools import cache
from typing import Any

from pydantic import ValidationError

from fuzzing.laboratory import OPTIONS, Laboratory
from fuzzing.odd import CANARY, TEXTS, mutate_json
from fuzzing.verdicts import FaultError, refused
from latebloom._errors import LatebloomError
from latebloom.recipes import RECIPES
from latebloom.recipes.settings import experiment_of
from latebloom.runs.recorder import new_manifest
from latebloom.store import Manifest
from latebloom.training import Experiment
from latebloom.training.settings import known_settings

WORDS = ["adam", "adamw", "sgd", "muon", "relu", "gelu", "cpu", "cuda", "float64", "steps", "settled", "mlp", "ops"]


@cache
def names() -> tuple[str, ...]:
    """Every setting."""
    return tuple(sorted(known_settings()))


def text(rng: random.Random) -> str:
    """A value as people and attackers type it."""
    choice = rng.randrange(4)
    if choice == 0:
        return rng.choice(TEXTS)
    if choice == 1:
        return rng.choice(WORDS)
    if choice == 2:
        return str(rng.choice([rng.randrange(-3, 40), 10 ** rng.randrange(6, 30), -(10 ** rng.randrange(1, 20))]))
    return repr(rng.choice([rng.random(), rng.uniform(-2, 2), 10.0 ** rng.randrange(-320, 309)]))


def options(rng: random.Random, most: int = 3) -> list[str]:
    """Some settings with odd values, as on the command line."""
    chosen = [rng.choice(names()) for _ in range(rng.randrange(1, most + 1))]
    words = [word for name in chosen for word in (f"--{name}", text(rng))]
    if rng.random() < 0.05:
        words[0] = rng.choice(
            ["--model", "--.", "--model.", "--x.y", "model.p", "--model.d_model=", f"--{TEXTS[-5]}.x"]
        )
    return words


def attempt_text(rng: random.Random, laboratory: Laboratory) -> str:
    """Settings of the command line on a recipe."""
    # A recipe MODULE:FUNCTION is imported, as the user asks.
    odd = [text for text in rng.sample(TEXTS, 2) if CANARY not in text]
    recipe = rng.choice([*RECIPES, *odd]) if rng.random() < 0.5 else "small"
    start = OPTIONS if recipe == "small" and rng.random() < 0.5 else []
    return _verdict(lambda: experiment_of(recipe, rng.choice([0, 1, 2**31, 2**63, 10**30, -1]), start + options(rng)))


def attempt_json(rng: random.Random, laboratory: Laboratory) -> str:
    """The experiment of a manifest, with mutated values."""
    stored = experiment_of("small", 0, OPTIONS if rng.random() < 0.5 else []).model_dump(mode="json")
    return _verdict(lambda: Experiment.model_validate(mutate_json(stored, rng)))


def _verdict(make: Any) -> str:
    try:
        experiment = make()
    except ValidationError:
        return "refused"
    except LatebloomError as error:
        return refused(error)
    manifest = new_manifest("name", experiment)
    again = Manifest.model_validate_json(manifest.model_dump_json())
    if again != manifest or Experiment.model_validate(again.experiment) != experiment:
        raise FaultError("silently wrong", f"it is read back as another experiment: {manifest.experiment}")
    for seed in (1, 2**63):
        try:
            experiment.with_seed(seed)
        except LatebloomError as error:
            refused(error)
    return "valid"
