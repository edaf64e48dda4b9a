"""The figures of one system: those that the write-up has, and those that the catalogue adds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from latebloom._errors import UsageError
from latebloom.analysis import Analysis
from latebloom.figures import FIGURES, SWEEP_FIGURES, drawn, render_sweep_figure
from latebloom.lab.reproduce.catalogue import Budget, Entry
from latebloom.lab.reproduce.choose import Where, chosen, described
from latebloom.lab.reproduce.result import Picture
from latebloom.lab.reproduce.write_up_pictures import write_up_pictures
from latebloom.runs import Run
from latebloom.store import atomic_write, made_folder
from latebloom.sweeps.sweep import load_sweep


def draw_pictures(entry: Entry, runs: Sequence[Run], home: Path, budget: Budget) -> tuple[Picture, ...]:
    """Each figure of the system, of these runs in ``home/SYSTEM``, as an SVG in ``home/figures``, or with the reason
    why it is undefined."""
    made_folder(home / "figures")
    drawer = _Drawer(entry, runs, home, budget)
    return tuple(drawer.picture(id, name, where) for id, (name, where) in wanted(entry).items())


def wanted(entry: Entry) -> dict[str, tuple[str, Where]]:
    """The system's figures, each once: name and settings of the run that is drawn, by the picture's id."""
    published = {p.id: (p.figure, p.where) for p in write_up_pictures() if p.system == entry.system}
    return {**published, **{name: (name, {}) for name in entry.figures}}


@dataclass(frozen=True)
class _Drawer:
    """Draws the pictures of one system; what was computed for a run is kept for its next picture."""

    entry: Entry
    runs: Sequence[Run]
    home: Path
    budget: Budget
    analyses: dict[Path, Analysis] = field(default_factory=dict)

    def picture(self, id: str, name: str, where: Where) -> Picture:
        """Draw one figure and store it."""
        title = (SWEEP_FIGURES if name in SWEEP_FIGURES else FIGURES)[name].title
        runs = chosen(self.runs, where)
        if not runs:
            why = f"no run of {self.entry.system} in this budget has {described(where)}"
            return Picture(id=id, name=name, title=title, of="no run", command=None, file=None, says=why)
        of, command = self._of(name, runs)
        file = f"figures/{self.budget}-{self.entry.system}-{id}.svg"
        try:
            svg, says = self._many(name, runs) if name in SWEEP_FIGURES else self._one(name, runs[0])
        except UsageError as error:
            why = str(error).replace(f"{runs[0].path.parent}/", "")
            return Picture(id=id, name=name, title=title, of=of, command=command, file=None, says=why)
        atomic_write(self.home / file, svg)
        return Picture(id=id, name=name, title=title, of=of, command=command, file=file, says=says)

    def _of(self, name: str, runs: Sequence[Run]) -> tuple[str, str]:
        """Which runs it shows, and the command that draws it."""
        place = f"{self.home.name}/{self.entry.system}"
        if name not in SWEEP_FIGURES:
            return runs[0].path.name, f"latebloom figure {name} {place}/{runs[0].path.name}"
        by = "".join(f" --by {field}" for field in self.entry.by)
        return f"{len(runs)} runs", f"latebloom figure {name} {place}{by}"

    def _one(self, name: str, run: Run) -> tuple[bytes, str]:
        analysis, figure = self.analyses.setdefault(run.path, Analysis(run)), FIGURES[name]
        data = figure.data_of(analysis)
        return drawn(figure, data), figure.says(data)

    def _many(self, name: str, runs: Sequence[Run]) -> tuple[bytes, str]:
        frame, figure = load_sweep(runs[0].path.parent).frame, SWEEP_FIGURES[name]
        frame = frame[frame["run"].isin([run.path.name for run in runs])].reset_index(drop=True)
        says = figure.says(figure.data_of(frame, *self.entry.by))
        return render_sweep_figure(name, frame, self.entry.by), says
