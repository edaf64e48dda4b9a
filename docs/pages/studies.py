"""docs/studies.md and docs/studies/NAME.md: the open questions, from the stored runs and the frozen rules."""

from __future__ import annotations

from pathlib import Path

from latebloom.claims import Results
from latebloom.lab.study import StudyResult, draw_study, freeze, latest, read_rules, study_runs
from latebloom.studies import QUESTIONS, STUDIES, Question, Study

from .paths import DOCS, IMAGES, STUDY_RESULTS
from .reproduction import read_results
from .templating import render


def study_pages() -> dict[Path, str]:
    """The index and the page of each study."""
    found = study_results()
    index = render(
        "studies", studies=list(found.values()), questions=[(one, question_state(one, found)) for one in QUESTIONS]
    )
    pages = {DOCS / "studies" / f"{name}.md": _page(STUDIES[name], result) for name, result in found.items()}
    return {DOCS / "studies.md": index, **pages}


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
    return {name: latest(study, Results(STUDY_RESULTS)) for name, study in STUDIES.items()}


def _page(study: Study, result: StudyResult) -> str:
    first = study.runs[result.budget]
    following = study_runs(study, result.budget, Results(STUDY_RESULTS)).entry.specs[len(first) :]
    return render(
        "study",
        study=study,
        result=result,
        rules=read_rules(study, STUDY_RESULTS),
        image=_image(study.name).name if _image(study.name).exists() else None,
        sizes={budget: sum(map(len, specs)) for budget, specs in study.runs.items()},
        commands=[spec.command() for spec in first],
        following=following,
    )


def question_state(question: Question, found: dict[str, StudyResult]) -> str:
    """Whether a question is answered, in words: only where every claim of its studies is decided."""
    if question.outside is not None:
        return f"not here: {question.outside}"
    states = [claim.state for name in question.studies for claim in found[name].claims]
    if states and not question.partly and all(state in ("holds", "fails") for state in states):
        return "answered"
    full = read_results()[0]
    states += [claim.state for claim in full.claims if claim.id in question.claims]
    return "partly" if any(state != "not measured" for state in states) else "not yet"


def _image(name: str) -> Path:
    return IMAGES / f"study-{name}.svg"
