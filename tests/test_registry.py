"""The door through which other packages add their parts."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import latebloom as lb
from latebloom import _registry
from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.claims import CLAIMS


def run_in(module: str, code: str, **names: object) -> None:
    """Run code at the top level of a module that has these names."""
    exec(code, {"__name__": module, **names})


@dataclass(frozen=True)
class Thing:
    name: str
    value: int = 0


def test_things_are_listed_in_order_and_replaced_by_the_same_module() -> None:
    things: Registry[Thing] = Registry("thing")
    things.register(Thing("b"))
    things.register(Thing("a"))
    things.register(Thing("b", 2))
    assert list(things) == ["b", "a"]
    assert things["b"].value == 2


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    things: Registry[Thing] = Registry("thing")
    things.register(Thing("a"))
    with pytest.raises(UsageError, match="thing: got 'b', expected one of a"):
        things["b"]


def test_a_thing_that_its_name_makes_is_found_and_not_listed() -> None:
    things: Registry[Thing] = Registry("thing", made=lambda name: Thing(name, 3) if name.isdigit() else None)
    things.register(Thing("a"))
    assert things["12"] == Thing("12", 3)
    assert list(things) == ["a"]
    with pytest.raises(UsageError, match="thing: got 'b', expected one of a"):
        things["b"]


def test_a_name_belongs_to_the_module_that_registered_it() -> None:
    things: Registry[Thing] = Registry("thing")
    run_in("one", "add(thing)", add=things.register, thing=Thing("a"))
    run_in("one", "add(thing)", add=lambda thing: things.register(thing), thing=Thing("a", 2))
    assert things["a"].value == 2
    with pytest.raises(UsageError, match="thing: the name 'a' is taken by one; choose another name"):
        run_in("other", "add(thing)", add=things.register, thing=Thing("a"))


def test_a_stranger_cannot_replace_a_claim() -> None:
    with pytest.raises(UsageError, match=r"claim: the name 'groks' is taken by latebloom\.claims\.training"):
        run_in("stranger", "register(claim)", register=lb.register, claim=CLAIMS["groks"])


def test_modules_named_by_the_user_are_imported_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lb_test_module.py").write_text("COUNT = 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(_registry.VARIABLE, "")
    _registry.import_module("lb_test_module")
    assert "lb_test_module" in sys.modules
    assert _registry._named() == ["lb_test_module"]
    with pytest.raises(UsageError, match="module 'lb_no_such_module' could not be imported"):
        _registry.import_module("lb_no_such_module")
