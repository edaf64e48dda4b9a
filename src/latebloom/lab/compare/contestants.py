"""The contestants of this package. The grids were fixed before the runs; their rates span a factor of ten."""

from latebloom.lab.compare.contestant import CONTESTANTS, Contestant

_RATES = ("0.003", "0.01", "0.03")
_SMALL_RATES = ("0.0003", "0.001", "0.003")
"""For signs, which move every weight by the rate."""

_BETAS = ("0.9,0.98", "0.9,0.999")
"""Where there is no strength to tune."""

_NO_DECAY = {"optimiser.weight_decay": "0"}
_LEE = "Lee et al. 2024, Grokfast, arXiv 2405.20233"
_PRIETO = "Prieto et al. 2025, Grokking at the Edge of Numerical Stability, arXiv 2501.04697"

BASELINE, NO_DECAY, MUON = "adamw", "adamw-no-decay", "muon"
PUBLISHED_BASELINE = "adam-published"

OWN = (
    Contestant(
        BASELINE,
        "AdamW",
        "Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization, arXiv 1711.05101",
        grid={"optimiser.lr": _RATES, "optimiser.weight_decay": ("1", "3")},
    ),
    Contestant(
        "adam-l2",
        "Adam with L2",
        "Kingma and Ba 2015, Adam, arXiv 1412.6980",
        {"optimiser.name": "adam"},
        {"optimiser.lr": _RATES, "optimiser.weight_decay": ("0.0001", "0.001")},
    ),
    Contestant(
        "sgd-momentum",
        "SGD with momentum 0.9",
        "Polyak 1964",
        {"optimiser.name": "sgd", "optimiser.momentum": "0.9"},
        {"optimiser.lr": ("0.03", "0.1", "0.3"), "optimiser.weight_decay": ("0.0003", "0.001")},
    ),
    Contestant(
        "sign-descent",
        "Sign descent, momentum 0.9",
        "Bernstein et al. 2018, signSGD, arXiv 1802.04434",
        {"optimiser.name": "sign_descent", "optimiser.momentum": "0.9"},
        {"optimiser.lr": _SMALL_RATES, "optimiser.weight_decay": ("3", "10")},
    ),
    Contestant(
        "lion",
        "Lion",
        "Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, arXiv 2302.06675",
        {"optimiser.name": "lion", "optimiser.betas": "0.9,0.99"},
        {"optimiser.lr": _SMALL_RATES, "optimiser.weight_decay": ("3", "10")},
    ),
    Contestant(
        "grokfast-ema",
        "Grokfast-EMA",
        _LEE,
        {"optimiser.name": "grokfast_ema", "optimiser.weight_decay": "1"},
        {"optimiser.lr": _RATES, "optimiser.slow_gain": ("0.5", "2")},
    ),
    Contestant(
        "grokfast-ma",
        "Grokfast-MA",
        _LEE,
        {"optimiser.name": "grokfast_ma", "optimiser.weight_decay": "1"},
        {"optimiser.lr": _RATES, "optimiser.window_gain": ("1", "5")},
    ),
    Contestant(
        NO_DECAY,
        "AdamW without weight decay (control)",
        "the control of ⊥Grad and StableMax",
        _NO_DECAY,
        {"optimiser.lr": _RATES, "optimiser.betas": _BETAS},
    ),
    Contestant(
        "orthograd",
        "⊥Grad without weight decay",
        _PRIETO,
        {"optimiser.name": "orthograd", **_NO_DECAY},
        {"optimiser.lr": _RATES, "optimiser.betas": _BETAS},
    ),
    Contestant(
        "delayed-decay",
        "Weight decay that starts late",
        "see latebloom.training.optimisers.delayed_decay",
        {"optimiser.name": "delayed_decay", "optimiser.weight_decay": "1"},
        {"optimiser.lr": _RATES, "optimiser.decay_from": ("100", "300")},
    ),
    Contestant(
        "norm-constrained",
        "Norm-constrained training",
        "Liu et al. 2022, Omnigrok, arXiv 2210.01117",
        {"optimiser.name": "norm_constrained", **_NO_DECAY},
        {"optimiser.lr": _RATES, "optimiser.norm_factor": ("0.5", "0.8")},
    ),
    Contestant(
        MUON,
        "Muon",
        "Jordan et al. 2024, Muon; Tveit et al. 2025, Muon Optimizer Accelerates Grokking, arXiv 2504.16041",
        {"optimiser.name": "muon", "optimiser.lr": "0.01"},
        {"optimiser.matrix_lr": _RATES, "optimiser.weight_decay": ("1", "3")},
    ),
    Contestant(
        "stablemax",
        "StableMax without weight decay",
        _PRIETO,
        {"training.loss": "stablemax", **_NO_DECAY},
        {"optimiser.lr": _RATES, "optimiser.betas": _BETAS},
    ),
    Contestant(
        "dropout",
        "AdamW with dropout, no weight decay",
        "Srivastava et al. 2014, Dropout",
        _NO_DECAY,
        {"optimiser.lr": _RATES, "training.dropout": ("0.1", "0.3")},
    ),
    Contestant(
        "l1",
        "AdamW with L1, no weight decay",
        "Tibshirani 1996; the write-up asks for it",
        _NO_DECAY,
        {"optimiser.lr": _RATES, "optimiser.l1": ("0.00001", "0.0001")},
    ),
    Contestant(
        PUBLISHED_BASELINE,
        "Adam, as Grokfast's baseline",
        f"{_LEE}: main.py's defaults, lr 1e-3, no weight decay",
        {"optimiser.name": "adam", "optimiser.lr": "0.001", **_NO_DECAY},
    ),
    Contestant(
        "adamw-published",
        "AdamW, as in the write-up",
        "Nanda et al. 2023, arXiv 2301.05217: lr 1e-3, weight decay 1",
        {"optimiser.lr": "0.001", "optimiser.weight_decay": "1"},
    ),
    Contestant(
        "grokfast-ema-published",
        "Grokfast-EMA, as published",
        f"{_LEE}: README, α 0.98, λ 2, Adam with L2 0.005",
        {
            "optimiser.name": "grokfast_ema",
            "optimiser.lr": "0.001",
            "optimiser.weight_decay": "0.005",
            "optimiser.decoupled": "false",
        },
    ),
    Contestant(
        "grokfast-ma-published",
        "Grokfast-MA, as published",
        f"{_LEE}: README, window 100, λ 5, Adam with L2 0.01",
        {
            "optimiser.name": "grokfast_ma",
            "optimiser.lr": "0.001",
            "optimiser.weight_decay": "0.01",
            "optimiser.decoupled": "false",
        },
    ),
    Contestant(
        "muon-published",
        "Muon, as published",
        "Jordan et al. 2024, Muon: lr 0.02, momentum 0.95; the rest AdamW with lr 1e-3; weight decay 1 as for AdamW",
        {"optimiser.name": "muon", "optimiser.lr": "0.001", "optimiser.weight_decay": "1"},
    ),
)
"""All of them, in the order of the tables."""

for _contestant in OWN:
    CONTESTANTS.register(_contestant)
