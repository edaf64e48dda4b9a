"""Odd values and mutations of bytes, texts and JSON."""

import copy
import json
import random
from typing import Any

HUGE = "@huge@"
DEEP = "@deep@"
CANARY = "latebloom_fuzz_canary"
"""A module that leaves a mark when it is imported; nothing may import it."""

TEXTS = [
    "",
    " ",
    "x",
    "-1",
    "0",
    "1",
    "2",
    "7",
    "1e300",
    "-1e300",
    "nan",
    "inf",
    "1e-300",
    "0x10",
    "1_000",
    "٣",
    "9" * 40,
    "9" * 5000,
    "2" + "0" * 12,
    str(2**63),
    "true",
    "null",
    "None",
    "[1]",
    '{"a": 1}',
    "[" * 900,
    "[" * 20_000,
    "a" * 300,
    "a/b",
    "../guard",
    "../guard/secret.txt",
    "/etc/passwd",
    "/dev/zero",
    "~",
    ".",
    "..",
    "--",
    "-",
    "[bold]x[/bold]",
    "[/red]",
    "\x00",
    "a\nb",
    "\x1b[31m",
    "\udcff",
    "é" * 130,
    "💥",
    "%s%n",
    "{0.__class__}",
    f"{CANARY}:Evil",
    "os:system",
    "1:2:3",
    "0:10",
    "5:0",
    "0:" + "9" * 20,
    "1,2,3",
    "1e-3,x",
]

VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    2**31,
    2**63,
    -(2**63) - 1,
    2**70,
    0.5,
    -0.0,
    1e308,
    float("nan"),
    float("inf"),
    HUGE,
    DEEP,
    [],
    {},
    [1],
    [None],
    {"a": 1},
    {"": {}},
    "\ud800",
    *TEXTS,
]


def mutate_bytes(data: bytes, rng: random.Random) -> bytes:
    """Cut, flip, overwrite, insert or blank a part."""
    whole, at = bytearray(data), rng.randrange(max(1, len(data)))
    kind = rng.randrange(5) if data else 0
    if kind == 0:
        return bytes(whole[:at])
    if kind == 1:
        for _ in range(rng.randrange(1, 8)):
            whole[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
    elif kind == 2:
        whole[at : at + rng.randrange(16)] = rng.randbytes(rng.randrange(16))
    elif kind == 3:
        start = rng.randrange(len(whole))
        whole[at:at] = whole[start : start + rng.randrange(64)]
    else:
        whole[at : at + 8] = rng.choice([b"\xff" * 8, b"\x00" * 8, (2**40).to_bytes(8, "little")])
    return bytes(whole)


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a JSON value, its own among them."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, one in inside for place in places(one, (*here, key)))]


def mutate_json(value: Any, rng: random.Random, odd: list[Any] = VALUES) -> Any:
    """One to three values replaced, removed, renamed, doubled or exchanged."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        place = rng.choice(places(value))
        if not place:
            return rng.choice(odd) if rng.random() < 0.3 else value
        holder = value
        for key in place[:-1]:
            holder = holder[key]
        key, change = place[-1], rng.randrange(6)
        if change == 0:
            del holder[key]
        elif change == 1 and isinstance(holder, dict):
            holder[rng.choice([*TEXTS, *map(str, holder)])] = holder.pop(key)
        elif change == 2 and isinstance(holder[key], (int, float)):
            holder[key] = holder[key] * rng.choice([-1, 2, 10**6, 0.5]) + rng.choice([0, 1, -1])
        elif change == 3:
            holder[key] = [holder[key]] * rng.randrange(3)
        else:
            holder[key] = rng.choice(odd)
    return value


def json_text(value: Any) -> bytes:
    """JSON with Python's NaN, numbers of 5000 digits, lists 900 and 100 000 deep, and lone surrogates."""
    text = json.dumps(value)
    return text.replace(f'"{HUGE}"', "9" * 5000).replace(f'"{DEEP}"', "[" * 900 + "]" * 900).encode()


def mutated_document(data: bytes, rng: random.Random) -> bytes:
    """A JSON file with mutated values (mostly) or bytes."""
    if rng.random() < 0.15:
        return mutate_bytes(data, rng)
    if rng.random() < 0.03:
        return rng.choice([b"", b"\xff\xfe{}", b"[" * 100_000, b"{}", b"null", b"\xef\xbb\xbf{}", b'{"a":1,"a":2}'])
    return json_text(mutate_json(json.loads(data), rng))
