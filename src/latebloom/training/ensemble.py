"""Several trainings of equal shape that make their updates together."""

import threading
from dataclasses import dataclass

from torch import Tensor

from latebloom.training.stacked import Member, stacked_updates


@dataclass
class _Request:
    member: Member
    step: int
    count: int
    done: int | None = None
    error: Exception | None = None


class Ensemble:
    """``size`` members, each a training in its own thread that requests updates as if it were alone.

    When every remaining member has requested updates, the thread of the last one makes those of the members at the
    lowest step, all in one computation. A member that ends must `leave`, or the others would wait for it.
    """

    def __init__(self, size: int) -> None:
        self._change = threading.Condition()
        self._left = size
        self._waiting: list[_Request] = []

    def leave(self) -> None:
        """Remove one member."""
        with self._change:
            self._left -= 1
            self._serve()

    def advance(self, member: Member, step: int, count: int) -> int:
        """Make up to ``count`` updates and return how many were made: none where the member's loss is not finite.

        Errors: any error of the common computation.
        """
        request = _Request(member, step, count)
        with self._change:
            self._waiting.append(request)
            self._serve()
            self._change.wait_for(lambda: request.done is not None)
        if request.error is not None:
            raise request.error
        return request.done or 0

    def _serve(self) -> None:
        if not self._waiting or len(self._waiting) < self._left:
            return
        first = min(request.step for request in self._waiting)
        group = [request for request in self._waiting if request.step == first]
        try:
            made = stacked_updates([r.member for r in group], first, min(r.count for r in group))
        except Exception as error:  # every member of the group must raise it, or it would wait for ever
            made = [0] * len(group)
            for request in group:
                request.error = error
        for request, done in zip(group, made):
            request.done = done
        self._waiting = [request for request in self._waiting if request.done is None]
        self._change.notify_all()


class EnsembleEngine:
    """One member of an ensemble, as an `Engine`."""

    stride = 50

    def __init__(self, ensemble: Ensemble, member: Member) -> None:
        self._ensemble, self._member = ensemble, member

    def advance(self, step: int, count: int) -> int:
        """As `Engine.advance`."""
        done = 0
        while done < count:
            made = self._ensemble.advance(self._member, step + done, count - done)
            done += made
            if made == 0:
                break
        return done

    def tensors(self, step: int) -> dict[str, Tensor]:
        """As `Engine.tensors`."""
        return self._member.moments.tensors(step)

    def load(self, tensors: dict[str, Tensor]) -> None:
        """As `Engine.load`."""
        self._member.moments.load(tensors)
