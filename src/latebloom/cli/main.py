"""The `latebloom` command."""

import importlib
import os
import sys
import warnings
from argparse import ArgumentTypeError
from collections.abc import Sequence
from keyword import iskeyword

from latebloom import __version__
from latebloom._errors import LatebloomError, UsageError, in_one_line
from latebloom._nearest import did_you_mean
from latebloom._registry import import_module
from latebloom.cli.encoding import replace_unprintable
from latebloom.cli.parser import Parser, add_import, split_imports

COMMANDS = {
    "recipes": "list the recipes, which are experiments ready to train",
    "tasks": "list the tasks",
    "runs": "list the runs and their progress",
    "train": "train a recipe and store the run in a directory",
    "sweep": "train a recipe with every combination of some settings and seeds",
    "crossover": "find the amount of data at which a recipe groks, by bisection",
    "table": "print one row per run of a sweep, with its settings and its results",
    "seeds": "show what the runs of a sweep have in common, and how early their key frequencies can be predicted",
    "statistics": "show what share of a sweep's runs grok, at which step, and how a setting affects both",
    "query": "run an SQL query over the metrics of all runs",
    "explain": "reverse-engineer a run, a checkpoint or a published state dict",
    "certify": "bound the accuracy of a model from below, from its explanation",
    "llc": "estimate the local learning coefficient of a run, which counts the weights that its train set constrains",
    "import": "make a run of checkpoints and curves of a training that happened elsewhere",
    "phases": "show the phases of a run or of a table of curves, and the steps at which they begin",
    "measure": "compute every measure at every checkpoint of a run and store the values",
    "claims": "judge the write-up's claims on runs, or list all claims",
    "reproduce": "reproduce the write-up: train its models, judge every claim, write one page",
    "studies": "list the studies, which answer open questions, and their answers so far",
    "study": "answer an open question over runs, by rules that were fixed before",
    "compare": "compare optimisers in a fair contest, and judge what was published about them",
    "export": "write the weights of a run so that TransformerLens, transformers or plain torch opens them",
    "zoo": "export many runs into one archive with an index",
    "figure": "draw a figure of a run or of a sweep",
    "report": "write the page of a run as one HTML file",
    "explore": "show all runs in the browser, and follow those in training",
    "bench": "measure the speed of training and analysis on this machine",
    "completion": "print the script that completes commands, options and names in bash, zsh or fish",
}
"""Each command is the module of that name in `latebloom.cli.commands`, which is imported when the command is called.

The module of a command whose name is a word of Python's has an underscore after it.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 for success, 1 for failed work, 2 for wrong use (one line)."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    replace_unprintable()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *place, **more: _say(str(message))
            return _run(arguments)
    except LatebloomError as error:
        _say(str(error))
        return error.exit_status
    except KeyboardInterrupt:
        print("latebloom: interrupted", file=sys.stderr)
        return 1
    except MemoryError:
        print("latebloom: not enough memory; choose a smaller model or task", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of the output has exited. Without this, Python would report the broken pipe again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1


def _say(message: str) -> None:
    """One line on standard error."""
    print(f"latebloom: {' '.join(in_one_line(message).split())}", file=sys.stderr)


def _command(name: str) -> str:
    if name not in COMMANDS:
        meant = did_you_mean(name, COMMANDS, 0.6)
        raise ArgumentTypeError(f"got {name!r}, expected one of {', '.join(COMMANDS)}{meant}")
    return name


def _check_folder() -> None:
    """UsageError where the present folder was removed: every path on the command line would lead nowhere."""
    try:
        os.getcwd()
    except OSError as error:
        raise UsageError(f"there is no present folder ({error.strerror}); change to one that is there") from None


def _run(arguments: list[str]) -> int:
    _check_folder()
    listing = "\n".join(f"  {name:<10} {text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="latebloom",
        description="A laboratory for neural networks that learn late: train, explain and measure them.",
        usage="latebloom [--import MODULE] COMMAND [options]",
        epilog=f"commands:\n{listing}\n\n`latebloom COMMAND --help` describes a command and its options.",
    )
    parser.add_argument("--version", action="version", version=f"latebloom {__version__}")
    parser.add_argument("command", metavar="COMMAND", type=_command, help="one of the commands below")
    add_import(parser)
    modules, rest = split_imports(arguments)
    name = parser.parse_args(rest[:1]).command
    for module in modules:
        import_module(module)
    module_name = f"{name}_" if iskeyword(name) else name
    command = importlib.import_module(f"latebloom.cli.commands.{module_name}")
    own = Parser(prog=f"latebloom {name}", description=command.__doc__)
    add_import(own)
    return command.run(own, rest[1:])
