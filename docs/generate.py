"""Make the pages that hold numbers from the committed results: no number in them is typed by hand.

python docs/generate.py results RUN        keep a run's summary, verdicts and pictures as committed results
python docs/generate.py reproduction DIR   keep what `latebloom reproduce` left in DIR (RUNS/reproduce)
python docs/generate.py crossover SWEEP    keep the answer of `latebloom crossover`, its picture and how it was made
python docs/generate.py seeds              draw the pictures of the committed studies of seeds
python docs/generate.py pages              write the pages, and the blocks in others, that are made from all of these
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "results" / "mainline"
REPRODUCTION = ROOT / "results" / "reproduction"
PICTURED = ROOT / "docs" / "images" / "reproduction"
BUDGETS = ("full", "quick")
CROSSOVER = ROOT / "results" / "crossover"
SEEDS = ROOT / "results" / "seeds"
BENCHMARKS = ROOT / "benchmarks" / "results"
PICTURES = ("training-curve", "embedding-spectrum")


def keep(path: str) -> None:
    """Store what the pages need of a run; the weights stay where they are."""
    from latebloom.claims import CLAIMS, judge
    from latebloom.lab.figure import figure
    from latebloom.lab.summary import summarise
    from latebloom.runs import open_run

    run = open_run(path)
    verdicts = judge(run)
    claims = [
        {"id": c.id, "sentence": c.sentence, "place": c.place, "write_up": c.write_up, "rule": c.rule}
        | verdicts[c.id].model_dump()
        for c in CLAIMS
        if c.id in verdicts
    ]
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name, content in (("summary", summarise(run)), ("claims", claims)):
        (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    for name in PICTURES:
        figure(name, run, ROOT / "docs" / "images" / f"{name}.png")


def keep_reproduction(folder: Path) -> None:
    """Store the results of `latebloom reproduce`, of every budget that is there, and their pictures."""
    for budget in BUDGETS:
        stored = folder / f"{budget}.json"
        if not stored.exists():
            continue
        REPRODUCTION.mkdir(parents=True, exist_ok=True)
        shutil.copy(stored, REPRODUCTION / stored.name)
        PICTURED.mkdir(parents=True, exist_ok=True)
        for old in PICTURED.glob(f"{budget}-*.svg"):
            old.unlink()
        for file in drawn_files(json.loads(stored.read_text())):
            shutil.copy(folder / file, PICTURED / Path(file).name)


def keep_crossover(sweep: Path) -> None:
    """Store what a search for the crossover found, under the name of its recipe."""
    from latebloom.lab.crossover import Crossover
    from latebloom.sweeps.table import sweep_runs

    manifests = [run.directory.read_manifest() for run in sweep_runs(sweep)]
    found = Crossover.model_validate_json((sweep / "crossover.json").read_text())
    recipe, within = manifests[0].recipe, found.within
    asked = f"--low {within.low:g} --high {within.high:g} --tolerance {within.tolerance:g}"
    made = {
        "command": f"latebloom crossover {recipe} {asked} --repeats {len(found.sizes[0].outcomes)}",
        "date": max(manifest.updated for manifest in manifests).date().isoformat(),
        "versions": manifests[0].versions,
        "device": manifests[0].device,
        "git_commit": manifests[0].git_commit,
        "seconds": sum(manifest.seconds for manifest in manifests),
        "found": found.model_dump(mode="json"),
    }
    CROSSOVER.mkdir(parents=True, exist_ok=True)
    (CROSSOVER / f"{recipe}.json").write_text(json.dumps(made, indent=1) + "\n")
    shutil.copy(sweep / "figures" / "crossover.svg", ROOT / "docs" / "images" / f"crossover-{recipe}.svg")


def crossover_block() -> str:
    """The measured searches in docs/crossover.md."""
    from latebloom.lab.crossover import Crossover

    lines = []
    for path in sorted(CROSSOVER.glob("*.json")):
        made = json.loads(path.read_text())
        rows = Crossover.model_validate(made["found"]).rows()
        lines += [f"`{made['command']}`", "", f"![{path.stem}](images/crossover-{path.stem}.svg)", ""]
        lines += ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows), ""]
        lines += [
            f"Made on {made['date']}, torch {made['versions']['torch']}; {made['seconds'] / 60:.0f} minutes of "
            "training summed over the runs.",
            "",
        ]
    return "\n".join(lines).rstrip()


def drawn_files(result: dict[str, Any]) -> list[str]:
    """The drawings of a stored reproduction, beside which they lie."""
    return [p["file"] for system in result["systems"] for p in system["pictures"] if p["file"]]


def reproduction_page() -> str:
    """docs/reproduction.md."""
    from latebloom.explorer import reproduction_markdown

    lines = [
        "# The write-up, executed",
        "",
        "Every sentence of the write-up about what was measured, judged on runs trained for it by `latebloom "
        "reproduce`: the write-up's number, ours with its range over the runs, how many runs uphold it, and the "
        "verdict. How each is judged, with where its threshold comes from: `latebloom claims`. A claim over several "
        "runs holds where four of five uphold it, fails where at most one does, and is undecided between; undecided "
        "too is what was not trained. W is the write-up, P the paper after it. The write-up's pictures beside each "
        "other: [pictures.md](pictures.md).",
    ]
    for budget in BUDGETS:
        stored = REPRODUCTION / f"{budget}.json"
        if stored.exists():
            result = json.loads(stored.read_text())
            lines += ["", f"# Budget: {budget}", "", reproduction_markdown(result, "images/reproduction").rstrip()]
    return "\n".join(lines) + "\n"


def pictures_page() -> str:
    """docs/pictures.md."""
    from latebloom.explorer import contact_sheet_markdown

    result = json.loads((REPRODUCTION / f"{BUDGETS[0]}.json").read_text())
    there = sum(picture["file"] is not None for picture in result["sheet"])
    lines = [
        "# The write-up's pictures",
        "",
        f"Every picture of the write-up in its order, drawn of our own runs: {there} of {len(result['sheet'])} by "
        f"`{result['command']}`, which writes this sheet as a page too. Under each what the write-up draws there and "
        "where, what ours says, and the command that draws it again (a run named small has a smaller prime). What was "
        "trained for it, and which claims it shows: [reproduction.md](reproduction.md).",
        "",
        contact_sheet_markdown(result, "images/reproduction"),
    ]
    return "\n".join(lines)


def read(name: str) -> Any:
    """A committed result."""
    return json.loads((RESULTS / f"{name}.json").read_text())


def headline(summary: dict[str, Any]) -> str:
    """The demo's block in the README."""
    from latebloom.explorer.numbers import show

    wanted = (
        "accuracy", "train_loss", "test_loss", "loss", "key_frequencies", "fve_cos_fit", "loss_cos_fit",
        "restricted_loss", "clustered_fraction",
    )  # fmt: skip
    rows = {row["key"]: row for row in summary["comparison"]}
    lines = ["| | this run | write-up |", "|---|---|---|"]
    for key in wanted:
        row = rows[key]
        lines.append(f"| {row['quantity']} | {show(row['ours'], row['kind'])} | {row['write_up'] or '–'} |")
    facts = summary["run"]
    made = (
        f"Seed {facts['seed']}, {facts['step']} steps in {facts['seconds'] / 60:.1f} minutes on "
        f"{facts['device']['threads']} threads, {facts['created'][:10]}, torch {facts['versions']['torch']}. "
        f"{summary['phases']['reason']}"
    )
    return "\n".join([*lines, "", made])


def demo_page(summary: dict[str, Any], claims: list[dict[str, Any]]) -> str:
    """docs/demo.md."""
    from latebloom.explorer.numbers import show

    lines = [
        "# The demo run, judged",
        "",
        f"Made by `{summary['run']['command']}`; regenerate with `docs/generate.py`.",
        "",
    ]
    counts = {o: sum(c["outcome"] == o for c in claims) for o in ("holds", "fails", "undecided")}
    lines += [", ".join(f"{count} {outcome}" for outcome, count in counts.items()) + ".", ""]
    lines += ["| claim | verdict | found | write-up | rule |", "|---|---|---|---|---|"]
    lines += [
        f"| {c['sentence']} ({c['place']}) | {c['outcome']} | {c['found']} | {c['write_up']} | {c['rule']} |"
        for c in claims
    ]
    lines += [
        "",
        "## Measured beside the write-up",
        "",
        "| quantity | this run | write-up | source |",
        "|---|---|---|---|",
    ]
    for row in summary["comparison"]:
        told = (row["quantity"], show(row["ours"], row["kind"]), row["write_up"] or "–", row["source"] or "")
        lines.append(f"| {' | '.join(told)} |")
    lines += ["", "## Phases", "", "| boundary | step | 95 % interval | rule |", "|---|---|---|---|"]
    for b in summary["phases"]["boundaries"]:
        lines.append(f"| {b['name']} | {b['step']:.0f} | {b['low']:.0f} to {b['high']:.0f} | {b['rule']} |")
    lines += [
        "",
        "## Ablations",
        "",
        "| cut | loss | write-up | random control, mean (min to max) |",
        "|---|---|---|---|",
    ]
    for a in summary["ablations"]:
        control = a["control"]
        beside = (
            f"{control['mean']:.2g} ({control['min']:.2g} to {control['max']:.2g}): {control['what']}"
            if control
            else "–"
        )
        published = "–" if a["write_up"] is None else f"{a['write_up']:.2g}"
        lines.append(f"| {a['name']} | {a['loss']:.2g} | {published} | {beside} |")
    return "\n".join(lines) + "\n"


def filled(page: Path, name: str, text: str) -> str:
    """The page with what stands between its two marks of that name replaced."""
    before, rest = page.read_text().split(f"<!-- {name} -->")
    return f"{before}<!-- {name} -->\n{text}\n<!-- /{name} -->{rest.split(f'<!-- /{name} -->')[1]}"


def pages() -> dict[Path, str]:
    """Each generated page and its text."""
    from latebloom.bench.page import speed_page
    from latebloom.bench.sweep_page import sweep_block
    from latebloom.lab.seeds.page import read_studies, seeds_page

    summary, claims = read("summary"), read("claims")
    bench, full = (json.loads((BENCHMARKS / f"{name}.json").read_text()) for name in ("bench", "full_run"))
    sweeps = [json.loads((BENCHMARKS / f"{name}.json").read_text()) for name in ("sweep", "kill_sweep", "sweep_ray")]
    return {
        ROOT / "README.md": filled(ROOT / "README.md", "demo", headline(summary)),
        ROOT / "docs" / "sweeps.md": filled(ROOT / "docs" / "sweeps.md", "measured", sweep_block(*sweeps)),
        ROOT / "docs" / "crossover.md": filled(ROOT / "docs" / "crossover.md", "measured", crossover_block()),
        ROOT / "docs" / "demo.md": demo_page(summary, claims),
        ROOT / "docs" / "speed.md": speed_page(bench, full),
        ROOT / "docs" / "reproduction.md": reproduction_page(),
        ROOT / "docs" / "pictures.md": pictures_page(),
        ROOT / "docs" / "seeds.md": seeds_page(read_studies(SEEDS)),
    }


def main(arguments: list[str]) -> int:
    """Run one of the verbs."""
    if arguments[:1] == ["results"] and len(arguments) == 2:
        keep(arguments[1])
    elif arguments[:1] == ["reproduction"] and len(arguments) == 2:
        keep_reproduction(Path(arguments[1]))
    elif arguments[:1] == ["crossover"] and len(arguments) == 2:
        keep_crossover(Path(arguments[1]))
    elif arguments == ["seeds"]:
        from latebloom.lab.seeds.page import draw_images, read_studies

        draw_images(read_studies(SEEDS), ROOT / "docs" / "images")
    elif arguments != ["pages"]:
        print(__doc__, file=sys.stderr)
        return 2
    for path, text in pages().items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
