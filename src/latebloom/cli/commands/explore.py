"""Serve all runs to the browser on this machine, and follow those in training. Stop with Ctrl-C. Runs are only read."""

import json
import os
import sys
import webbrowser
from threading import Thread

from latebloom.cli.parser import Parser, add_json, add_runs

HIGHEST_PORT = 65535


def run(parser: Parser, arguments: list[str]) -> int:
    add_runs(parser)
    parser.add_argument(
        "--port", type=int, help="port on 127.0.0.1, 0 for any free one (default: the first free one from 8265 on)"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    add_json(parser)
    options = parser.parse_args(arguments)
    if options.port is not None and not 0 <= options.port <= HIGHEST_PORT:
        parser.error(f"argument --port: got {options.port}, expected 0 to {HIGHEST_PORT}")
    from latebloom.lab.serving.explore import explore

    def ready(url: str) -> None:
        print(json.dumps({"url": url}) if options.json else f"{url}  (Ctrl-C stops it)")
        sys.stdout.flush()
        if not options.no_browser and _has_screen():
            Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    explore(options.runs, options.port, ready)
    return 0


def _has_screen() -> bool:
    """Whether a browser has a window to open; otherwise a text browser would take the terminal."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
