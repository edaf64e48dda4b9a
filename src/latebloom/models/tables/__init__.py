"""The exact fast forward and backward pass of a one-layer transformer at one query position, by look-up tables.

Keys and values depend on (position, token) only, so they are tables of R rows, one per pair that occurs. The query
token never changes, so attention is a softmax over table entries. Everything after the heads is linear in their outputs
up to the ReLU: W_O W_in and W_O W_U are folded into the value table, W_out W_U into one matrix W_logit. A
pre-activation is then a sum of P · H table rows. The work that remains per example is one product with W_logit, and two
in the backward pass. Several answers per example (`AnswerBatch`) keep the first half of this: tables for all that
depends on one pair, or on two. A layer of attention alone (`AttentionBatch`) is look-ups by token and by position; the
MLP (`MLPBatch`) adds two rows of its input matrix, or of the product of the embeddings with it (`EmbeddingBatch`).
`FAST_PATHS` lists them all. The result equals the plain forward to
rounding, gradients included (tested).
Source: design.md, "The exact fast forward".

Importing this package compiles nothing. The first call does, once per machine: numba caches the result on disk.
"""

from latebloom.models.tables.answers import AnswerBatch, answers_apply
from latebloom.models.tables.arrays import Weights
from latebloom.models.tables.attention_only import AttentionBatch, attention_applies, attention_arrays
from latebloom.models.tables.batch import TableBatch, named_weights, tables_apply
from latebloom.models.tables.blas import single_threaded_blas
from latebloom.models.tables.embedding_mlp import EmbeddingBatch, embedding_applies, embedding_arrays
from latebloom.models.tables.loss import loss_and_gradient
from latebloom.models.tables.mlp import MLPBatch, mlp_applies, mlp_arrays
from latebloom.models.tables.path import FAST_PATHS, ChangingBatch, DroppingBatch, FastBatch, FastPath, fast_path
from latebloom.models.tables.two_layers import TwoLayerBatch, two_layer_arrays, two_layers_apply

__all__ = [
    "FAST_PATHS",
    "AnswerBatch",
    "AttentionBatch",
    "ChangingBatch",
    "DroppingBatch",
    "EmbeddingBatch",
    "FastBatch",
    "FastPath",
    "MLPBatch",
    "TableBatch",
    "TwoLayerBatch",
    "Weights",
    "answers_apply",
    "attention_applies",
    "attention_arrays",
    "embedding_applies",
    "embedding_arrays",
    "fast_path",
    "loss_and_gradient",
    "mlp_applies",
    "mlp_arrays",
    "named_weights",
    "single_threaded_blas",
    "tables_apply",
    "two_layer_arrays",
    "two_layers_apply",
]
