"""Show the phases of a training and the steps at which one ends and the next begins.

TARGET is a run, or a table of curves from anybody's training: a CSV or Parquet file with the columns step, train_loss,
test_loss (nats) and, if recorded, train_accuracy and test_accuracy (0 to 1). Each boundary has an interval, its rule,
and the losses and the test accuracy at that step. docs/measures.md explains the rules.
"""

import sys
import warnings
from typing import TYPE_CHECKING

from latebloom._text import nats, percent, whole
from latebloom.cli.output import print_json, print_table
from latebloom.cli.parser import Parser, add_json, add_runs

if TYPE_CHECKING:
    from latebloom.phases import Boundary


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("target", metavar="RUN|CURVES", help="a run (path or name), or a .csv or .parquet file")
    parser.add_argument(
        "--guessing",
        metavar="NATS",
        type=float,
        help="the loss of guessing for a table of curves (default: its first test loss; for p answers it is ln p)",
    )
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.phases import phases_of

    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        found = phases_of(options.target, guessing=options.guessing, root=options.runs)
    for note in noted:
        print(f"latebloom phases: {note.message}", file=sys.stderr)
    if options.json:
        print_json(found.to_dict())
        return 0
    header = ("boundary", "step", "interval", "train loss", "test loss", "test accuracy")
    print_table(header, [_row(boundary) for boundary in found.boundaries])
    print("Losses and accuracy at a boundary are interpolated between the records before and after it.")
    print(f"\n{found.reason}\n{found.outcome.reason}")
    if found.guessing is not None:
        print(f"The loss of guessing is {nats(found.guessing)} nats.")
    for boundary in found.boundaries:
        if boundary.reason is not None:
            print(f"{boundary.name}: {boundary.reason}")
    return 0


def _row(boundary: "Boundary") -> tuple[str, ...]:
    if boundary.step is None or boundary.low is None or boundary.high is None:
        return (boundary.name, "none", "", "", "", "")
    accuracy = "" if boundary.test_accuracy is None else percent(boundary.test_accuracy)
    losses = ("" if loss is None else nats(loss) for loss in (boundary.train_loss, boundary.test_loss))
    return (boundary.name, whole(boundary.step), f"{whole(boundary.low)} to {whole(boundary.high)}", *losses, accuracy)
