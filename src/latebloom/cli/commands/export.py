"""Write the weights of a run so that TransformerLens, transformers or plain torch opens them.

A folder is written completely or not at all. If a library lacks a setting of the model, the export is refused, and the
message names the setting.
"""

from latebloom.cli.output import print_json
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    from latebloom.exports import FORMATS

    parser.add_argument("target", metavar="RUN", help="a run (path or name)")
    parser.add_argument("--to", metavar="FORMAT", required=True, help=f"one of {', '.join(FORMATS)}")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder to write")
    parser.add_argument(
        "--step", metavar="N|all", type=_step, help="step of the checkpoint, or all (default: the last)"
    )
    parser.add_argument("--overwrite", action="store_true", help="write into a folder that holds other files too")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.export import export

    folders = export(options.target, options.to, options.out, options.step, options.runs, overwrite=options.overwrite)
    if options.json:
        print_json({"folders": [str(folder) for folder in folders]})
    else:
        print(*folders, sep="\n")
    return 0


def _step(text: str) -> int | str:
    from argparse import ArgumentTypeError

    if text != "all" and not text.isdecimal():
        raise ArgumentTypeError(f"got {text!r}, expected a step or all")
    return text if text == "all" else int(text)
