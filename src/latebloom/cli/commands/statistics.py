"""Show what share of a sweep's runs grok, and at which step; with --by, show how a field of the grid affects both.

Every number has a 95 % interval over runs.

latebloom statistics small-sweep
latebloom statistics small-sweep --by optimiser.weight_decay

A run grokked if its train accuracy reached 99 %, and its test accuracy reached 99 % and stayed there at twice that step
or later. If test accuracy did so earlier, the run generalised at once. The median step is the step by which half of the
runs generalise, in either way. A run that has not generalised when it ends is censored, not dropped: it may generalise
later, or never. docs/statistics.md has the formulas; `latebloom figure survival SWEEP` and `latebloom figure
field-effect SWEEP` draw the results.
"""

from typing import TYPE_CHECKING

from latebloom.cli.output import print_json, print_pairs, print_table
from latebloom.cli.parser import Parser, add_json, add_runs

if TYPE_CHECKING:
    from latebloom.lab.effects import Effects
    from latebloom.statistics import Estimate


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("sweep", metavar="SWEEP", help="a sweep (path or name)")
    parser.add_argument("--by", metavar="SECTION.FIELD", help="compare the values of this field")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.effects import effects
    from latebloom.sweeps.sweep import load_sweep

    result = effects(load_sweep(options.sweep, options.runs).frame, options.by)
    print_json(result.model_dump(mode="json")) if options.json else _show(result)
    return 0


def _show(result: "Effects") -> None:
    header = [result.field or "runs", "n", "share that grokked", "share that generalised", "median step"]
    rows = [
        [g.level, str(g.runs), _text(g.grokked, ".2f"), _text(g.generalised, ".2f"), _text(g.median_step, ".0f")]
        for g in result.groups
    ]
    if len(rows) > 1:
        header.append(f"times the step of {result.groups[0].level}")
        rows = [
            [*row, "1" if g.effect is None else _text(g.effect.factor, ".2f")] for row, g in zip(rows, result.groups)
        ]
    print_table(header, rows)
    if result.law is not None:
        print_pairs([("exponent", f"step ∝ {result.field}^{_text(result.law.exponent, '.2f')}")])


def _text(estimate: "Estimate", form: str) -> str:
    if estimate.value is None:
        return f"– ({estimate.reason})"
    low, high = ("open" if end is None else format(end, form) for end in (estimate.low, estimate.high))
    return f"{estimate.value:{form}} ({low} to {high})"
