"""The model card: what the run stores about this model, and nothing else."""

from collections.abc import Mapping
from typing import Any

from latebloom.exports.exported import Exported
from latebloom.exports.vocabulary import answer_tokens, words
from latebloom.tasks import Task


def model_card(exported: Exported) -> str:
    """README.md with the header that model hubs read."""
    facts = exported.facts
    parts = [
        "---\nlibrary_name: transformers\ntags:\n- latebloom\n- grokking\n- mechanistic-interpretability\n---\n",
        f"# {exported.name}, step {exported.step}\n",
        f"A small network {_origin(exported)}, task `{exported.task.name}`. {_sentence(facts.get('outcome'))}\n",
        "```python\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
        'model = AutoModelForCausalLM.from_pretrained(".", trust_remote_code=True)\n'
        'tokenizer = AutoTokenizer.from_pretrained(".", trust_remote_code=True)\n```\n',
        f"The tokens are `{' '.join(_short(words(exported.task)))}`, separated by spaces. {_columns(exported.task)}\n",
        _table("Numbers at this step", "quantity", facts.get("metrics")),
        _table("Verdicts on claims, of the whole run", "claim", facts.get("verdicts")),
    ]
    frequencies = facts.get("key_frequencies")
    if frequencies:
        parts.append(f"Key frequencies of the last checkpoint: {', '.join(map(str, frequencies))}.\n")
    return "\n".join(part for part in parts if part)


def _origin(exported: Exported) -> str:
    if exported.seed is None:
        return "that was trained elsewhere and imported into latebloom"
    return f"trained with latebloom: recipe `{exported.recipe}`, seed {exported.seed}"


def _columns(task: Task) -> str:
    """What the columns of the logits are, in terms of tokens."""
    tokens = answer_tokens(task)
    if all(token is None for token in tokens):
        return f"The logits have {len(tokens)} columns, one per answer class; the classes are no tokens."
    if None in tokens:
        return (
            "`config.answer_tokens` has the token of each column of the logits, and null for outputs that are never "
            "right."
        )
    return "The logits have one column per answer; `config.answer_tokens` has the token of each."


def _sentence(text: Any) -> str:
    return "" if not text else f"Outcome of the run: {str(text).rstrip('.')}."


def _short(names: list[str]) -> list[str]:
    return names if len(names) <= 16 else [*names[:3], "…", *names[-3:]]


def _table(title: str, first: str, values: Mapping[str, Any] | None) -> str:
    if not values:
        return ""
    rows = [
        f"| {name} | {value:.4g} |" if isinstance(value, float) else f"| {name} | {value} |"
        for name, value in values.items()
    ]
    return "\n".join([f"## {title}\n", f"| {first} | value |", "|---|---|", *rows, ""])
