"""docs/studies.md and docs/studies/NAME.md: the open questions, from the stored runs and the frozen rules."""

from __future__ import annotations

from pathlib import Path

from latebloom.claims import CLAIMS, Results
from latebloom.lab.study import StudyResult, draw_study, freeze, latest, read_rules
from latebloom.studies import QUESTIONS, STUDIES, Question, Study

from .paths import DOCS, IMAGES, STUDY_RESULTS
from .templating import render


def study_pages() -> dict[Path, str]:
    """The index and the page of each study."""
    found = _results()
    index = render("studies", studies=list(found.values()), questions=[(one, _state(one, found)) for one in QUESTIONS])
    pages = {DOCS / "studies" / f"{name}.md": _page(STUDIES[name], result) for name, result in found.items()}
    return {DOCS / "studies.md": index, **pages}


def draw_studies() -> list[Path]:
    """Draw the picture of every study with runs."""
    drawn = []
    for name, result in _results().items():
        picture = draw_study(STUDIES[name], result)
        if picture is not None:
            _image(name).write_bytes(picture)
            drawn.append(_image(name))
    return drawn


def freeze_studies() -> None:
    """Freeze the rules of every study as they are in the code."""
    for study in STUDIES.values():
        freeze(study, STUDY_RESULTS)


def _results() -> dict[str, StudyResult]:
    return {name: latest(study, Results(STUDY_RESULTS)) for name, study in STUDIES.items()}


def _page(study: Study, result: StudyResult) -> str:
    return render(
        "study",
        study=study,
        result=result,
        rules=read_rules(study, STUDY_RESULTS),
        image=_image(study.name).name if _image(study.name).exists() else None,
        sizes={budget: sum(map(len, specs)) for budget, specs in study.runs.items()},
        commands=[spec.command() for spec in study.runs[result.budget]],
    )


def _state(question: Question, found: dict[str, StudyResult]) -> str:
    """Whether a question is answered, in words."""
    if question.outside is not None:
        return f"not here: {question.outside}"
    decided = [found[name].claims[0].state in ("holds", "fails") for name in question.studies if name in found]
    if decided and all(decided) and len(decided) == len(question.studies):
        return "answered"
    return "partly" if any(decided) or any(name in CLAIMS for name in question.claims) else "not yet"


def _image(name: str) -> Path:
    return IMAGES / f"study-{name}.svg"
