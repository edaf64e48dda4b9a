"""Settings in the sections of a config: ``model`` and ``task`` of latebloom's own, ``bridge`` of TransformerLens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "model": ("n_heads", "activation", "attention", "attention_mix", "norm", "residual_scale"),
    "task": ("p", "equals", "equals_first", "operator", "separate_operands"),
    "bridge": ("n_heads", "n_ctx", "act_fn", "attention_dir", "normalization_type"),
}
"""The settings that are read in each section: those that no tensor says. Configs of other code bases have other things
under these names."""


def with_sections(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config with the settings of its sections; what it says outside of them takes precedence."""
    found: dict[str, Any] = {}
    for section, names in SECTIONS.items():
        inside = config.get(section)
        if isinstance(inside, Mapping):
            found |= {name: inside[name] for name in names if name in inside and _is_plain(inside[name])}
    return found | dict(config)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)
