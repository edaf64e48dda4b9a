"""docs/reference/json.md and docs/reference/schema: the JSON that commands print, as schemas of the code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .paths import DOCS
from .templating import render

FOLDER = DOCS / "reference" / "schema"


@dataclass(frozen=True)
class Contract:
    """The JSON of one command. name: of the file of the schema. when: on which tasks, or with which options."""

    name: str
    command: str
    when: str
    model: type[BaseModel]

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema, from the fields of the code."""
        return self.model.model_json_schema()

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields at the top, each with its type in words."""
        schema = self.schema
        return [(name, in_words(field, schema.get("$defs", {}))) for name, field in schema["properties"].items()]


def contracts() -> tuple[Contract, ...]:
    """Every contract."""
    from latebloom.circuits.digits.explanation import DigitExplanation
    from latebloom.circuits.groups.explanation import GroupExplanation
    from latebloom.circuits.induction.explanation import InductionCircuit
    from latebloom.circuits.modular.explanation import Explanation
    from latebloom.circuits.modular.unknown import UnknownExplanation
    from latebloom.circuits.skip_trigrams.explanation import TrigramExplanation
    from latebloom.claims import Verdict
    from latebloom.store.manifest import Manifest

    explain = "latebloom explain RUN --json"
    return (
        Contract("explain-modular", explain, "a modular operation", Explanation),
        Contract("explain-group", explain, "composition in a group", GroupExplanation),
        Contract("explain-unknown", explain, "a file whose model does no known task", UnknownExplanation),
        Contract("explain-digits", explain, "addition digit by digit", DigitExplanation),
        Contract("explain-induction", explain, "repeated subsequences", InductionCircuit),
        Contract("explain-trigrams", explain, "skip trigrams", TrigramExplanation),
        Contract("verdict", "latebloom claims RUN --json", "one claim of one run", Verdict),
        Contract("manifest", "manifest.json", "every run", Manifest),
    )


def schemas() -> dict[Path, Callable[[], str]]:
    """What makes the text of each file of a schema, by path."""
    return {FOLDER / f"{one.name}.json": partial(_schema, one) for one in contracts()}


def _schema(contract: Contract) -> str:
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | contract.schema, indent=1, ensure_ascii=False) + "\n"


def json_page() -> str:
    """docs/reference/json.md."""
    return render("json", contracts=contracts())


def in_words(field: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """The type of a field: "number or null", "list of whole numbers", …"""
    if "$ref" in field:
        kind = known[field["$ref"].rsplit("/", 1)[-1]]
        if "properties" not in kind:
            return in_words(kind, known)
        return "object of " + ", ".join(f"`{name}`" for name in kind["properties"])
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(in_words(one, known) for one in field["anyOf"]))
    if "enum" in field:
        return " or ".join(f'"{one}"' for one in field["enum"])
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if field.get("type") == "array":
        items = field.get("items") or {}
        return f"list, each {in_words(items, known)}" if items else "list"
    if field.get("type") == "object":
        values = field.get("additionalProperties")
        return f"object of {in_words(values, known)} by name" if isinstance(values, dict) else "object"
    return {"integer": "whole number", "string": "text", "boolean": "true or false"}.get(
        field.get("type", ""), field.get("type", "any value")
    )
