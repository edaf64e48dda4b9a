"""A check of models that add the operands before anything else."""

from latebloom._errors import UsageError
from latebloom.tasks import ModularTask


def check_order_matters_not(kind: str, task: ModularTask, instead: str) -> None:
    """UsageError for x - y and x / y: a model that only sees a sum of its operands gives x - y and y - x one answer.

    instead: what to use in its place. Other operations without this symmetry, such as a random table, can at least be
    memorised in part, and are left to the experimenter.
    """
    form = task.cyclic_form
    if form is not None and form.sign == -1:
        raise UsageError(
            f"model.kind: got {kind} for {task.name}, but it adds the operands, so that it cannot tell {task.summary} "
            f"from the same with x and y exchanged; expected {instead}"
        )
