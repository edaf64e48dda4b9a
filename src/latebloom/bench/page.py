"""The page on speed, from stored results: no number in it is typed by hand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def speed_page(bench: Mapping[str, Any], full: Mapping[str, Any]) -> str:
    """Markdown of docs/speed.md, from ``latebloom bench`` and ``benchmarks/full_run.py``."""
    parts = (_head(bench), _step(bench), _roofline(bench), _growth(bench), _seeds(bench), _analysis(bench), _full(full))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(map(str, line))} |" for line in lines]


def _head(bench: Mapping[str, Any]) -> list[str]:
    machine = bench["machine"]
    return [
        "# How fast it is",
        "",
        f"Made by `{bench['command']}` on {machine['date']}: {machine['processor']}, {machine['threads']} threads, "
        f"{machine['vector_instructions']}, torch {machine['versions']['torch']}. Medians, variants in turns in "
        "one process. The machine is a shared virtual one, whose own speed varies from minute to minute: compare "
        "within a table only. Nothing here was measured on a GPU.",
    ]


def _step(bench: Mapping[str, Any]) -> list[str]:
    rows = [
        (number, m["plain"], m["plain_at_loss"], m["tables"], m["plain_over_tables"])
        for number, m in enumerate(bench["step"]["milliseconds"], start=1)
    ]
    header = ("run", "plain, whole sequence", "plain, at `=` only", "tables", "plain / tables")
    return [
        "## One step of the mainline model",
        "",
        "p = 113, 3 830 pairs, full batch, float64 loss, AdamW; milliseconds. Tables are the exact fast forward and "
        "backward (`latebloom.models.tables`); they equal the plain ones to rounding.",
        "",
        *_table(header, rows),
    ]


def _roofline(bench: Mapping[str, Any]) -> list[str]:
    parts, bound = bench["step"]["parts_on_one_thread"], bench["step"]["bound"]
    total = sum(parts.values())
    names = {
        "tables": "weights to tables",
        "examples": "tables to loss and back, all examples",
        "tables_backward": "tables back to weights",
    }
    rows = [(names[name], value, f"{value / total:.0%}") for name, value in parts.items()]
    fast = sorted(m["tables"] for m in bench["step"]["milliseconds"])[len(bench["step"]["milliseconds"]) // 2]
    return [
        "### Where the time goes",
        "",
        *_table(("part, on one thread", "ms", "share"), rows),
        "",
        f"Bound: three products of neurons and W_logit, {bound['gigaflop']:.2f} GFLOP, take torch "
        f"{bound['milliseconds']} ms on all threads ({bound['gigaflop_per_second']:.0f} GFLOP/s). A step through "
        f"tables takes {fast / bound['milliseconds']:.1f} times that.",
    ]


def _growth(bench: Mapping[str, Any]) -> list[str]:
    rows = [
        (f"{name} = {row[name]}", row["plain"], row["plain_at_loss"], row["tables"], row["plain_over_tables"])
        for name, found in bench["growth"].items()
        for row in found
    ]
    header = ("changed", "plain, whole sequence", "plain, at `=` only", "tables", "plain / tables")
    return [
        "## Growth",
        "",
        "The mainline model with one thing changed; milliseconds of a step.",
        "",
        *_table(header, rows),
    ]


def _seeds(bench: Mapping[str, Any]) -> list[str]:
    seeds = bench["seeds"]
    rate = seeds["models_per_minute"]
    return [
        "## Many seeds",
        "",
        f"x + y mod 31, width 32, {seeds['steps']} steps, {seeds['seeds']} seeds; whole commands, start-up included. "
        "`train --seeds` trains them in one process, each in a thread of its own without Python's lock.",
        "",
        *_table(
            ("", "models per minute"),
            [
                ("`latebloom train --seeds`", rate["together"]),
                ("one command after the other", rate["one_by_one"]),
                ("one after the other, `--forward plain`", rate["one_by_one_plain"]),
            ],
        ),
        "",
        f"{seeds['together_over_one_by_one']} times as many, and {seeds['together_over_plain']} times as many as "
        "plain. On a GPU all seeds are one computation (`torch.func.vmap`): tested on the CPU, not measured.",
    ]


def _analysis(bench: Mapping[str, Any]) -> list[str]:
    found, size = bench["analysis"], bench["size"]
    per, processes = found["milliseconds_per_checkpoint"], found["seconds_of_processes"]
    rows = [(name.replace("_", " "), value) for name, value in found["milliseconds_of_each_on_one_thread"].items()]
    return [
        "## Analysis, memory, disk",
        "",
        f"Every measure of one p = 113 checkpoint, five key frequencies, forward over all 12 769 pairs and 2D "
        f"transforms of 512 neurons included: {per['one_thread']} ms on one thread, {per['all_threads']} ms with each "
        f"operation on {found['threads']}; `latebloom measure`, one checkpoint per thread: {per['measure']} ms per "
        f"checkpoint. As a process, `latebloom explain` takes {processes['explain']} s and `latebloom --help` "
        f"{processes['help']} s.",
        "",
        *_table(("measure, on one thread", "ms"), rows),
        "",
        f"A mainline training peaks at {size['peak_megabytes']} MB; its run holds {size['checkpoints']} checkpoints of "
        f"{size['bytes_per_checkpoint'] / 1e6:.2f} MB, {size['megabytes_per_run']} MB in all.",
    ]


def _full(full: Mapping[str, Any]) -> list[str]:
    beside = full["losses_beside_the_plain_run"]
    found = full["phases"]
    names = [name for name in found["tables, seed 0"] if all(name in steps for steps in found.values())]
    rows = [(run, *(f"{steps[name]:.0f}" for name in names)) for run, steps in found.items()]
    steps = list(beside["train_loss"]["largest_relative_difference"])
    apart = [
        (name.replace("_", " "), *(f"{beside[name]['largest_relative_difference'][step]:.2g}" for step in steps))
        for name in ("train_loss", "test_loss")
    ]
    minutes = (full["train_seconds"] + full["measure_seconds"]) / 60
    return [
        "## The whole run",
        "",
        f"{full['steps']} steps of the mainline recipe with {full['checkpoints']} checkpoints: "
        f"{full['train_seconds'] / 60:.1f} minutes, and every measure at each of them {full['measure_seconds']:.0f} s: "
        f"{minutes:.1f} minutes; peak memory {full['peak_megabytes']:.0f} MB ({full['machine']['date']}, "
        f"{full['command']}). At the end: train loss {full['at_the_end']['train_loss']:.2g}, test loss "
        f"{full['at_the_end']['test_loss']:.2g}, test accuracy {full['at_the_end']['test_accuracy']:.4g}.",
        "",
        f"Beside the plain forward, same seed, largest relative difference of the losses up to a step "
        f"({beside['logged_steps']} logged steps). One step differs by rounding only (tested); training amplifies it:",
        "",
        *_table(("", *(f"step {step}" for step in steps)), apart),
        "",
        "Phases of the same seed both ways, and of other seeds:",
        "",
        *_table(("run", *names), rows),
    ]
