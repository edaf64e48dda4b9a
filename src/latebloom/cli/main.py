"""The `latebloom` command."""

import importlib
import os
import sys
from collections.abc import Sequence

from latebloom import __version__
from latebloom._errors import LatebloomError
from latebloom.cli.parser import Parser

COMMANDS = {
    "recipes": "list the recipes: experiments ready to train",
    "tasks": "list the tasks",
    "runs": "list the runs and how they are doing",
    "train": "train a recipe into a run directory",
    "sweep": "train a recipe over a grid of settings and seeds",
    "crossover": "bisect the data size at which a recipe groks",
    "table": "one row per run of a sweep: what was varied, and how it went",
    "seeds": "what is the same in every seed of a sweep, and how early a run's outcome can be told",
    "statistics": "how many runs of a sweep grok, when, and what a field does to that",
    "query": "SQL over the metrics of all runs",
    "explain": "reverse-engineer a run, a checkpoint or a published state dict",
    "measure": "every measure at every checkpoint, into the run",
    "claims": "judge the write-up's claims that a run can decide",
    "reproduce": "the write-up, executed: train, judge every claim, write one page",
    "figure": "draw one of the write-up's figures of a run",
    "report": "write a run's report: one HTML page",
    "bench": "measure how fast training and analysis are on this machine",
}
"""Each command is the module of that name in `latebloom.cli.commands`, imported only when it is called."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 the work failed, 2 wrong use (one line on stderr)."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(arguments)
    except LatebloomError as error:
        print(f"latebloom: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("latebloom: interrupted", file=sys.stderr)
        return 1
    except MemoryError:
        print("latebloom: not enough memory for this; expected a smaller model or task", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read the output has gone; Python must not complain about it again on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1


def _run(arguments: list[str]) -> int:
    listing = "\n".join(f"  {name:<10} {text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="latebloom",
        description="A laboratory for neural networks that learn late: train, explain, measure, show.",
        usage="latebloom COMMAND [options]",
        epilog=f"commands:\n{listing}\n\n`latebloom COMMAND --help` explains each.",
    )
    parser.add_argument("--version", action="version", version=f"latebloom {__version__}")
    parser.add_argument("command", metavar="COMMAND", choices=COMMANDS, help="one of those below")
    name = parser.parse_args(arguments[:1]).command
    command = importlib.import_module(f"latebloom.cli.commands.{name}")
    own = Parser(prog=f"latebloom {name}", description=command.__doc__)
    return command.run(own, arguments[1:])
