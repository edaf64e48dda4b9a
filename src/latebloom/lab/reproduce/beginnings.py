"""Finished runs under a root that are the beginning of another training, whichever system or study they belong to."""

from collections.abc import Iterator
from contextlib import suppress
from glob import escape
from pathlib import Path

from latebloom._errors import LatebloomError
from latebloom.runs import Run
from latebloom.runs.canonical import canonical
from latebloom.runs.naming import course
from latebloom.runs.start import check_start
from latebloom.store import identity
from latebloom.training import Experiment


class Beginnings:
    """Finds them in the directories of systems and studies, ``root/*/*``, each of which is read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, dict[str, list[Run]]] = {}

    def of(self, experiment: Experiment) -> Run | None:
        """The furthest run that `start_from` can copy as the beginning, or all, of this experiment; None if none is."""
        prefix = f"{experiment.recipe}-{experiment.model.seed}-"  # of the names of runs in sweeps
        if prefix not in self._known:
            self._known[prefix] = self._by_course(prefix)
        alike = self._known[prefix].get(identity(course(experiment.model_dump(mode="json"))), [])
        return max((run for run in alike if _begins(run, experiment)), key=last_step, default=None)

    def _by_course(self, prefix: str) -> dict[str, list[Run]]:
        found: dict[str, list[Run]] = {}
        for run in self._runs(prefix):
            with suppress(LatebloomError):  # a damaged manifest
                found.setdefault(identity(course(canonical(run.manifest.experiment))), []).append(run)
        return found

    def _runs(self, prefix: str) -> Iterator[Run]:
        for manifest in sorted(self._root.glob(f"*/*/{escape(prefix)}*/manifest.json")):
            yield Run(manifest.parent)


def last_step(run: Run) -> int:
    """The last step of a run."""
    return run.manifest.step


def _begins(run: Run, experiment: Experiment) -> bool:
    try:
        check_start(run, experiment)
    except LatebloomError:
        return False
    return True
