"""The family of parities: explanation, measure, quantity, claim, system and figure."""

from dataclasses import replace

import numpy as np
import torch

import latebloom as lb
from latebloom._config import Config
from latebloom.analysis import Analysis
from latebloom.circuits.family import Family
from latebloom.circuits.words import SEEN
from latebloom.claims import Above, Claim, System, quantity
from latebloom.figures import Figure, fixed
from latebloom.measures import Column, Measure, Snapshot
from parity_lab.task import HiddenParity

INFLUENCE = Column("bit_influence.{bit}", "share", "share of all examples whose answer changes when the bit is flipped")


def influences(snapshot: Snapshot) -> np.ndarray:
    """Share of all examples whose answer changes when a bit is flipped, by bit."""
    tokens = torch.from_numpy(snapshot.task.universe().tokens)
    answer = lambda tokens: snapshot.model(tokens, snapshot.task.loss_positions).argmax(-1)  # noqa: E731
    with torch.no_grad():
        plain, changed = answer(tokens), []
        for bit in range(snapshot.task.bits):
            flipped = tokens.clone()
            flipped[:, bit] = 1 - flipped[:, bit]
            changed.append(float((answer(flipped) != plain).double().mean()))
    return np.array(changed)


def bit_influence(snapshot: Snapshot) -> dict[str, float]:
    return {INFLUENCE.of(bit=bit): share for bit, share in enumerate(snapshot.get(influences))}


class ParityExplanation(Config):
    """Which bits the answer depends on."""

    task: str
    accuracy: float
    influence: list[float]

    def rows(self) -> list[tuple[str, str]]:
        return [("task", self.task), ("accuracy", f"{self.accuracy:.3f}"), ("influence", str(self.influence))]


def explain(snapshot: Snapshot) -> ParityExplanation:
    examples = snapshot.task.universe()
    with torch.no_grad():
        logits = snapshot.model(torch.from_numpy(examples.tokens), snapshot.task.loss_positions)
    right = logits.argmax(-1).numpy() == examples.labels
    return ParityExplanation(
        task=snapshot.task.name, accuracy=float(right.mean()), influence=snapshot.get(influences).tolist()
    )


PARITY = lb.register(
    Family(
        name="parity",
        tasks=(HiddenParity,),
        words=replace(SEEN, asks="Some bits are given, and the parity of the first few of them is asked."),
        explain=explain,
    )
)
BIT_INFLUENCE = lb.register(Measure("bit_influence", bit_influence, (INFLUENCE,), family="parity"))

lb.register(System("parity", "Hidden parities", lambda run: isinstance(run.task, HiddenParity)))


@quantity("", "the smallest influence of a hidden bit minus the largest influence of any other bit")
def parity_margin(analysis: Analysis) -> float:
    values, hidden = analysis.final.get(influences), analysis.task.hidden
    return float(values[:hidden].min() - values[hidden:].max())


lb.register(
    Claim(
        id="parity-by-hidden-bits",
        sentence="The model's answer depends on the hidden bits more than on any other.",
        place="ours",
        published="expected",
        region=Above(parity_margin, 0.0, "a tie would not tell them apart"),
        finding="the influences differ by {parity_margin:.2f}",
        system="parity",
        figure="bit-influence",
    )
)


def draw(figure, shares: np.ndarray) -> None:
    axes = figure.subplots()
    axes.bar(range(len(shares)), shares)
    axes.set(xlabel="bit", ylabel="influence")


lb.register(
    Figure(
        name="bit-influence",
        chapter="circuit",
        title="What the answer depends on",
        caption="For each bit, the share of all examples whose answer changes when that bit is flipped.",
        data=lambda analysis: analysis.final.get(influences),
        says=lambda shares: f"Bit {int(shares.argmax())} has the largest influence, {shares.max():.2f}.",
        draw=draw,
        size=fixed(6, 3),
        family="parity",
    )
)
