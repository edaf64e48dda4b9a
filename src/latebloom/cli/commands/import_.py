"""Make a run of a training that happened elsewhere: a file or folder with checkpoints, curves or both.

`latebloom report`, `claims`, `explain`, `phases`, `measure` and the others then work on it. What the file does not
state stays unknown and is never guessed; give it with --SECTION.FIELD VALUE, for example --optimiser.lr 1e-3.
Nothing in the file is executed.
"""

from typing import Any

from latebloom._errors import UsageError
from latebloom.cli.hints import add_hints, hints_from, split_hints
from latebloom.cli.output import print_json, print_next, print_pairs
from latebloom.cli.parser import Parser, add_json, add_runs
from latebloom.cli.progress import Progress

_FACTS = """Give facts about the training with --optimiser.FIELD, --training.FIELD and --data.FIELD. If the file states
no steps, give their distance: --recording.checkpoints 100 for a list of state dicts, --recording.metrics 10 for
curves."""


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("target", metavar="FILE|DIR", help="file of weights or curves, or a folder of files by step")
    parser.add_argument("--name", metavar="NAME", help="name of the run (default: that of the file and its hash)")
    parser.add_argument(
        "--step", type=int, metavar="N", help="step of the only or the final weights, if the file does not state it"
    )
    add_runs(parser)
    add_json(parser)
    add_hints(parser)
    parser.epilog = f"{parser.epilog}\n{_FACTS}"
    sections, others = split_hints(arguments)
    options, rest = parser.parse_known_args(others)
    settings = _settings(rest)
    if options.step is not None and options.step < 0:
        raise UsageError(f"--step: got {options.step}, expected 0 or more")
    from latebloom.lab.importing import import_run

    hints = hints_from(options.task, options.p, sections)
    with Progress() as progress:
        made = import_run(
            options.target,
            options.name,
            options.runs,
            hints=hints,
            settings=settings,
            step=options.step,
            progress=progress,
        )
    if options.json:
        print_json({"run": str(made.path), **made.manifest.model_dump(mode="json")})
    else:
        print_pairs(made.rows())
        place = str(made.path)
        then = ("explain", "shows what the model computes") if made.checkpoints else ("phases", "shows its phases")
        print_next([([then[0], place], then[1]), (["report", place], "writes the page to look at in a browser")])
    return 0


def _settings(rest: list[str]) -> dict[str, Any]:
    """``--SECTION.FIELD VALUE`` as a dictionary. Errors: UsageError for anything else."""
    found, words = {}, iter(rest)
    for word in words:
        name, equals, text = word.partition("=")
        if not name.startswith("--") or "." not in name:
            raise UsageError(f"got {word!r}, expected options such as --task NAME, --p P or --SECTION.FIELD VALUE")
        value = text if equals else next(words, None)
        if value is None or value.startswith("--"):
            raise UsageError(f"{name}: got no value, expected {name} VALUE")
        found[name.removeprefix("--")] = value
    return found
