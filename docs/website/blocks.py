"""The commands and the blocks of code on a page, in its order.

The tests run them, and `benchmarks/documentation.py` counts them.
"""

import re

FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^ {4,}latebloom (.*)$", re.MULTILINE)


def items(text: str) -> list[tuple[str, str]]:
    """The blocks and the commands of a page, in its order: (language, code); "latebloom" for a command."""
    found = [(m.start(), m[2], re.sub(f"^{m[1]}", "", m[3], flags=re.MULTILINE)) for m in FENCE.finditer(text)]
    outside = FENCE.sub(lambda m: " " * len(m[0]), text)
    found += [(m.start(), "latebloom", m[1]) for m in COMMAND.finditer(outside)]
    return [(language, code) for _, language, code in sorted(found)]
