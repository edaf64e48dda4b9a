"""Caption of the induction circuit, from the explanation of the last checkpoint."""

from collections.abc import Iterator

from latebloom._text import nats
from latebloom.circuits.induction.family import INDUCTION
from latebloom.lab.explorer.captions.caption import caption
from latebloom.lab.explorer.evidence import Evidence


@caption("induction-circuit", INDUCTION.name)
def induction_circuit(evidence: Evidence) -> Iterator[str]:
    """The two heads with their scores and controls, and the loss without the first and its path; or why there are
    none."""
    found = evidence.explanation
    if found is None:
        return
    if found["pair"] is None:
        yield f"There is no circuit of two heads: {found['undefined']}."
        return
    heads = {(head["layer"], head["head"]): head for head in found["heads"]}
    first, second = map(tuple, found["pair"])
    yield (
        f"Head {_name(first)} attends to the token before ({heads[first]['previous_token']:.2f}; even attention "
        f"{found['previous_token_even']:.2f}), and head {_name(second)} to the tokens after earlier copies of the same "
        f"token ({heads[second]['induction']:.2f}; {heads[second]['induction_control']:.2f} without repeats)."
    )
    into_keys = [path["loss_increase"] for path in found["paths"] if (*path["source"], path["into"]) == (*first, "k")]
    yield (
        f"The loss of {nats(found['loss'])} nats grows by {heads[first]['loss_increase']:.2f} nats without head "
        f"{_name(first)}, and by {into_keys[0]:.2f} nats without its path into later heads' keys."
    )


def _name(head: tuple[int, ...]) -> str:
    return ".".join(map(str, head))
