"""docs/studies.md and docs/studies/NAME.md: the open questions, from the stored runs and the frozen rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

from latebloom.claims import Results, State
from latebloom.lab.compare import CONTESTANTS
from latebloom.lab.study import StudyResult, draw_study, freeze, latest, read_rules, study_runs
from latebloom.studies import QUESTIONS, STUDIES, Question, Study

from .compare import shown_comparison
from .gallery import shown_figure
from .paths import DOCS, IMAGES, STUDY_RESULTS
from .reproduction import read_results
from .templating import render


def studies_page() -> str:
    """The index: every question with its answer."""
    found = study_results()
    return render(
        "studies",
        studies=list(found.values()),
        scopes={name: scope(name) for name in found},
        questions=_questions(found),
        contestants=CONTESTANTS,
    )


def scope(name: str) -> str:
    """What the runs of a study are trained on and how wide their models are, as far as their records say."""
    records = Results(STUDY_RESULTS).read(name)
    moduli, widths = (
        sorted({value for record in records if (value := record.setting(field)) is not None})
        for field in ("task.p", "model.d_model")
    )
    parts = (f"mod {_listed(moduli)}" if moduli else "", f"{_listed(widths)} wide" if widths else "")
    return ", ".join(filter(None, parts)) or "–"


def _listed(values: Sequence[int]) -> str:
    return ", ".join(map(str, values[:-1])) + " and " + str(values[-1]) if len(values) > 1 else str(values[0])


def study_pages() -> dict[Path, Callable[[], str]]:
    """What makes the page of each study."""
    return {DOCS / "studies" / f"{name}.md": partial(_page, study) for name, study in STUDIES.items()}


def draw_studies() -> list[Path]:
    """Draw the picture of every study with runs."""
    drawn = []
    for name, result in study_results().items():
        picture = draw_study(STUDIES[name], result)
        if picture is not None:
            _image(name).write_bytes(picture)
            drawn.append(_image(name))
    return drawn


def freeze_studies() -> None:
    """Freeze the rules of every study as they are in the code."""
    for study in STUDIES.values():
        freeze(study, STUDY_RESULTS)


def study_results() -> dict[str, StudyResult]:
    """The answer of every study that follows from the stored runs."""
    return {name: _result(name) for name in STUDIES}


@cache
def _result(name: str) -> StudyResult:
    """Kept, because its own page, the index and docs/found.md show it."""
    return latest(STUDIES[name], Results(STUDY_RESULTS))


def _page(study: Study) -> str:
    result = _result(study.name)
    first = study.runs[result.budget]
    following = study_runs(study, result.budget, Results(STUDY_RESULTS)).entry.specs[len(first) :]
    return render(
        "study",
        study=study,
        result=result,
        rules=read_rules(study, STUDY_RESULTS),
        figure=shown_figure(study.figure) if study.figure else None,
        image=_image(study.name).name if _image(study.name).exists() else None,
        sizes={budget: sum(map(len, specs)) for budget, specs in study.runs.items()},
        commands=[spec.command() for spec in first],
        following=following,
    )


def question_state(question: Question, states: Sequence[State], trained: int) -> tuple[str, str]:
    """Whether a question is answered, and what is open, in words. states: of the claims that bear on it. trained: how
    many of its contestants have runs. It is answered where something is decided and nothing is left open."""
    if question.outside is not None:
        return "not here", question.outside
    counts = {state: states.count(state) for state in ("undecided", "not measured")}
    claims = [f"{_number(count, 'claim')} {state}" for state, count in counts.items() if count]
    missing = len(question.contestants) - trained
    contest = [f"{_number(missing, 'contestant')} not trained"] if missing else []
    left = "; ".join([*claims, *contest, *([question.left] if question.left else [])])
    if sum(counts.values()) == len(states) and not trained:
        return "undecided" if counts["undecided"] else "not yet", left
    return "partly" if left else "answered", left


def _questions(found: dict[str, StudyResult]) -> list[tuple[Question, str, str]]:
    """Every question with its state and what is open."""
    judged = {claim.id: claim.state for claim in read_results()[0].claims}
    trained = {row.contestant for row in shown_comparison().rows if row.runs}
    answered = []
    for question in QUESTIONS:
        own = [claim.state for name in question.studies for claim in found[name].claims]
        states = [*own, *(judged[id] for id in question.claims)]
        answered.append((question, *question_state(question, states, len(trained & set(question.contestants)))))
    return answered


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _image(name: str) -> Path:
    return IMAGES / f"study-{name}.svg"
