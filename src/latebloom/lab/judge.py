"""Judge the claims that can be decided from one run."""

from pathlib import Path

from latebloom.claims import Verdict
from latebloom.claims import judge as judge_run
from latebloom.runs import Run, open_run


def judge(target: Run | str | Path, root: str | Path = "runs") -> dict[str, Verdict]:
    """The verdict on each claim about such a run, by the claim's id; empty where no claim is about such a run.

    target: an object, a path, or a name under ``root``.
    """
    return judge_run(open_run(target, root))
