"""Make the pages that hold numbers from the committed results, so that no number in them is typed by hand.

python docs/generate.py results RUN        store a run's summary, verdicts and pictures as committed results
python docs/generate.py groups RUN         draw the gallery's pictures of a model of a group
python docs/generate.py reproduction DIR   store the results of `latebloom reproduce` in DIR (RUNS/reproduce)
python docs/generate.py crossover SWEEP    store the result of `latebloom crossover`, its picture and how it was made
python docs/generate.py settings RUNS      train in RUNS what the study of settings lacks, and store the results
python docs/generate.py a5 RUNS            train in RUNS what docs/groups.md lacks of A5, and store the records
python docs/generate.py verdicts           judge the results of `latebloom reproduce` anew from the stored records
python docs/generate.py freeze             freeze the rules of all claims, before the runs that judge them are trained
python docs/generate.py freeze-compare     freeze the rules of the contest of optimisers, before its runs are trained
python docs/generate.py compare            draw the pictures of the contest from the stored records
python docs/generate.py freeze-studies     freeze the rules of all studies, before their runs are trained
python docs/generate.py certificates       draw the picture of the certificates from the stored ones
python docs/generate.py studies            draw the pictures of the studies from the stored records
python docs/generate.py seeds              draw the pictures of the stored seeds studies
python docs/generate.py pizza              draw the picture of the sweep of the mix of attention from the stored records
python docs/generate.py pages              write all generated pages, and the generated blocks of the others
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pages.architecture import architecture_block, packages_drawing
from pages.certificates import certificate_blocks, draw_certificates
from pages.command_line import command_line_page
from pages.compare import compare_page, draw_comparison, freeze_comparison
from pages.contracts import json_page, schemas
from pages.crossover import crossover_block
from pages.demo import demo_block, demo_page
from pages.explorer import explorer_page
from pages.found import found_page
from pages.gallery import gallery_page
from pages.groups import groups_block, train_a5
from pages.keep import freeze_rules, keep_crossover, keep_group_pictures, keep_reproduction, keep_run, rejudge
from pages.llc import llc_blocks
from pages.measures import measures_page
from pages.paths import DOCS, IMAGES, ROOT
from pages.pictures import pictures_page
from pages.pizza import draw_pizza, pizza_blocks
from pages.python_names import python_page
from pages.reliability import reliability_page
from pages.reproduction import details_page, reproduction_page
from pages.seeds import draw_images, read_studies, seeds_page
from pages.settings import settings_page
from pages.settings_runs import train_settings
from pages.speed import speed_page
from pages.studies import draw_studies, freeze_studies, studies_page, study_pages
from pages.sweeps import sweeps_block
from pages.tried import tried_page

from latebloom._errors import LatebloomError

VERBS: dict[str, Callable[[str], object]] = {
    "results": keep_run,
    "groups": keep_group_pictures,
    "reproduction": lambda folder: keep_reproduction(Path(folder)),
    "crossover": lambda sweep: keep_crossover(Path(sweep)),
    "settings": lambda folder: train_settings(Path(folder)),
    "a5": lambda folder: train_a5(Path(folder)),
}
"""The verbs that take an argument."""

BLOCKS: dict[Path, Callable[[], dict[str, str]]] = {
    ROOT / "README.md": lambda: {"demo": demo_block()},
    DOCS / "sweeps.md": lambda: {"measured": sweeps_block()},
    DOCS / "groups.md": lambda: {"measured": groups_block()},
    DOCS / "crossover.md": lambda: {"measured": crossover_block()},
    DOCS / "architecture.md": lambda: {"packages": architecture_block()},
    DOCS / "certificates.md": certificate_blocks,
    DOCS / "llc.md": llc_blocks,
    DOCS / "pizza.md": pizza_blocks,
}
"""The blocks between marks in pages that are written by hand, by name."""


def pages() -> dict[Path, Callable[[], str]]:
    """What makes the text of each generated page, by path."""
    return {
        **{page: partial(filled, page, blocks) for page, blocks in BLOCKS.items()},
        DOCS / "demo.md": demo_page,
        DOCS / "speed.md": speed_page,
        DOCS / "explorer.md": explorer_page,
        DOCS / "reliability.md": reliability_page,
        DOCS / "reproduction.md": reproduction_page,
        DOCS / "reproduction-details.md": details_page,
        DOCS / "found.md": lambda: found_page(read_studies()["small"]),
        DOCS / "gallery.md": gallery_page,
        IMAGES / "packages.svg": packages_drawing,
        DOCS / "reference" / "commands.md": command_line_page,
        DOCS / "reference" / "python.md": python_page,
        DOCS / "reference" / "json.md": json_page,
        **schemas(),
        DOCS / "pictures.md": pictures_page,
        DOCS / "measures.md": measures_page,
        DOCS / "seeds.md": lambda: seeds_page(read_studies()),
        DOCS / "settings.md": settings_page,
        DOCS / "compare.md": compare_page,
        DOCS / "tried.md": tried_page,
        DOCS / "studies.md": studies_page,
        **study_pages(),
    }


def filled(page: Path, blocks: Callable[[], dict[str, str]]) -> str:
    """The page with the text between its two marks of each name replaced by that block."""
    text = page.read_text()
    for name, block in blocks().items():
        before, rest = text.split(f"<!-- {name} -->\n")
        after = rest.split(f"<!-- /{name} -->")[1]
        text = f"{before}<!-- {name} -->\n{block.rstrip()}\n<!-- /{name} -->{after}"
    return text


def main(arguments: list[str]) -> int:
    """Run one of the verbs, then write the pages."""
    try:
        return _run(arguments)
    except LatebloomError as error:
        print(f"generate: {error}", file=sys.stderr)
        return 2


def _run(arguments: list[str]) -> int:
    match arguments:
        case [verb, argument] if verb in VERBS:
            VERBS[verb](argument)
        case ["compare"]:
            draw_comparison()
        case ["certificates"]:
            draw_certificates()
        case ["freeze-compare"]:
            freeze_comparison()
        case ["studies"]:
            draw_studies()
        case ["freeze-studies"]:
            freeze_studies()
        case ["seeds"]:
            draw_images()
        case ["pizza"]:
            draw_pizza()
        case ["verdicts"]:
            rejudge()
        case ["freeze"]:
            freeze_rules()
        case ["pages"]:
            pass
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
