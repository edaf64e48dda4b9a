"""Kinds of configuration that other packages extend: tasks, models and interventions.

    from typing import Annotated
    AnyTask = Annotated[SerializeAsAny[Task], BeforeValidator(Task.from_fields)]

is the type of a field that holds any registered kind.
"""

import inspect
import re
from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from latebloom._config import Config
from latebloom._registry import Registry


class Part(Config, ABC):
    """A configuration class whose concrete subclasses register themselves when they are defined.

    The field ``tag`` names the subclass. A subclass either declares it, as ``name: Literal["my_task"] = "my_task"``,
    or gets its class name in snake_case: ``class MyTask`` is "my_task". Abstract subclasses are not registered, nor are
    those whose name begins with an underscore, which other subclasses share.
    Defining a class again in the same module replaces it, as when a notebook cell is run twice.
    """

    tag: ClassVar[str]
    registry: ClassVar[Registry[type[Any]]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        tag = getattr(cls, "tag", None)
        own = inspect.get_annotations(cls)
        if tag is not None and tag not in own:
            name = snake_case(cls.__name__)
            cls.__annotations__ = {tag: Literal[name], **own}
            setattr(cls, tag, name)

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        shared = inspect.isabstract(cls) or cls.__name__.startswith("_")
        if not shared and hasattr(cls, "registry"):
            cls.registry.register(cls)

    @classmethod
    def registered_name(cls) -> str:
        """The value of ``tag``, by which this class is registered. Errors: TypeError where it has no default."""
        name = cls.model_fields[cls.tag].default
        if isinstance(name, str):
            return name
        usual = snake_case(cls.__name__)
        raise TypeError(
            f'{cls.__name__}.{cls.tag}: got no default, expected {cls.tag}: Literal["{usual}"] = "{usual}", or no '
            "declaration at all"
        )

    @classmethod
    def from_fields(cls, value: Any) -> Any:
        """An object of the registered class that stored fields name; any other value as it is.

        Errors: ValueError for fields without a registered name, which pydantic reports as a ValidationError.
        """
        if not isinstance(value, Mapping):
            return value
        name = value.get(cls.tag)
        if not isinstance(name, str) or name not in cls.registry:
            raise ValueError(f"{cls.tag}: got {name!r}, expected one of {', '.join(cls.registry)}")
        return cls.registry[name].model_validate(value)


def part_registry(kind: str) -> Registry[type[Any]]:
    """An empty registry of the subclasses of a `Part`; ``kind``: what one is called in messages."""
    return Registry(kind, lambda part: part.registered_name())


def snake_case(name: str) -> str:
    """``MyOperation`` → ``my_operation``, ``MLPLike`` → ``mlp_like``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
