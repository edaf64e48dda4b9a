"""Scripts that complete the command line in a shell. They hold all words, so that completion starts no Python."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass

from latebloom.cli.main import COMMANDS, main

_RECIPE = ("train", "sweep", "crossover")
_FIGURE = ("figure",)
_RUN = ("explain", "export", "phases", "measure", "claims", "report", "figure", "table", "seeds", "statistics", "runs")
"""Commands whose arguments may be names of recipes, of figures, and of runs in the folder ``runs``."""


@dataclass(frozen=True)
class Words:
    """What can stand after each command, apart from runs: its options, and names of recipes or figures."""

    by_command: Mapping[str, tuple[str, ...]]

    @classmethod
    def of_this_version(cls) -> Words:
        """The words of every command, from its help."""
        return cls({name: (*_options(name), *_names(name)) for name in COMMANDS})


def _options(command: str) -> tuple[str, ...]:
    if command == "completion":
        return tuple(SHELLS)
    text = io.StringIO()
    with redirect_stdout(text):
        main([command, "--help"])
    return tuple(dict.fromkeys(re.findall(r"^ +(?:-h, )?(--[\w.-]+)", text.getvalue(), re.MULTILINE)))


def _names(command: str) -> tuple[str, ...]:
    if command in _RECIPE:
        from latebloom.recipes import RECIPES

        return tuple(RECIPES)
    if command in _FIGURE:
        from latebloom.figures import FIGURES, SWEEP_FIGURES

        return (*FIGURES, *SWEEP_FIGURES)
    return ()


def _bash(words: Words) -> str:
    cases = "\n".join(f'        {name}) words="{" ".join(some)}" ;;' for name, some in words.by_command.items())
    return f"""\
_latebloom() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" words="" runs=""
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{" ".join(COMMANDS)} --help --version --import" -- "$word"))
        return
    fi
    case "${{COMP_WORDS[1]}}" in
{cases}
    esac
    case "${{COMP_WORDS[1]}}" in
        {"|".join(_RUN)}) runs="$(command ls runs 2>/dev/null)" ;;
    esac
    COMPREPLY=($(compgen -W "$words $runs" -- "$word") $(compgen -f -- "$word"))
}}
complete -o filenames -F _latebloom latebloom
"""


def _zsh(words: Words) -> str:
    return f"autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n{_bash(words)}"


def _fish(words: Words) -> str:
    lines = ["complete -c latebloom -n __fish_use_subcommand -f"]
    lines += [
        f'complete -c latebloom -n __fish_use_subcommand -a {name} -d "{text}"' for name, text in COMMANDS.items()
    ]
    for name, some in words.by_command.items():
        lines.append(f'complete -c latebloom -n "__fish_seen_subcommand_from {name}" -a "{" ".join(some)}"')
    runs = f'complete -c latebloom -n "__fish_seen_subcommand_from {" ".join(_RUN)}" -a "(command ls runs 2>/dev/null)"'
    return "\n".join([*lines, runs, ""])


SHELLS: dict[str, Callable[[Words], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
"""The script for each shell."""
