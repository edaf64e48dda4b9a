"""The door through which other packages add their parts."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from latebloom import _registry
from latebloom._errors import UsageError
from latebloom._registry import Registry


@dataclass(frozen=True)
class Thing:
    name: str
    value: int = 0
    compute: Callable[[], int] = lambda: 0


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


def test_a_name_belongs_to_the_module_that_registered_it() -> None:
    things: Registry[Thing] = Registry("thing")
    things.register(Thing("a"))
    with pytest.raises(UsageError, match=f"the name 'a' is taken by {__name__}"):
        things.register(Thing("a", compute=os.getcwd))


def test_modules_named_by_the_user_are_imported_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lb_test_module.py").write_text("COUNT = 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(_registry.VARIABLE, "")
    _registry.import_module("lb_test_module")
    assert "lb_test_module" in sys.modules
    assert _registry._named() == ["lb_test_module"]
    with pytest.raises(UsageError, match="module 'lb_no_such_module' could not be imported"):
        _registry.import_module("lb_no_such_module")
