"""The estimated cost of runs."""

import signal

import pytest

from latebloom.runs import train_run
from latebloom.sweeps import cost as module
from latebloom.sweeps.cost import estimate_cost


def test_an_interrupt_ends_the_estimate(jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(experiment, root, observer):
        def seen(record) -> None:
            observer(record)
            if record.step == 0:
                signal.raise_signal(signal.SIGINT)

        return train_run(experiment, root=root, observer=seen)

    monkeypatch.setattr(module, "train_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        estimate_cost(jobs([0]))
