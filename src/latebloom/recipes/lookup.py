"""Looks up a recipe by its name, or by the module and function that define it."""

import inspect
import sys
from collections.abc import Callable

from latebloom._errors import LatebloomError, UsageError, first_line
from latebloom._registry import Registry, import_module
from latebloom.training import Experiment

Recipe = Callable[..., Experiment]
"""A function of a seed that returns an experiment, or a function without arguments."""

RECIPES: Registry[Recipe] = Registry("recipe", lambda function: function.__name__)
"""Every recipe by function name, in the order in which `latebloom recipes` lists them."""


def recipe(name: str, seed: int = 0) -> Experiment:
    """The experiment of a registered recipe, or of ``MODULE:FUNCTION``.

    The module is imported, here and in worker processes, so the name must come from the user, never from a file. A
    function without arguments gets the seed through `Experiment.with_seed`.
    Errors: UsageError in one line for an unknown name, module or function, and for a function that raises or returns
    anything but an experiment.
    """
    function = _imported(name) if is_module_function(name) else RECIPES[name]
    takes_seed = bool(inspect.signature(function).parameters)
    try:
        experiment = function(seed) if takes_seed else function()
    except LatebloomError:
        raise
    except Exception as error:
        raise UsageError(f"recipe {name!r} raised {type(error).__name__}: {first_line(error)}") from error
    if not isinstance(experiment, Experiment):
        raise UsageError(f"recipe {name!r} returned {type(experiment).__name__}, expected an Experiment")
    return experiment if takes_seed else experiment.with_seed(seed)


def is_module_function(name: str) -> bool:
    """Whether a name has the form ``MODULE:FUNCTION``."""
    return ":" in name


def recipe_label(name: str) -> str:
    """The part of a recipe's name that is used in names of directories: ``FUNCTION`` of ``MODULE:FUNCTION``."""
    return name.rpartition(":")[2]


def _imported(name: str) -> Recipe:
    module, _, function = name.partition(":")
    import_module(module)
    recipe = getattr(sys.modules[module], function, None)
    if not callable(recipe):
        raise UsageError(f"recipe: got {name!r}, but module {module} has no function {function!r}")
    return recipe
