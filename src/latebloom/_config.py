"""The base of every configuration object: frozen, strict about names, readable from JSON and from the command line."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, model_serializer, model_validator

from latebloom._text import is_unicode

C = TypeVar("C", bound="Config")

INTEGERS = 2**63
"""Above all integers that torch, numpy and Parquet can hold."""


class Config(BaseModel):
    """A frozen pydantic model that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    former_names: ClassVar[Mapping[str, str]] = {}
    """Former name → present name of each renamed field: objects stored under the former names still validate."""

    later_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields that were added after objects without them had been stored. They are stored only where they differ from
    their default, so that the identity of what was stored before does not change."""

    derived_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields that other fields determine where they are not given. A change of settings does not keep their values."""

    @model_serializer(mode="wrap")
    def _stored(self, serialise: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        stored = serialise(self)
        for name in self.later_fields & stored.keys():
            if getattr(self, name) == type(self).model_fields[name].default:
                del stored[name]
        return stored

    @model_validator(mode="after")
    def _can_be_stored(self: C) -> C:
        for name, value in self.__dict__.items():  # the fields, and quicker: a long grid validates 100 000 parts
            if isinstance(value, int) and abs(value) >= INTEGERS:
                raise ValueError(f"{name}: got {value}, expected an integer below 2⁶³")
            if isinstance(value, str) and not is_unicode(value):
                raise ValueError(f"{name}: got {value!r}, expected text that UTF-8 can hold")
        return self

    @model_validator(mode="before")
    @classmethod
    def _accept_former_names(cls, value: Any) -> Any:
        return cls.with_present_names(value) if cls.former_names and isinstance(value, Mapping) else value

    @classmethod
    def with_present_names(cls, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Stored fields, each under its present name."""
        clear = {old: new for old, new in cls.former_names.items() if new not in stored}
        return {clear.get(name, name): value for name, value in stored.items()}

    # Not `Self`, which the type checks under test do not support.
    def model_copy(self: C, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> C:
        """A copy with some fields replaced. Unlike pydantic's own method it validates them, as the constructor does.

        Errors: pydantic.ValidationError.
        """
        if not update:
            return super().model_copy(deep=deep)
        return type(self).model_validate({**field_values(super().model_copy(deep=deep)), **update})


def field_values(config: BaseModel) -> dict[str, Any]:
    """The fields of a configuration object by name, as Python objects; without what is cached on it."""
    return {name: getattr(config, name) for name in type(config).model_fields}


def comma_separated(value: object) -> object:
    """The values of a tuple as on the command line, ``256,128``; any other value as it is."""
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value
