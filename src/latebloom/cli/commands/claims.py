"""Judge the write-up's claims on runs or on files of published weights and curves; without one, list all claims.

"Fails" is a result about the model: the run does not uphold the sentence. The exit status is then 1, or 0
with --exit-zero. An error of the command itself is one line and has the exit status 2. One run upholds a claim or does
not; whether the claim holds in general needs five runs or more, which `latebloom reproduce` trains and judges.

For each claim the list gives the sentence, the place where the write-up (W) or the paper (P) states it, the rule that
judges it, and whether it needs one run of a system or a sweep. `latebloom reproduce --budget full --only SYSTEM` trains
the runs of a system and judges its claims. Judging a run measures its quantities and stores them in the run as
quantities.json. Delete that file to measure them again.

A file (.pth, .pt, .safetensors) counts as one run; nothing is stored. Its task and the kind of its data must follow
from its content. Where they do not, name the system: SYSTEM=FILE. A file that is
skipped makes the exit status 2.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from latebloom._errors import StoreError
from latebloom.cli.output import print_json, print_table
from latebloom.cli.parser import Parser, add_json, add_runs
from latebloom.cli.progress import Progress

if TYPE_CHECKING:
    from latebloom.claims import Verdict

Judged = dict[str, dict[str, Any]]
"""By the id of a claim, its verdict as plain JSON and the write-up's own number or picture."""


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("targets", metavar="RUN", nargs="*", help="a run (path or name), or [SYSTEM=]FILE")
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 even if claims fail")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.store import kept

    if not options.targets:
        return _list(options.json)
    runs = [target for target in options.targets if not _is_published(target)]
    judged: dict[str, Judged] = {
        target: kept(target, options.runs, ("claims",), partial(_judge, target, options.runs)) for target in runs
    }
    files = [target for target in options.targets if target not in runs]
    judged |= (of_files := _judge_files(files))
    if options.json:
        print_json({name: {id: one["verdict"] for id, one in claims.items()} for name, claims in judged.items()})
    else:
        for name, claims in judged.items():
            _print(name, claims)
    fails = any(one["verdict"]["outcome"] == "fails" for claims in judged.values() for one in claims.values())
    return 2 if len(of_files) < len(files) else int(fails and not options.exit_zero)


def _judge(target: str, root: str) -> Judged:
    """Measure the quantities that the run does not have yet, store them in the run, and judge them all."""
    from latebloom.claims import complete_claims, judge, stored_record, write_record
    from latebloom.runs import open_run

    run = open_run(target, root)
    with Progress() as progress:
        record = complete_claims(run, progress.of("measuring the quantities of the claims"))
    try:
        if record != stored_record(run):
            write_record(run, record)
    except StoreError as error:  # A run without write access can still be judged.
        warnings.warn(f"the quantities are not stored: {error}", stacklevel=1)
    return _plain(judge(run, record).items())


def _plain(verdicts: Iterable[tuple[str, Verdict]]) -> Judged:
    from latebloom.claims import CLAIMS

    return {id: {"verdict": one.model_dump(mode="json"), "published": CLAIMS[id].published} for id, one in verdicts}


def _is_published(target: str) -> bool:
    """Whether a target is a file of weights and curves."""
    system, _, file = target.partition("=")
    if not file:
        return os.path.isfile(target)
    from latebloom.claims import SYSTEMS

    return os.path.isfile(file if system in SYSTEMS else target)


def _judge_files(targets: list[str]) -> dict[str, Judged]:
    """The verdicts on each published file; names those that were skipped on stderr."""
    if not targets:
        return {}
    from latebloom.lab.reproduce import judge_published

    files, by_claim = judge_published(targets)
    for skipped in (one for one in files if not one.systems):
        print(f"latebloom: {skipped.file} is skipped: {skipped.note}", file=sys.stderr)
    judged = [one.file for one in files if one.systems]
    return {
        file: _plain((id, one) for id, found in by_claim.items() for one in found if one.file == file)
        for file in judged
    }


def _print(name: str, judged: Judged) -> None:
    rows = [(id, one["verdict"]["outcome"], one["verdict"]["found"], one["published"]) for id, one in judged.items()]
    print_table((f"claim, on {name}", "verdict", "finding", "write-up"), rows)
    count = Counter(one["verdict"]["outcome"] for one in judged.values())
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
