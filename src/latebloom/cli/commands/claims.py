"""Judge the write-up's claims that a run can decide; without a run, list them. Exit status 1 if any fails.

The list says of each where the write-up (W) or the paper (P) has it, how it is judged, and what it needs: one run of a
system, or a sweep of it. latebloom reproduce --budget full --only SYSTEM trains a system's runs and judges its claims.
"""

from collections import Counter

from latebloom.cli.output import print_json, print_table
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("targets", metavar="RUN", nargs="*", help="runs (path or name)")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.claims import CLAIMS, judge
    from latebloom.runs import open_run

    if not options.targets:
        return _listed(options.json)
    judged = {target: judge(open_run(target, options.runs)) for target in options.targets}
    if options.json:
        print_json({name: {i: v.model_dump() for i, v in found.items()} for name, found in judged.items()})
    else:
        for name, found in judged.items():
            heard = [claim for claim in CLAIMS if claim.id in found]
            rows = [(claim.id, found[claim.id].outcome, found[claim.id].found, claim.write_up) for claim in heard]
            print_table((f"claim, on {name}", "verdict", "found", "write-up"), rows)
            count = Counter(verdict.outcome for verdict in found.values())
            print(", ".join(f"{count[outcome]} {outcome}" for outcome in ("holds", "fails", "undecided")))
    return int(any(verdict.outcome == "fails" for found in judged.values() for verdict in found.values()))


def _listed(as_json: bool) -> int:
    from latebloom.claims import CLAIMS

    fields = ("id", "sentence", "place", "write_up", "needs", "system", "rule", "figure")
    if as_json:
        print_json([{field: getattr(claim, field) for field in fields} for claim in CLAIMS])
    else:
        rows = [(c.id, c.sentence, c.place, f"{c.needs} of {c.system}", c.rule) for c in CLAIMS]
        print_table(("claim", "sentence", "place", "needs", "how it is judged"), rows)
    return 0
