"""Judge the write-up's claims on runs or on files of published weights and curves; without one, list all claims.

"Fails" is a result about the model: the run does not uphold the sentence. The command has then worked, and its exit
status is 1. An error of the command itself is one line and has the exit status 2. One run upholds a claim or does not;
what holds in general takes five runs or more, which `latebloom reproduce` judges.

For each claim the list gives the sentence, the place where the write-up (W) or the paper (P) states it, the rule that
judges it, and whether it needs one run of a system or a sweep. `latebloom reproduce --budget full --only SYSTEM` trains
the runs of a system and judges its claims. Judging a run measures its quantities and stores them in the run as
quantities.json.

A file (.pth, .pt, .safetensors) counts as one run; nothing is stored. Its task and the kind of its data must follow
from its content. Where they do not, name the system: SYSTEM=FILE.
"""

import os
import sys
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from latebloom._errors import StoreError
from latebloom.cli.output import print_json, print_table
from latebloom.cli.parser import Parser, add_json, add_runs

if TYPE_CHECKING:
    from latebloom.claims import Verdict
    from latebloom.runs import Run


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("targets", metavar="RUN", nargs="*", help="a run (path or name), or [SYSTEM=]FILE")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.runs import open_run

    if not options.targets:
        return _list(options.json)
    runs = [target for target in options.targets if not _is_published(target)]
    verdicts: dict[str, Mapping[str, Verdict]] = {target: _judge(open_run(target, options.runs)) for target in runs}
    verdicts |= _judge_files([target for target in options.targets if target not in runs])
    if options.json:
        print_json({run: {id: one.model_dump() for id, one in of_run.items()} for run, of_run in verdicts.items()})
    else:
        for name, of_run in verdicts.items():
            _print(name, of_run)
    return int(any(verdict.state == "fails" for of_run in verdicts.values() for verdict in of_run.values()))


def _judge(run: "Run") -> "dict[str, Verdict]":
    """Measure the run's quantities, store them in the run, and judge them."""
    from latebloom.claims import judge, measure_claims, write_record

    record = measure_claims(run)
    try:
        write_record(run, record)
    except StoreError as error:  # A run without write access can still be judged.
        print(f"latebloom: the quantities are not stored: {error}", file=sys.stderr)
    return judge(run, record)


def _is_published(target: str) -> bool:
    """Whether a target is a file of weights and curves."""
    from latebloom.claims import SYSTEMS

    system, _, file = target.partition("=")
    return os.path.isfile(file if system in SYSTEMS and file else target)


def _judge_files(targets: list[str]) -> "dict[str, Mapping[str, Verdict]]":
    """The verdicts on each published file; names those that were skipped on stderr."""
    from latebloom.lab.reproduce import judge_published

    files, by_claim = judge_published(targets)
    for skipped in (one for one in files if not one.systems):
        print(f"latebloom: {skipped.file} is skipped: {skipped.note}", file=sys.stderr)
    judged = [one.file for one in files if one.systems]
    return {file: {id: one for id, found in by_claim.items() for one in found if one.file == file} for file in judged}


def _print(name: str, verdicts: "Mapping[str, Verdict]") -> None:
    from latebloom.claims import CLAIMS

    rows = [(id, one.state, one.finding, CLAIMS[id].published) for id, one in verdicts.items()]
    print_table((f"claim, on {name}", "verdict", "finding", "write-up"), rows)
    count = Counter(verdict.state for verdict in verdicts.values())
    print(", ".join(f"{count[state]} {state}" for state in ("holds", "fails", "undecided")))
    if count["fails"]:
        print('"fails" is a result about this model, which does not uphold the sentence; the command has worked')


def _list(as_json: bool) -> int:
    from latebloom.claims import CLAIMS

    fields = ("id", "sentence", "place", "write_up", "needs", "system", "rule", "figure", "quantities")
    if as_json:
        print_json([{field: getattr(claim, field) for field in fields} for claim in CLAIMS.values()])
    else:
        rows = [(c.id, c.sentence, c.place, f"{c.needs} of {c.system}", c.rule) for c in CLAIMS.values()]
        print_table(("claim", "sentence", "place", "needs", "rule"), rows)
    return 0
