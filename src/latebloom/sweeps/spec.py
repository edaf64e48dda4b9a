"""The specification of a sweep (recipe, grid, seeds and settings), from a command line or a TOML or JSON file."""

import json
import shlex
import tomllib
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from pydantic import Field

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.recipes.lookup import is_module_function, recipe_label
from latebloom.store import one_line
from latebloom.sweeps.grid import parse_axis, parse_seeds, split_values

SUFFIXES = (".toml", ".json")
_KEYS = ("recipe", "seeds", "grid", "settings")


class Spec(Config):
    """A recipe with changed settings, at every combination of grid values and every seed.

    Values are text and settings are arguments, as on the command line: ``("--task.p", "31")``.
    """

    recipe: str
    seeds: tuple[int, ...] = (0,)
    grid: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    settings: tuple[str, ...] = ()

    def points(self) -> Iterator[list[str]]:
        """The arguments of each point of the grid, the last axis varying fastest."""
        for values in product(*self.grid.values()):
            yield [*self.settings, *(part for name, value in zip(self.grid, values) for part in (f"--{name}", value))]

    def __len__(self) -> int:
        return prod(map(len, self.grid.values())) * len(self.seeds)

    def command(self) -> str:
        """The command line of this sweep."""
        seeds = ["--seeds", _span(self.seeds)]
        axes = [part for name, values in self.grid.items() for part in ("--grid", f"{name}={_joined(values)}")]
        return shlex.join(["latebloom", "sweep", self.recipe, *seeds, *axes, *self.settings])


def _span(seeds: tuple[int, ...]) -> str:
    """Seeds in the form that `parse_seeds` reads."""
    first, last = seeds[0], seeds[-1]
    return f"{first}:{last + 1}" if seeds == tuple(range(first, last + 1)) else ",".join(map(str, seeds))


def _joined(values: tuple[str, ...]) -> str:
    """Values as `split_values` reads them: separated by semicolons where one of them contains a comma."""
    if not any("," in value for value in values):
        return ",".join(values)
    return ";".join(values) + (";" if len(values) == 1 else "")


def read_spec(path: Path) -> Spec:
    """Read the sweep that a file specifies: ``recipe``, ``seeds`` ("0:32" or a list), tables ``grid`` and ``settings``.

    Errors: UsageError with the name of the file if it is missing, not TOML or JSON, or not of this form.
    """
    with one_line(path, "read", UsageError):
        content = path.read_bytes()
    try:
        tree = tomllib.loads(content.decode()) if path.suffix == ".toml" else json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not {path.suffix[1:].upper()}: {error}") from None
    return parse_spec(tree, path)


def parse_spec(table: Any, path: Path | str) -> Spec:
    """Like `read_spec`, for a parsed table; ``path``: the origin of the table, for error messages."""
    if not isinstance(table, dict) or not isinstance(table.get("recipe"), str):
        raise UsageError(f"{path}: expected a table with a recipe, such as recipe = 'small'; see `latebloom recipes`")
    if is_module_function(table["recipe"]):
        raise UsageError(
            f"{path}: recipe: got {table['recipe']!r}, but a file cannot name code to import; expected the name of a "
            "recipe; register one with --import MODULE"
        )
    unknown = sorted(table.keys() - set(_KEYS))
    if unknown:
        raise UsageError(f"{path}: got {unknown[0]!r}, expected only {', '.join(_KEYS)}")
    seeds = table.get("seeds", "0")
    listed = ",".join(map(str, seeds)) if isinstance(seeds, list) else str(seeds)
    return Spec(
        recipe=table["recipe"],
        seeds=parse_seeds(listed),
        grid={name: _values(path, name, value) for name, value in _flat(path, "grid", table.get("grid", {}))},
        settings=tuple(
            part
            for name, value in _flat(path, "settings", table.get("settings", {}))
            for part in (f"--{name}", _text(path, name, value))
        ),
    )


def make_spec(recipe_or_file: str, axes: Sequence[str], seeds: str | None, settings: Sequence[str]) -> Spec:
    """The sweep of a command line, which extends a file and overrides its values. Errors: UsageError."""
    file = Path(recipe_or_file)
    spec = read_spec(file) if file.suffix in SUFFIXES else Spec(recipe=recipe_or_file)
    named: dict[str, tuple[str, ...]] = {}
    for axis in map(parse_axis, axes):
        named[axis.field] = tuple(dict.fromkeys([*named.get(axis.field, ()), *axis.values]))
    return Spec(
        recipe=spec.recipe,
        seeds=spec.seeds if seeds is None else parse_seeds(seeds),
        grid=spec.grid | named,
        settings=(*spec.settings, *settings),
    )


def usual_name(recipe_or_file: str) -> str:
    """The default name of a sweep. It does not depend on grid and seeds, so that more values extend the sweep."""
    file = Path(recipe_or_file)
    return file.stem if file.suffix in SUFFIXES else f"{recipe_label(recipe_or_file)}-sweep"


def _flat(path: Path | str, place: str, tree: Any) -> Iterator[tuple[str, Any]]:
    """Both ``{"task": {"p": [7, 11]}}`` and ``{"task.p": [7, 11]}`` as ("task.p", [7, 11])."""
    if not isinstance(tree, dict):
        raise UsageError(f"{path}: {place}: got {tree!r}, expected a table")
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", leaf) for inner, leaf in _flat(path, name, value))
        else:
            yield name, value


def _values(path: Path | str, name: str, value: Any) -> tuple[str, ...]:
    values = tuple(_text(path, name, item) for item in value) if isinstance(value, list) else split_values(str(value))
    if not values:
        raise UsageError(f"{path}: grid.{name}: got no values, expected at least one")
    return values


def text_of(value: Any) -> str:
    """A setting's value as on the command line. Errors: UsageError for a list or a table."""
    if isinstance(value, list | dict):
        raise UsageError(f"got {value!r}, expected text as on the command line, for example '0.9,0.98'")
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "none" if value is None else str(value)


def _text(path: Path | str, name: str, value: Any) -> str:
    try:
        return text_of(value)
    except UsageError as error:
        raise UsageError(f"{path}: {name}: {error}") from None
