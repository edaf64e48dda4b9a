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
import textwrap
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
TOLD = "(told there, not drawn)"  # how pictures.toml marks what the write-up has no picture of
BESIDE = ("write_up", "source")  # of a row of write_up.toml
LEGEND = "W: the write-up. P: the paper after it. Numbers of P, and those marked ~, are taken second-hand."


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
        figure(name, run).save(ROOT / "docs" / "images" / f"{name}.png")


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
        "What the write-up found, sentence by sentence, and what it expected or asked (marked so), judged on runs "
        "trained for it by `latebloom reproduce`. Measured is the quantity that the claim's rule names, as the median "
        "and the range over the runs; after the colon stands what one run shows, the nearest to the median. A claim "
        "over several runs holds where four of five uphold it, fails where at most one does, and is undecided between; "
        "undecided too is what was not trained. The rules, with where their thresholds come from: `latebloom claims`. "
        f"{LEGEND} The write-up's pictures beside each other: [pictures.md](pictures.md).",
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
    told = [picture for picture in result["sheet"] if TOLD in picture["caption"]]
    pictures = [picture for picture in result["sheet"] if picture not in told]
    there = sum(picture["file"] is not None for picture in pictures)
    after = f"Beside them what it tells without a picture: {'; '.join(p['place'] for p in told)}. " if told else ""
    lines = [
        "# The write-up's pictures",
        "",
        f"The {len(pictures)} pictures of the write-up in its order, {there} of them drawn of our own runs by "
        f"`{result['command']}`, which writes this sheet as a page too. {after}Under each what the write-up draws "
        "there and where, what ours says, and the command that draws it again (a run named small has a smaller "
        "prime). What was trained for it, and which claims it shows: [reproduction.md](reproduction.md).",
        "",
        contact_sheet_markdown(result, "images/reproduction"),
    ]
    return "\n".join(lines)


def read(name: str) -> Any:
    """A committed result."""
    return json.loads((RESULTS / f"{name}.json").read_text())


def compared(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """The measured numbers, beside the published ones as write_up.toml has them now."""
    from latebloom.lab.comparison import published_rows

    published = {row["key"]: row for row in published_rows()}
    return [row | {name: published[row["key"]].get(name) for name in BESIDE} for row in summary["comparison"]]


def headline(summary: dict[str, Any]) -> str:
    """The demo's block in the README."""
    from latebloom.explorer.numbers import show

    wanted = (
        "accuracy", "train_loss", "test_loss", "loss", "key_frequencies", "fve_cos_fit", "loss_cos_fit",
        "restricted_loss", "clustered_fraction",
    )  # fmt: skip
    rows = {row["key"]: row for row in compared(summary)}
    lines = ["| | this run | published | source |", "|---|---|---|---|"]
    for key in wanted:
        row = rows[key]
        told = (row["quantity"], show(row["ours"], row["kind"]), row["write_up"] or "–", row["source"] or "")
        lines.append(f"| {' | '.join(told)} |")
    facts = summary["run"]
    made = (
        f"Seed {facts['seed']}, {facts['step']} steps in {facts['seconds'] / 60:.1f} minutes on "
        f"{facts['device']['threads']} threads, {facts['created'][:10]}, torch {facts['versions']['torch']}. "
        f"{summary['phases']['reason']}"
    )
    return "\n".join([*lines, "", LEGEND, "", made])


def foresight(study: Any) -> str:
    """How early the key frequencies can be told, in the README; ``study``: a `SeedStudy`."""
    told = [moment for moment in study.pooled.by_step if moment.auc.value is not None]
    moments = [told[0], *[moment for moment in told[1:] if moment.auc.value >= 0.95][:1]]
    found = " and ".join(f"{moment.auc.value:.2f} at step {moment.at:.0f}" for moment in moments)
    text = (
        "A frequency that a model will compute with has a larger norm in its embedding than one that it will not, with "
        f"probability {found}: the mean AUC of {study.pooled.n} models mod {study.p}, where guessing gives 0.5 "
        "([docs/seeds.md](docs/seeds.md)):"
    )
    return textwrap.fill(text, 124, break_long_words=False, break_on_hyphens=False)


def demo_page(summary: dict[str, Any], claims: list[dict[str, Any]]) -> str:
    """docs/demo.md."""
    from latebloom.explorer.numbers import show

    lines = [
        "# The demo run, judged",
        "",
        f"Made by `{summary['run']['command']}`; regenerate with `docs/generate.py`. {LEGEND}",
        "",
    ]
    counts = {o: sum(c["outcome"] == o for c in claims) for o in ("holds", "fails", "undecided")}
    lines += [", ".join(f"{count} {outcome}" for outcome, count in counts.items()) + ".", ""]
    lines += ["| claim | verdict | found | published | rule |", "|---|---|---|---|---|"]
    lines += [
        f"| {c['sentence']} ({c['place']}) | {c['outcome']} | {c['found']} | {c['write_up']} | {c['rule']} |"
        for c in claims
    ]
    lines += [
        "",
        "## Measured beside published numbers",
        "",
        "| quantity | this run | published | source |",
        "|---|---|---|---|",
    ]
    for row in compared(summary):
        told = (row["quantity"], show(row["ours"], row["kind"]), row["write_up"] or "–", row["source"] or "")
        lines.append(f"| {' | '.join(told)} |")
    lines += ["", "## Phases", "", "| boundary | step | 95 % interval | rule |", "|---|---|---|---|"]
    for b in summary["phases"]["boundaries"]:
        lines.append(f"| {b['name']} | {b['step']:.0f} | {b['low']:.0f} to {b['high']:.0f} | {b['rule']} |")
    lines += [
        "",
        "## Ablations",
        "",
        "| cut | loss | published (P~) | random control, mean (min to max) |",
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


def filled(page: Path, **blocks: str) -> str:
    """The page with what stands between its two marks of each name replaced."""
    whole = page.read_text()
    for name, text in blocks.items():
        before, rest = whole.split(f"<!-- {name} -->")
        whole = f"{before}<!-- {name} -->\n{text}\n<!-- /{name} -->{rest.split(f'<!-- /{name} -->')[1]}"
    return whole


def pages() -> dict[Path, str]:
    """Each generated page and its text."""
    from latebloom.bench.page import speed_page
    from latebloom.bench.sweep_page import sweep_block
    from latebloom.lab.seeds.page import read_studies, seeds_page

    summary, claims, studies = read("summary"), read("claims"), read_studies(SEEDS)
    bench, full = (json.loads((BENCHMARKS / f"{name}.json").read_text()) for name in ("bench", "full_run"))
    sweeps = [json.loads((BENCHMARKS / f"{name}.json").read_text()) for name in ("sweep", "kill_sweep", "sweep_ray")]
    return {
        ROOT / "README.md": filled(ROOT / "README.md", demo=headline(summary), seeds=foresight(studies["small"])),
        ROOT / "docs" / "sweeps.md": filled(ROOT / "docs" / "sweeps.md", measured=sweep_block(*sweeps)),
        ROOT / "docs" / "crossover.md": filled(ROOT / "docs" / "crossover.md", measured=crossover_block()),
        ROOT / "docs" / "demo.md": demo_page(summary, claims),
        ROOT / "docs" / "speed.md": speed_page(bench, full),
        ROOT / "docs" / "reproduction.md": reproduction_page(),
        ROOT / "docs" / "pictures.md": pictures_page(),
        ROOT / "docs" / "seeds.md": seeds_page(studies),
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
