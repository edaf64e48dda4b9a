"""Estimate the local learning coefficient of a run's train loss: how many weights the train set constrains, counted as
singular learning theory does. `latebloom measure RUN --with llc` estimates it at every checkpoint."""

from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json, add_runs, positive

PARTS = "embedding, attention, mlp or unembedding"


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("target", metavar="RUN", help="a run (path or name)")
    parser.add_argument("--step", type=int, metavar="N", help="step of the checkpoint (default: the last)")
    parser.add_argument("--part", help=f"move the weights of one part alone: {PARTS} (default: all weights)")
    parser.add_argument("--sampler", help="mala (with a Metropolis test, the default) or sgld (as in the literature)")
    parser.add_argument("--chains", type=positive, metavar="N", help="independent chains (default: 4)")
    parser.add_argument("--burn-in", type=positive, metavar="N", help="steps that are left out (default: 300)")
    parser.add_argument("--draws", type=positive, metavar="N", help="steps of a chain that count (default: 400)")
    parser.add_argument("--gamma", type=float, metavar="X", help="strength of the pull to the weights (default: 100)")
    parser.add_argument("--beta", type=float, metavar="X", help="inverse temperature (default: 1 / ln n)")
    parser.add_argument("--step-size", type=float, metavar="X", help="of the sampler (default: burn-in chooses it)")
    parser.add_argument("--seed", type=int, metavar="N", help="of the chains' noise (default: 0)")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from pydantic import ValidationError

    from latebloom._errors import UsageError, setting_problem
    from latebloom.circuits.llc import Sampling
    from latebloom.lab.llc import llc

    given = {name: getattr(options, name) for name in Sampling.model_fields}
    try:
        sampling = Sampling.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise UsageError(setting_problem(error, "", "--").replace("_", "-")) from None
    found = llc(options.target, options.step, options.part, sampling, options.runs)
    if options.json:
        print_json(found.model_dump(mode="json"))
    else:
        print_pairs(found.rows())
    return 0
