"""The columns of measures.parquet, by task family.

A stub, until each `Measure` declares its columns: then `columns_by_family` collects them from the families, and the
rest of this file goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EVERY_TASK = "every task"
"""The key of the columns that every family has."""


@dataclass(frozen=True)
class Column:
    """A column, or many whose names follow one pattern (``{k}`` stands for any text)."""

    name: str
    unit: str
    formula: str
    source: str = ""


W, P = "Nanda and Lieberum 2022", "Nanda et al. 2023"
OLSSON, ELHAGE = "Olsson et al. 2022", "Elhage et al. 2021"


def columns_by_family() -> Mapping[str, tuple[Column, ...]]:
    """The columns of each family, by its name, and those of `EVERY_TASK`."""
    return {
        EVERY_TASK: (
            Column("step", "steps", "number of updates before the checkpoint"),
            Column("{set}_loss", "nats", "mean cross-entropy on a fixed set (train, test), log-softmax in float64"),
            Column("{set}_accuracy", "share", "share of labels whose largest logit is the right answer"),
            Column("{set}_loss.{component}", "nats", "the loss of one component (digit_0, copy_2, 14)"),
            Column("{set}_accuracy.{component}", "share", "the accuracy of one component"),
            Column("sum_squared_weights", "–", "Σ w² over all trained tensors", W),
            Column(
                "sum_squared_weights.{tensor}",
                "–",
                "Σ w² of one tensor; with several layers the block comes first (1.W_Q)",
                W,
            ),
        ),
        "modular": (
            Column("restricted_loss", "nats", "CE(Σ_k P_k L + mean over (x, y) of the rest), all pairs", W),
            Column("restricted_train_loss", "nats", "restricted loss on the train set", W),
            Column("restricted_test_loss", "nats", "restricted loss on the other pairs", W),
            Column("excluded_loss", "nats", "CE(L − Σ_k P_k L) on the train set, without all key frequencies", P),
            Column("excluded_loss.k{k}", "nats", "CE(L − P_k L) on the train set, without one key frequency", W),
            Column(
                "excluded_loss_control",
                "nats",
                "excluded loss with as many random frequencies that are not key, the same at every "
                "checkpoint; left out ",
            ),
            Column("cos_coefficient.k{k}", "nats", "coefficient of cos(2πk(x + s·y − z)/p) in the cos fit", W),
            Column("excluded_3d_loss", "nats", "CE of L minus the cos fit (waves over (x, y, z)), on the train set", W),
            Column("restricted_3d_loss", "nats", "CE of the cos fit alone, all pairs", W),
            Column("embedding_gini", "share", "Gini coefficient of embedding_fraction over all frequencies", P),
            Column("embedding_fraction.k{k}", "share", "(‖W_E cos k‖² + ‖W_E sin k‖²) / Σ over k ≥ 1", W),
            Column("live_neurons", "count", "neurons whose centred energy exceeds 1e-8"),
            Column("clustered_fraction", "share", "live neurons in any cluster / live neurons", P),
            Column("cluster_size.k{k}", "count", "neurons in the cluster of a key frequency; 0 before it forms", W),
            Column(
                "attention_to_self",
                "share",
                "attention of = to itself, mean over all pairs and over the heads of the last layer",
                W,
            ),
            Column("attention_to_self.head{head}", "share", "the same of one head", W),
        ),
        "digits": (
            Column("digit_embedding_gini", "share", "Gini coefficient of digit_embedding_fraction"),
            Column(
                "digit_embedding_fraction.k{k}",
                "share",
                "(‖W_E cos k‖² + ‖W_E sin k‖²) / Σ over k ≥ 1, over the ten digits' rows",
            ),
            Column(
                "sum_loss.{part}",
                "nats",
                "loss of one part (no_carry, carry, short_chain, long_chain, all), over all places",
            ),
            Column("sum_accuracy.{part}", "share", "accuracy of one part, over all places"),
            Column(
                "neurons_fve_{factor}.{place}",
                "share",
                "R̄ of a factor (pair, sum, carry, both, answer) over the last layer's neurons at a place",
            ),
            Column("logits_fve_{factor}.{place}", "share", "R̄ of a factor over the logits at a place"),
        ),
        "induction": (
            Column("previous_token_score.{head}", "share", "mean of A[t, t − 1] in the first copy", OLSSON),
            Column(
                "induction_score.{head}",
                "share",
                "mean attention to what came after the same token in earlier copies",
                OLSSON,
            ),
            Column(
                "induction_control.{head}",
                "share",
                "induction score with every copy but the first overwritten by random tokens",
            ),
            Column(
                "k_composition.{earlier}.{later}",
                "share",
                "composition into the keys, minus that of random heads",
                ELHAGE,
            ),
            Column(
                "q_composition.{earlier}.{later}",
                "share",
                "composition into the queries, minus that of random heads",
                ELHAGE,
            ),
            Column(
                "v_composition.{earlier}.{later}",
                "share",
                "composition into the values, minus that of random heads",
                ELHAGE,
            ),
            Column(
                "qk_gradient.{head}",
                "–",
                "norm of the loss gradient on W_Q and W_K of a head, through later keys only; not for the last layer",
            ),
            Column(
                "ov_gradient.{head}",
                "–",
                "norm of the loss gradient on W_V and W_O of a head, through later keys only; not for the last layer",
            ),
            Column(
                "key_gradient.{earlier}.{later}",
                "–",
                "norm of the loss gradient on the later head's W_K, the part due to what the earlier head "
                "writes, minus its mean over sequences",
            ),
        ),
        "skip_trigrams": (
            Column("trigrams_found", "count", "how many of the ten strongest trigrams are the task's own"),
            Column("trigram_strength.{token}", "nats", "Σ over heads of A · ov, for each of the task's own ten"),
            Column(
                "trigram_qk.{token}",
                "–",
                "q_t minus the mean score of the tokens 0 … 9, mean over heads weighted by |ov|",
            ),
            Column(
                "trigram_ov.{token}", "nats", "v_t[o] minus the mean of v_t over the other answers, summed over heads"
            ),
            Column(
                "restricted_{set}_loss",
                "nats",
                "loss with the ten trigrams alone, on a set (test, and train where it is fixed)",
            ),
            Column("restricted_{set}_loss_control", "nats", "loss with ten random trigrams alone"),
            Column("excluded_{set}_loss", "nats", "loss without the ten trigrams"),
            Column(
                "trigram_qk_gradient.{token}",
                "–",
                "norm over heads of the gradient of the mean loss of the examples with that answer, with "
                "respect to q_t; on the test set, or else the train set",
            ),
            Column("trigram_ov_gradient.{token}", "–", "the same with respect to v_t[o]"),
            Column(
                "trigram_error.{token}",
                "share",
                "mean of 1 − probability of the right answer on the same examples; the error of each "
                "weighs both gradients",
            ),
        ),
    }
