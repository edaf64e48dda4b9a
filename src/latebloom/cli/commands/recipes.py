"""List the recipes: experiments ready to train."""

from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json


def run(parser: Parser, arguments: list[str]) -> int:
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.recipes import RECIPES

    if options.json:
        print_json({name: recipe(0).model_dump(mode="json") for name, recipe in RECIPES.items()})
    else:
        print_pairs([(name, _summary(recipe.__doc__)) for name, recipe in RECIPES.items()])
    return 0


def _summary(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())
