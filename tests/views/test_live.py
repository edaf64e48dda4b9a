"""The live view: curve, progress, phase, and the final outcome."""

import io
import threading
import time

from rich.console import Console

import latebloom.views.compiling
from latebloom.models.tables import compiling
from latebloom.training import Record
from latebloom.views import compiling_said
from latebloom.views.curve import loss_curve
from latebloom.views.history import History, clock
from latebloom.views.training import _picture


def test_the_curve_puts_losses_on_a_log_scale() -> None:
    text = loss_curve([(0, 1.0, 1.0), (50, 1e-4, 10.0), (100, 1e-8, 1e-8)], width=21, height=10).plain.splitlines()
    assert text[0].startswith("   1e+01 │")
    assert text[9].startswith("   1e-08 │")
    assert text[0][10 + 10] == "•"
    assert text[5][10 + 10] == "•"
    assert text[9][10 + 20] == "•"


def test_history_gives_progress_and_time(tiny) -> None:
    history = History(tiny(100))
    history.take(Record(0, {"train_loss": 4.7, "test_loss": 4.7}))
    history.take(Record(5, {"train_loss": 2.0, "test_loss": 5.0}))
    assert history.time_left == ""  # what comes before the first steps, such as compilation, says nothing of the pace
    history.take(Record(10, {"train_loss": 1.0, "test_loss": 6.0}))
    assert history.line().startswith("step 10/100  train 1  test 6  memorising  about 0:")
    assert (clock(59.0), clock(61.2), clock(3725.0)) == ("0:59", "1:01", "1:02:05")


def test_time_left_is_that_until_the_run_settles(tiny, monkeypatch) -> None:
    now = iter(range(0, 10_000))
    monkeypatch.setattr("latebloom.views.history.time.monotonic", lambda: next(now))
    history = History(tiny(40_000, stop="settled"))
    high = {"train_loss": 0.1, "test_loss": 0.1, "train_accuracy": 1.0, "sum_squared_weights": 100.0}
    for step in (0, 100, 200):
        history.take(Record(step, {**high, "test_accuracy": 0.5}))
    assert history.time_left.startswith("at most ")
    assert history.time_left.endswith(" left, less if it settles")
    history.take(Record(300, {**high, "test_accuracy": 1.0}))
    assert history.time_left.endswith(" left until it settles")  # at step 2200 at the earliest


def test_compilation_is_said_once_and_with_its_time(capsys) -> None:
    with compiling_said() as reached:
        reached(0)
        for seconds in (None, 2.0, None, 3.4):  # two compilations
            compiling._tell(seconds)
        reached(0)
        reached(10)
        reached(20)
    compiling._tell(None)
    assert capsys.readouterr().err.splitlines() == [
        "latebloom: compiling, once per machine …",
        "latebloom: compiling, once per machine: 5 s",
    ]


def test_several_trainings_say_it_once(capsys, monkeypatch) -> None:
    """Each says its first step while another may be saying its own: here a thread waits while the other prints."""
    started = threading.Event()

    def slow(*words: object, **options: object) -> None:
        started.set()
        time.sleep(0.02)
        print(*words, **options)

    monkeypatch.setattr(latebloom.views.compiling, "print", slow, raising=False)
    with compiling_said() as reached:
        compiling._tell(1.0)
        first = threading.Thread(target=reached, args=(1,))
        started.clear()
        first.start()
        started.wait()
        reached(1)
        first.join()
    assert capsys.readouterr().err.splitlines() == [
        "latebloom: compiling, once per machine …",
        "latebloom: compiling, once per machine: 1 s",
    ]


def test_numba_tells_of_what_it_compiles() -> None:
    from latebloom.models.tables.compiled import numba

    heard: list[float | None] = []
    function = numba.njit(lambda x: x + 1)
    with compiling.listening(heard.append):
        function(1)
        function(2)
    assert heard[0] is None
    assert len(heard) == 2
    assert heard[1] is not None


def test_a_live_picture_renders(tiny) -> None:
    history = History(tiny(100))
    history.take(Record(10, {"train_loss": 1.0, "test_loss": 6.0}))
    console = Console(file=io.StringIO(), width=100)
    console.print(_picture(history))
    assert "memorising" in console.file.getvalue()


def rows(train_accuracy: float, test_accuracy: float) -> dict[str, float]:
    accuracy = {"train_accuracy": train_accuracy, "test_accuracy": test_accuracy}
    return {"train_loss": 1.0 - train_accuracy, "test_loss": 1.0 - test_accuracy, **accuracy}


def test_the_outcome_is_shown_once_training_ends(tiny) -> None:
    history = History(tiny(100))
    history.take(Record(0, rows(0.0, 0.0)))
    history.take(Record(20, rows(1.0, 0.0)))
    history.take(Record(80, rows(1.0, 1.0)))
    assert history.outcome == ""
    history.take(Record(100, rows(1.0, 1.0), stopped="reached 100 steps"))
    assert "Grokked: the train set reached 99 % accuracy at step 20 and the test set at step 80" in history.line()
    resumed = History(tiny(100))
    resumed.take(Record(80, rows(1.0, 1.0), stopped="reached 100 steps"))
    assert resumed.outcome == ""
