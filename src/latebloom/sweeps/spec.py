"""The request for a sweep: recipe, grid, seeds and settings, from the command line or from a TOML or JSON file."""

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
from latebloom.store import one_line
from latebloom.sweeps.grid import parse_axis, parse_seeds, split_values

SUFFIXES = (".toml", ".json")
_KEYS = ("recipe", "seeds", "grid", "settings")


class Spec(Config):
    """Every combination of the grid's values, at every seed, on a recipe with its settings changed.

    Values are text and settings are arguments, both as on the command line: ``("--task.p", "31")``.
    """

    recipe: str
    seeds: tuple[int, ...] = (0,)
    grid: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    settings: tuple[str, ...] = ()

    def points(self) -> Iterator[list[str]]:
        """The arguments of each point of the grid, the last axis fastest."""
        for values in product(*self.grid.values()):
            yield [*self.settings, *(part for name, value in zip(self.grid, values) for part in (f"--{name}", value))]

    def __len__(self) -> int:
        return prod(map(len, self.grid.values())) * len(self.seeds)

    def command(self) -> str:
        """The command line of the same sweep."""
        seeds = ["--seeds", _span(self.seeds)]
        axes = [part for name, values in self.grid.items() for part in ("--grid", f"{name}={_joined(values)}")]
        return shlex.join(["latebloom", "sweep", self.recipe, *seeds, *axes, *self.settings])


def _span(seeds: tuple[int, ...]) -> str:
    """Seeds in the form that `parse_seeds` reads."""
    first, last = seeds[0], seeds[-1]
    return f"{first}:{last + 1}" if seeds == tuple(range(first, last + 1)) else ",".join(map(str, seeds))


def _joined(values: tuple[str, ...]) -> str:
    """Values in the form that `split_values` reads: separated by semicolons where one of them holds a comma."""
    if not any("," in value for value in values):
        return ",".join(values)
    return ";".join(values) + (";" if len(values) == 1 else "")


def read_spec(path: Path) -> Spec:
    """The sweep that a file describes: ``recipe``, ``seeds`` ("0:32" or a list), tables ``grid`` and ``settings``.

    Errors: UsageError naming the file where it is missing, is not TOML or JSON, or describes something else.
    """
    with one_line(path, "read", UsageError):
        content = path.read_bytes()
    try:
        found = tomllib.loads(content.decode()) if path.suffix == ".toml" else json.loads(content)
    except ValueError as error:
        raise UsageError(f"{path}: not {path.suffix[1:].upper()}: {error}") from None
    return parse_spec(found, path)


def parse_spec(found: Any, path: Path) -> Spec:
    """The sweep that a table describes, as `read_spec`; ``path`` is the file it came from, for the errors."""
    if not isinstance(found, dict) or not isinstance(found.get("recipe"), str):
        raise UsageError(f"{path}: expected a table with a recipe, as recipe = 'small'; see `latebloom recipes`")
    unknown = sorted(found.keys() - set(_KEYS))
    if unknown:
        raise UsageError(f"{path}: got {unknown[0]!r}, expected only {', '.join(_KEYS)}")
    seeds = found.get("seeds", "0")
    listed = ",".join(map(str, seeds)) if isinstance(seeds, list) else str(seeds)
    return Spec(
        recipe=found["recipe"],
        seeds=parse_seeds(listed),
        grid={name: _values(path, name, value) for name, value in _flat(path, "grid", found.get("grid", {}))},
        settings=tuple(
            part
            for name, value in _flat(path, "settings", found.get("settings", {}))
            for part in (f"--{name}", _text(path, name, value))
        ),
    )


def make_spec(recipe_or_file: str, axes: Sequence[str], seeds: str | None, settings: Sequence[str]) -> Spec:
    """The sweep of a command line, which is added to the sweep of a file and overrides it. Errors: UsageError."""
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
    """The default name of a sweep. It does not contain grid and seeds, so that more of them extend the same sweep."""
    file = Path(recipe_or_file)
    return file.stem if file.suffix in SUFFIXES else f"{recipe_or_file}-sweep"


def _flat(path: Path, place: str, tree: Any) -> Iterator[tuple[str, Any]]:
    """``{"task": {"p": [7, 11]}}`` and ``{"task.p": [7, 11]}`` alike as ("task.p", [7, 11])."""
    if not isinstance(tree, dict):
        raise UsageError(f"{path}: {place}: got {tree!r}, expected a table")
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", leaf) for inner, leaf in _flat(path, name, value))
        else:
            yield name, value


def _values(path: Path, name: str, value: Any) -> tuple[str, ...]:
    values = tuple(_text(path, name, item) for item in value) if isinstance(value, list) else split_values(str(value))
    if not values:
        raise UsageError(f"{path}: grid.{name}: got no values, expected at least one")
    return values


def _text(path: Path, name: str, value: Any) -> str:
    """A value in the form of the command line."""
    if isinstance(value, list | dict):
        raise UsageError(f"{path}: {name}: got {value!r}, expected text as on the command line, for example '0.9,0.98'")
    return "none" if value is None else str(value)
