"""List the recipes: experiments ready to train."""

from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json


def run(parser: Parser, arguments: list[str]) -> int:
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.recipes import RECIPES, recipe

    if options.json:
        print_json({name: recipe(name).model_dump(mode="json") for name in RECIPES})
    else:
        print_pairs([(name, _summary(function.__doc__)) for name, function in RECIPES.items()])
    return 0


def _summary(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())
