"""List the studies: open questions of the write-up, each answered over runs.

The verdicts follow from the stored records: of the full budget if it has more runs than the quick one. --json has the
answers in words. latebloom study NAME --budget full --stored shows one answer, and trains nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from latebloom.cli.output import print_json, print_table
from latebloom.cli.parser import Parser, add_json, add_runs

if TYPE_CHECKING:
    from latebloom.lab.finding import Finding


def run(parser: Parser, arguments: list[str]) -> int:
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.study import latest, results_of
    from latebloom.studies import STUDIES

    results = results_of(Path(options.runs))
    found = [latest(study, results) for study in STUDIES.values()]
    if options.json:
        print_json([one.model_dump(mode="json") for one in found])
    else:
        rows = [
            (one.study, one.question, one.claims[0].state, _counted(one.claims), f"{one.runs} of {one.asked}")
            for one in found
        ]
        print_table(("study", "question", "hypothesis", "claims", "runs"), rows)
    return 0


def _counted(claims: "Sequence[Finding]") -> str:
    """How many claims have each verdict: ``4 hold, 1 fails``."""
    from latebloom.claims.verdict import STATES, agreeing

    states = [claim.state for claim in claims]
    return ", ".join(f"{n} {agreeing(state, n)}" for state in STATES if (n := states.count(state)))
