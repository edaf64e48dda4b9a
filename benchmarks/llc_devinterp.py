"""The local learning coefficient of one checkpoint by latebloom and by devinterp, with the same posterior and step
size.

    python benchmarks/llc_devinterp.py RUN --step N --out results/llc/devinterp.json

Needs an environment with devinterp (`pip install 'latebloom[devinterp]'`). devinterp's sampler is SGLD, here with the
whole train set as its batch. The two agree where their 95 % intervals, over chains, overlap.
"""

import argparse
import json
from importlib.metadata import version
from math import log, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from devinterp.slt.llc import llc as devinterp_llc
from scipy.special import stdtrit

import latebloom as lb
from latebloom.circuits.llc import Sampling


def interval(chains: np.ndarray) -> dict[str, object]:
    """The mean over chains, with its 95 % interval."""
    width = stdtrit(len(chains) - 1, 0.975) * chains.std(ddof=1) / sqrt(len(chains))
    mean = float(chains.mean())
    return {
        "value": mean,
        "low": float(mean - width),
        "high": float(mean + width),
        "by_chain": [float(one) for one in chains],
    }


def theirs(run: lb.Run, step: int, n: int, sampling: Sampling) -> dict[str, object]:
    """devinterp's estimate, from the draws after burn-in."""
    n_beta = n / log(n)
    with TemporaryDirectory() as folder:
        found = devinterp_llc(
            **lb.to_devinterp(run, step),
            observables={},
            lr=sampling.step_size,
            n_beta=n_beta,
            localization=sampling.gamma,
            batch_size=n,
            num_chains=sampling.chains,
            num_draws=sampling.draws,
            num_burnin_steps=sampling.burn_in,
            num_init_loss_batches=1,
            output_path=f"{folder}/samples",
        )
        losses, start = np.array(found["loss_trace"]), float(found["init_loss"])
    return interval(n_beta * (losses[:, sampling.burn_in :].mean(1) - start))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run")
    parser.add_argument("--step", type=int)
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--burn-in", type=int, default=300)
    parser.add_argument("--gamma", type=float, default=100.0)
    parser.add_argument("--step-size", type=float, default=3e-4)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    fields = ("chains", "draws", "burn_in", "gamma", "step_size")
    sampling = Sampling(sampler="sgld", **{name: getattr(options, name) for name in fields})
    run = lb.open_run(options.run)
    own = lb.llc(run, options.step, sampling=sampling)
    adjusted = lb.llc(run, options.step, sampling=sampling.model_copy(update={"sampler": "mala", "step_size": None}))
    other = theirs(run, options.step, own.n, sampling)
    result = {
        "command": f"python benchmarks/llc_devinterp.py RUN --step {options.step} --chains {options.chains} "
        f"--draws {options.draws} --burn-in {options.burn_in} --gamma {options.gamma:g} "
        f"--step-size {options.step_size:g}",
        "experiment": run.manifest.experiment,
        "step": options.step,
        "versions": {name: version(name) for name in ("latebloom", "devinterp", "torch")},
        "devinterp": other,
        "latebloom_sgld": own.model_dump(mode="json"),
        "latebloom_mala": adjusted.model_dump(mode="json"),
        "agree": own.value is not None and bool(own.low <= other["high"] and other["low"] <= own.high),
    }
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
