"""Print the script that completes commands, options, recipes, figures and runs with the tab key.

latebloom completion bash >> ~/.bashrc
latebloom completion zsh >> ~/.zshrc
latebloom completion fish > ~/.config/fish/completions/latebloom.fish

The script holds the names that there are now; print it again after an update or after you have installed more.
"""

from latebloom.cli.completion import SHELLS, Words
from latebloom.cli.parser import Parser


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("shell", metavar="SHELL", choices=tuple(SHELLS), help=f"one of {', '.join(SHELLS)}")
    options = parser.parse_args(arguments)
    print(SHELLS[options.shell](Words.of_this_version()), end="")
    return 0
