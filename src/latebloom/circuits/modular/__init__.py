"""Mechanisms of models that compute a modular operation of two operands."""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.circuits.modular.family import MODULAR

if TYPE_CHECKING:
    from latebloom.circuits.modular.ablation import CUTS, Ablation, Control, Cut
    from latebloom.circuits.modular.ablations import ablate
    from latebloom.circuits.modular.basis import RULES
    from latebloom.circuits.modular.clock_or_pizza import ClockOrPizza, clock_or_pizza
    from latebloom.circuits.modular.cos_waves import CosWaves, cos_fit_fve, cos_waves
    from latebloom.circuits.modular.embedding import (
        EmbeddingComponents,
        circularity,
        embedding_components,
        embedding_fractions,
        embedding_norms,
    )
    from latebloom.circuits.modular.explanation import Explanation, explain, explain_model
    from latebloom.circuits.modular.grid import Grid, modular_grid
    from latebloom.circuits.modular.heads import AttentionHead, attention_heads
    from latebloom.circuits.modular.initial import InitialCircle, initial_circles
    from latebloom.circuits.modular.key_frequencies import key_frequencies
    from latebloom.circuits.modular.neurons import NeuronClusters, neuron_clusters, neuron_formula, neuron_polynomials
    from latebloom.circuits.modular.plain_forward import all_pairs
    from latebloom.circuits.modular.planted_embedding_mlp import planted_embedding_mlp
    from latebloom.circuits.modular.planted_mlp import planted_mlp
    from latebloom.circuits.modular.planted_transformer import planted_operation, planted_transformer
    from latebloom.circuits.modular.projections import excluded_logits, restricted_logits
    from latebloom.circuits.modular.trig_variance import LogitStructure, logit_structure, trig_fve
    from latebloom.circuits.modular.unembedding import (
        ClusterOutput,
        ReadOut,
        cluster_output,
        numerical_rank,
        read_outs,
        unembedding_residual,
    )

import_on_use(__name__)

__all__ = [
    "CUTS",
    "MODULAR",
    "RULES",
    "Ablation",
    "AttentionHead",
    "ClockOrPizza",
    "ClusterOutput",
    "Control",
    "CosWaves",
    "Cut",
    "EmbeddingComponents",
    "Explanation",
    "Grid",
    "InitialCircle",
    "LogitStructure",
    "NeuronClusters",
    "ReadOut",
    "ablate",
    "all_pairs",
    "attention_heads",
    "circularity",
    "clock_or_pizza",
    "cluster_output",
    "cos_fit_fve",
    "cos_waves",
    "embedding_components",
    "embedding_fractions",
    "embedding_norms",
    "excluded_logits",
    "explain",
    "explain_model",
    "initial_circles",
    "key_frequencies",
    "logit_structure",
    "modular_grid",
    "neuron_clusters",
    "neuron_formula",
    "neuron_polynomials",
    "numerical_rank",
    "planted_embedding_mlp",
    "planted_mlp",
    "planted_operation",
    "planted_transformer",
    "read_outs",
    "restricted_logits",
    "trig_fve",
    "unembedding_residual",
]
