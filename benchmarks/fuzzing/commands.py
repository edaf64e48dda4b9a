"""Commands with valid, odd and missing arguments; SQL that tries to leave the runs."""

import random

from fuzzing.laboratory import OPTIONS, Laboratory
from fuzzing.odd import TEXTS
from fuzzing.settings import options

RUNS = ["r", "other", "runs/r", "runs", "s", "./runs/r/", "runs/r/manifest.json", "../templates/r", "runs/s", "absent"]
FILES = [
    "runs/r/state.safetensors",
    "runs/r/checkpoints/step-00000004.safetensors",
    "runs/r/checkpoints",
    "runs/r/metrics.parquet",
    "../guard/secret.txt",
    "../guard",
]
OUT = ["out.csv", "out.parquet", "out", "out.svg", "out.html", "runs", "absent/out.csv", "", "\x00", "a" * 300, "."]
EVERYTHING: dict[str, tuple[list[str], list[str]]] = {
    "recipes": ([], ["--json"]),
    "tasks": ([], ["--json"]),
    "runs": (["?run"], ["--json", "--runs"]),
    "table": (["run"], ["--json", "--out", "--runs"]),
    "seeds": (["run"], ["--json", "--runs"]),
    "statistics": (["run"], ["--json", "--by", "--runs"]),
    "query": (["sql"], ["--json", "--out", "--runs"]),
    "explain": (["file"], ["--json", "--step", "--rule", "--task", "--p", "--runs", "--model.n_heads"]),
    "import": (
        ["file"],
        ["--json", "--step", "--name", "--task", "--p", "--runs", "--optimiser.lr", "--data.fraction"],
    ),
    "phases": (["file"], ["--json", "--guessing", "--runs"]),
    "measure": (["run"], ["--json", "--rule", "--runs"]),
    "export": (["run"], ["--to", "--out", "--step", "--runs"]),
    "figure": (["figure", "run"], ["--out", "--by", "--json", "--runs"]),
    "claims": (["?odd"], ["--json", "--runs"]),
    "report": (["odd"], ["--json", "--runs"]),
    "zoo": (["run"], ["--out", "--runs"]),
}
UNSTARTED = ["sweep", "crossover", "explore", "reproduce", "bench"]
"""They start processes, wait or take long, so that only commands that cannot begin are tried."""
FIGURES = ["curves", "phase-diagram", "survival", "embedding-spectrum", "absent"]
TO = ["transformerlens", "huggingface", "state-dict"]
STATEMENTS = [
    "SELECT * FROM runs",
    "SELECT * FROM metrics",
    "SELECT 1 a, 2 a, 3 a_2",
    "SELECT '[bold]a', '[/red]'",
    "COPY (SELECT 1) TO '../guard/secret.txt'",
    "COPY (SELECT 1) TO 'runs/r/metrics.parquet'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '../guard/secret.txt'",
    "ATTACH '../guard/x.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "PRAGMA database_list",
    "EXPORT DATABASE '../guard/x'",
    "CREATE TABLE t AS SELECT 1",
    "DROP VIEW metrics",
    "SELECT 1; SELECT 2",
    "SELECT * FROM glob('/*')",
    "SELECT getenv('HOME')",
    "SELECT 1/0, 'nan'::DOUBLE, [1, {'a': 2}], DATE '2026-01-01', 1e308::DOUBLE * 10",
    "SELECT * FROM range(10)",
    "WITH x AS (SELECT 1) SELECT * FROM x",
    "SELECT",
    "",
    "SELECT 99999999999999999999999999999999999999",
    "SELECT INTERVAL 1 DAY, TIME '10:00:00', 'a'::BLOB, uuid(), true",
]


def statement(rng: random.Random) -> str:
    """SQL: one of those above, or with parts of another in it."""
    words = rng.choice(STATEMENTS).split(" ")
    for _ in range(rng.choice([0, 0, 1, 2])):
        other = rng.choice(STATEMENTS).split(" ")
        words[rng.randrange(len(words) + 1) : rng.randrange(len(words) + 1)] = other[: rng.randrange(1, len(other) + 1)]
    return " ".join(words)


def _operand(kind: str, rng: random.Random) -> list[str]:
    if kind.startswith("?") and rng.random() < 0.5:
        return []
    if rng.random() < 0.03:
        return rng.choice([[], ["r", "r"]])
    if rng.random() < 0.15 or kind.endswith("odd"):
        return [rng.choice(TEXTS)]
    return [
        {
            "run": lambda: rng.choice(RUNS),
            "?run": lambda: rng.choice(RUNS),
            "file": lambda: rng.choice(RUNS + FILES),
            "sql": lambda: statement(rng),
            "figure": lambda: rng.choice(FIGURES),
        }[kind]()
    ]


def _option(name: str, rng: random.Random) -> list[str]:
    if name == "--json":
        return [name]
    usual = {
        "--out": OUT,
        "--to": TO,
        "--runs": ["runs", "../templates", "../guard", "absent"],
        "--step": ["0", "2", "4", "3"],
        "--p": ["5", "7", "113", "10000000"],
        "--task": ["modular_addition", "modular_subtraction", "group_composition", "random_table"],
        "--rule": ["neurons", "embedding", "w_logit"],
        "--name": ["n", "r", "../guard/x", "/tmp/x", ".", "s"],
        "--by": ["optimiser.lr", "model.seed", "x"],
    }.get(name, ["1", "0.5"])
    return [name, rng.choice(usual if rng.random() < 0.7 else TEXTS)]


def attempt(rng: random.Random, laboratory: Laboratory) -> str:
    """A command other than train."""
    laboratory.renew("r", "s")
    if rng.random() < 0.05:
        words = [rng.choice([*UNSTARTED, *TEXTS, "--version", "--help", "-h", "--import"]), "--no-such-option"]
        cut = 2 if words[0] in UNSTARTED else rng.choice([1, 2])
        return f"no command {laboratory.command(*words[:cut]).verdict}"
    name = rng.choice(list(EVERYTHING))
    operands, known = EVERYTHING[name]
    words = [word for kind in operands for word in _operand(kind, rng)]
    for option in rng.sample(known, rng.randrange(min(4, len(known) + 1))):
        words += _option(option, rng)
    if rng.random() < 0.04:
        words.insert(rng.randrange(len(words) + 1), rng.choice(["--help", "--no-such", "--json=1", "--import", *TEXTS]))
    return f"{name} {laboratory.command(name, *words).verdict}"


def attempt_train(rng: random.Random, laboratory: Laboratory) -> str:
    """Train a few steps with odd settings."""
    laboratory.renew(*rng.choice([[], ["r"]]))
    words = ["train", "small", *OPTIONS, "--steps", rng.choice(["1", "2", "4"]), *options(rng)]
    words += ["--name", rng.choice(["n", "n", "n", "r", *TEXTS])]
    if rng.random() < 0.1:
        words += [rng.choice(["--seed", "--seeds"]), rng.choice(["0:2", "3", *TEXTS[:12], "0,1"])]
    words += rng.choice([[], ["--json"], ["--quiet"]])
    if any("training.stop" in word or "training.steps" in word for word in words[len(OPTIONS) + 4 :]):
        words += ["--training.steps", "2", "--training.stop", "steps"]
    return f"train {laboratory.command(*words).verdict}"


def attempt_query(rng: random.Random, laboratory: Laboratory) -> str:
    """A statement over the runs."""
    laboratory.renew("r")
    return f"query {laboratory.command('query', statement(rng), *rng.choice([[], ['--json']])).verdict}"
