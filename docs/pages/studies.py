"""docs/studies.md and docs/studies/NAME.md: the open questions, from the stored runs and the frozen rules."""

from __future__ import annotations

from pathlib import Path

from latebloom.claims import CLAIMS, Results
from latebloom.lab.study import StudyResult, draw_study, freeze, judge_study, read_rules
from latebloom.studies import QUESTIONS, STUDIES, Budget, Question, Study

from .paths import DOCS, IMAGES, STUDY_RESULTS
from .templating import render


def study_pages() -> dict[Path, str]:
    """The index and the page of each study."""
    found = {name: _shown(study) for name, study in STUDIES.items()}
    index = render("studies", studies=list(found.values()), questions=[(one, _state(one, found)) for one in QUESTIONS])
    pages = {DOCS / "studies" / f"{name}.md": _page(STUDIES[name], result) for name, result in found.items()}
    return {DOCS / "studies.md": index, **pages}


def draw_studies() -> list[Path]:
    """Draw the picture of every study with runs."""
    drawn = []
    for study in STUDIES.values():
        budget: Budget = "full" if _shown(study).budget == "full" else "quick"
        picture = draw_study(study, budget, Results(STUDY_RESULTS))
        if picture is not None:
            _image(study).write_bytes(picture)
            drawn.append(_image(study))
    return drawn


def freeze_studies() -> None:
    """Freeze the rules of every study as they are in the code."""
    for study in STUDIES.values():
        freeze(study, STUDY_RESULTS)


def _shown(study: Study) -> StudyResult:
    """The result of the full budget where it has more runs than the quick one."""
    quick, full = (judge_study(study, budget, Results(STUDY_RESULTS)) for budget in ("quick", "full"))
    return full if full.runs > quick.runs else quick


def _page(study: Study, result: StudyResult) -> str:
    return render(
        "study",
        study=study,
        result=result,
        rules=read_rules(study, STUDY_RESULTS),
        image=_image(study).name if _image(study).exists() else None,
        sizes={budget: sum(map(len, specs)) for budget, specs in study.runs.items()},
        commands=[spec.command() for spec in study.runs[result.budget]],
    )


def _state(question: Question, found: dict[str, StudyResult]) -> str:
    """Whether a question is answered, in words."""
    if question.outside is not None:
        return f"not here: {question.outside}"
    answers = [found[name].claims[0].state for name in question.studies if name in found]
    if answers and all(state in ("holds", "fails") for state in answers):
        return "answered"
    return "partly" if answers or any(name in CLAIMS for name in question.claims) else "not yet"


def _image(study: Study) -> Path:
    return IMAGES / f"study-{study.name}.svg"
