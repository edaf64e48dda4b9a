"""Floating-point operations of running a model on all pairs, and of a certificate; a product and a sum are two."""

from latebloom.models import MLP, EmbeddingMLP, Model, Transformer
from latebloom.tasks import ModularTask

SOFTMAX = 20
"""Operations of one softmax over three numbers."""


def plain_flops(model: Model, task: ModularTask) -> int:
    """Of the model's usual forward pass at the last position for every pair: products with matrices, no look-ups."""
    return len(task.pairs()[0]) * _per_pair(model, task)


def _per_pair(model: Model, task: ModularTask) -> int:
    outputs = task.d_vocab_out
    if isinstance(model, MLP):
        m = model.config.d_mlp
        return 3 * m + 2 * m * outputs + outputs
    if isinstance(model, EmbeddingMLP):
        m, inputs = model.config.widths[0], model.config.layer_widths[0]
        return 2 * inputs * m + 2 * m + 2 * m * outputs
    assert isinstance(model, Transformer)
    c = model.config
    width, d, positions = c.n_heads * c.d_head, c.d_model, task.n_ctx
    keys_values = 2 * positions * 2 * d * width
    query_and_output = 4 * d * width
    attention = 4 * positions * width + c.n_heads * SOFTMAX
    return keys_values + query_and_output + attention + 4 * d * c.d_mlp + 2 * d * outputs


def table_flops(model: Model, task: ModularTask) -> int:
    """Of making the tables of `Mixed`, from products of weights: each operand's row through each head."""
    p, outputs = task.p, task.d_vocab_out
    if isinstance(model, MLP):
        return 0
    if isinstance(model, EmbeddingMLP):
        return 2 * 2 * p * model.config.d_embed * model.config.widths[0]
    assert isinstance(model, Transformer)
    c = model.config
    width, d, m = c.n_heads * c.d_head, c.d_model, c.d_mlp
    written = m + outputs
    # W_O W_in and W_O W_U once, then V for each operand and its product with them; W_out W_U.
    return 2 * width * d * written + 2 * 2 * p * width * (d + written) + 2 * m * d * outputs


def exact_flops(model: Model, task: ModularTask, heads: int, neurons: int) -> int:
    """Of the cheapest exact way that we know, from tables: attention, neurons, and all their read-outs, for every
    pair."""
    outputs = task.d_vocab_out
    per_pair = neuron_flops(heads, neurons) + 2 * neurons * outputs + 4 * heads * outputs + outputs
    return table_flops(model, task) + len(task.pairs()[0]) * per_pair


def neuron_flops(heads: int, neurons: int) -> int:
    """Of the attention and the neurons of one pair, from tables."""
    return heads * SOFTMAX + 4 * heads * neurons + neurons
