"""The memory that is left, from files made by hand."""

from pathlib import Path

import pytest

from latebloom._memory import available_memory

MEMINFO = {"proc/meminfo": "MemTotal: 9000 kB\nMemFree: 10 kB\nMemAvailable: 8000 kB\n"}
V2 = {
    "sys/fs/cgroup/memory.max": "1000000\n",
    "sys/fs/cgroup/memory.current": "700000\n",
    "sys/fs/cgroup/memory.stat": "anon 500000\nactive_file 40000\ninactive_file 150000\n",
}
V1 = {
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "1000000\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": "700000\n",
    "sys/fs/cgroup/memory/memory.stat": "inactive_file 7\ntotal_inactive_file 150000\n",
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        (MEMINFO, 8000 * 1024),
        (MEMINFO | V2, 1_000_000 - (700_000 - 150_000)),
        (MEMINFO | V1, 1_000_000 - (700_000 - 150_000)),
        (MEMINFO | V2 | {"sys/fs/cgroup/memory.max": "max\n"}, 8000 * 1024),
        (V2 | {"sys/fs/cgroup/memory.current": "1300000\n"}, 0),
        ({"sys/fs/cgroup/memory.max": "1000000\n"}, 1_000_000),
        (V2 | {"proc/meminfo": "MemAvailable: 300 kB\n"}, 300 * 1024),
    ],
)
def test_a_container_leaves_its_limit_less_what_it_uses(
    tmp_path: Path, files: dict[str, str], expected: int | None
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert available_memory(tmp_path) == expected


@pytest.mark.parametrize(("soft", "expected"), [("unlimited", 8000 * 1024), ("5000000", 5_000_000 - 1000 * 1024)])
def test_a_limit_of_the_process_counts(tmp_path: Path, soft: str, expected: int) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text(MEMINFO["proc/meminfo"])
    (tmp_path / "proc/self/limits").write_text(f"Max address space         {soft}    unlimited    bytes\n")
    (tmp_path / "proc/self/status").write_text("Name:\tpython\nVmSize:\t    1000 kB\n")
    assert available_memory(tmp_path) == expected
