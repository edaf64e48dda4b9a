"""List the recipes, which are experiments that are ready to train."""

from typing import TYPE_CHECKING, Any

from latebloom.cli.output import print_json, print_table
from latebloom.cli.parser import Parser, add_json

if TYPE_CHECKING:
    from latebloom.recipes import Recipe
    from latebloom.training import Experiment

HEADER = ("recipe", "task", "data", "model", "steps", "summary")


def run(parser: Parser, arguments: list[str]) -> int:
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.store import kept_for_user

    listed = kept_for_user("recipes", _listed)
    print_json(listed["json"]) if options.json else print_table(HEADER, listed["rows"])
    return 0


def _listed() -> dict[str, Any]:
    from latebloom.recipes import RECIPES, recipe

    return {
        "json": {name: recipe(name).model_dump(mode="json") for name in RECIPES},
        "rows": [_row(name, recipe(name), function) for name, function in RECIPES.items()],
    }


def _row(name: str, experiment: "Experiment", recipe: "Recipe") -> tuple[str, ...]:
    data = experiment.data
    if data.kind == "stream":
        examples = "stream"
    else:
        examples = f"{data.fraction:.0%}" if data.train_size is None else f"{data.train_size} examples"
    return name, experiment.task.name, examples, experiment.model.kind, str(experiment.training.steps), _summary(recipe)


def _summary(recipe: "Recipe") -> str:
    """The first paragraph of its docstring."""
    return " ".join((recipe.__doc__ or "").split("\n\n")[0].split())
