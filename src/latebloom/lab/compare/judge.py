"""The result that follows from stored records: rows and verdicts. Trains nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from math import inf, isfinite
from statistics import median

from latebloom._registry import suggested
from latebloom.claims import Record, Results
from latebloom.claims.learning import RIGHT, final_test_accuracy
from latebloom.claims.settings import generalised, share_grokked
from latebloom.lab.compare.arms import Arms, learned_at, seconds_to_learn, speed_up, times
from latebloom.lab.compare.contestant import CONTESTANTS, Contestant
from latebloom.lab.compare.contestants import BASELINE
from latebloom.lab.compare.course import EXTENTS, Budget
from latebloom.lab.compare.result import Comparison, Row, StatementResult
from latebloom.lab.compare.rules import content, read_rules
from latebloom.lab.compare.runs import arms_of
from latebloom.lab.compare.statements import statements
from latebloom.lab.finding import as_finding
from latebloom.lab.frozen import Frozen
from latebloom.statistics import Estimate, median_estimate, median_step, share, survival_curve


def judge_comparison(budget: Budget, results: Results) -> Comparison:
    """Rows and verdicts of a budget, from the records in a directory and the frozen rules beside them."""
    rules, extent = read_rules(results.path), EXTENTS[budget]
    rows: list[Row] = []
    judged: list[StatementResult] = []
    used: dict[str, Record] = {}
    asked = 0
    for course in extent.courses:
        arms, records = arms_of(course, extent, results), results.read(course.name)
        for contestant in CONTESTANTS.values():
            rows.append(_row(arms, contestant))
            mine = [*chain(*arms.tuning(contestant).values()), *arms.fresh(contestant.name)]
            used |= {record.identity: record for record in mine}
            asked += len(arms.tuning_spec(contestant)) * (not contestant.published) + len(extent.fresh)
        counted = _counted(rules)
        claims = statements(course, extent, counted)
        judged += [
            StatementResult(
                **dict(as_finding(one, one.judge(records))),
                course=course.name,
                place=one.place,
                published=one.published,
            )
            for one in claims
        ]
    return Comparison(
        budget=budget,
        command=suggested("compare", "--budget", budget),
        rules_hash=None if rules is None else rules.hash,
        frozen=None if rules is None else rules.frozen.isoformat(),
        rules_stand=rules is not None and rules.stands(content()),
        runs=len(used),
        asked=asked,
        seconds=sum(record.seconds or 0.0 for record in used.values()),
        rows=tuple(rows),
        statements=tuple(judged),
    )


def _counted(rules: Frozen | None) -> Callable[[Record], bool]:
    """Which fresh runs decide: those made for the frozen rules, or all where nothing is frozen."""
    return (lambda record: True) if rules is None else rules.counts


def _row(arms: Arms, contestant: Contestant) -> Row:
    point, runs = arms.chosen(contestant), arms.fresh(contestant.name)
    tuned = list(chain(*arms.tuning(contestant).values()))
    steps = list(map(learned_at, runs))
    return Row(
        course=arms.course.name,
        contestant=contestant.name,
        title=contestant.title,
        source=contestant.source,
        published=contestant.published,
        settings=None if point is None else arms.own(contestant, point),
        tuning_runs=len(tuned),
        tuned=share(sum(learned_at(record) < inf for record in tuned), len(tuned)),
        by_rate=_by_rate(arms, contestant),
        runs=len(runs),
        curve=survival_curve(times(runs)) if runs else None,
        median_step=median_step(times(runs)) if runs else Estimate.undefined(0, "there are no runs"),
        median_seconds=median_estimate(list(map(seconds_to_learn, runs))),
        speed_up=speed_up(arms.fresh(BASELINE), runs),
        never=share(steps.count(inf), len(runs)),
        grokked=share_grokked(runs),
        lost=_share_lost(runs),
    )


def _by_rate(arms: Arms, contestant: Contestant) -> dict[str, float | None]:
    best: dict[str, float] = {}
    for point, records in arms.tuning(contestant).items():
        if records:
            rate, step = arms.rate(contestant, point), median(map(learned_at, records))
            best[rate] = min(step, best.get(rate, inf))
    return {rate: step if isfinite(step) else None for rate, step in best.items()}


def _share_lost(runs: Sequence[Record]) -> Estimate:
    reached = [record for record in runs if generalised(record)]
    return share(sum((record.value(final_test_accuracy.name) or 0.0) < RIGHT for record in reached), len(reached))
