"""docs/compare.md: the contest of optimisers, from the stored runs and the frozen rules."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from latebloom.claims import STATES, Results
from latebloom.claims.verdict import verb
from latebloom.cli.commands.compare import times_sooner
from latebloom.lab.compare import BASELINE, CONTESTANTS, MUON, POINTS, Comparison, freeze, judge_comparison, read_rules
from latebloom.lab.compare.arms import CHOOSING
from latebloom.lab.compare.course import COURSES, EXTENTS, LONGER, WIDTH, Budget, Course
from latebloom.lab.compare.picture import draw_course
from latebloom.lab.compare.result import Row, StatementResult
from latebloom.lab.compare.runs import arms_of
from latebloom.lab.compare.statements import ASKED_HERE
from latebloom.lab.explorer.captions.words import series
from latebloom.studies.texts import shown

from .paths import COMPARE, IMAGES
from .templating import render


def shown_budget() -> Budget:
    """The full budget as soon as its first course is complete, else the quick one."""
    first = arms_of(COURSES[0], EXTENTS["full"], Results(COMPARE))
    complete = all(len(first.fresh(name)) == len(first.extent.fresh) for name in CONTESTANTS)
    return "full" if complete else "quick"


@cache
def shown_comparison() -> Comparison:
    """The result of that budget, kept because three pages show it."""
    return judge_comparison(shown_budget(), Results(COMPARE))


def compare_page() -> str:
    """docs/compare.md."""
    result = shown_comparison()
    extent, trained = EXTENTS[result.budget], _trained(result)
    return render(
        "compare",
        result=result,
        rules=read_rules(COMPARE),
        answer=answer(result),
        courses=[
            (course, _image(course) if _image(course).exists() else None, at_edge(result, course)) for course in trained
        ],
        untrained=[course for course in extent.courses if course not in trained],
        extent=extent,
        points=POINTS,
        longer=LONGER,
        width=WIDTH,
        choosing=CHOOSING,
        baseline=CONTESTANTS[BASELINE].title,
        embedding_rate=CONTESTANTS[MUON].settings["optimiser.lr"],
        shown=shown,
        times_sooner=times_sooner,
        full=EXTENTS["full"],
    )


def answer(result: Comparison) -> str:
    """The first sentences: which contestants learn sooner than the tuned baseline, and how many statements hold."""
    names = {course.name for course in _trained(result)}
    judged = [one for one in result.statements if one.course in names]
    asked = [one for one in judged if one.place == ASKED_HERE]
    published = [one for one in judged if one.place != ASKED_HERE]
    sentences = [_soonest(result, course) for course in dict.fromkeys(row.course for row in result.rows if row.runs)]
    sentences += [
        f"Of {len(published)} verdicts on published statements {_tally(published)}; of {len(asked)} on statements that "
        f"are asked here {_tally(asked)}."
    ]
    if result.runs < result.asked:
        sentences.insert(0, f"Not finished: {result.runs} of {result.asked} runs are stored.")
    return " ".join(sentences)


def _soonest(result: Comparison, course: str) -> str:
    """Which contestants learn a course sooner than the tuned baseline by the interval of the ratio."""
    rows = [row for row in result.rows if row.course == course]
    baseline = next(row for row in rows if row.contestant == BASELINE)
    sooner = [row for row in rows if row.contestant != BASELINE and (row.speed_up.low or 0.0) > 1]
    sooner.sort(key=lambda row: -(row.speed_up.value or 0.0))
    found = [f"{row.title} ({row.speed_up.value:.1f} times)" for row in sooner] or ["no contestant"]
    who = f"{series(found)} {'learn' if len(found) > 1 else 'learns'}"
    steps = shown(baseline.median_step, "{:.0f}")
    return f"On {course} {who} measurably sooner than tuned {baseline.title}, whose median step is {steps}."


def at_edge(result: Comparison, course: Course) -> list[str]:
    """The contestants whose chosen learning rate is at an end of its grid, beyond which a better one may lie."""
    return [row.title for row in result.rows if row.course == course.name and row.settings and _ends(row)]


def _ends(row: Row) -> bool:
    contestant = CONTESTANTS[row.contestant]
    if contestant.rate is None or row.settings is None:
        return False
    rates = sorted(contestant.grid[contestant.rate], key=float)
    words = row.settings.split()
    return words[words.index(f"--{contestant.rate}") + 1] in (rates[0], rates[-1])


def _trained(result: Comparison) -> list[Course]:
    """The courses with runs."""
    names = {row.course for row in result.rows if row.runs}
    return [course for course in COURSES if course.name in names]


def _tally(statements: Sequence[StatementResult]) -> str:
    """How many have each state: "3 hold, 11 fail, 7 are undecided"."""
    counts = {state: sum(one.state == state for one in statements) for state in STATES}
    return series([f"{count} {verb(state, count)}" for state, count in counts.items() if count])


def draw_comparison() -> list[Path]:
    """Draw the picture of every course with runs."""
    budget, drawn = shown_budget(), []
    for course in EXTENTS[budget].courses:
        picture = draw_course(arms_of(course, EXTENTS[budget], Results(COMPARE)))
        if picture is not None:
            _image(course).write_bytes(picture)
            drawn.append(_image(course))
    return drawn


def freeze_comparison() -> None:
    """Freeze the rules of the contest as they are in the code."""
    freeze(COMPARE)


def _image(course: Course) -> Path:
    return IMAGES / f"compare-{course.name}.svg"
