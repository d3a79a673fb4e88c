"""What a line writes: through its own files, through libraries, to standard output."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from samerun.explain.where.traces import Trace, read_trace
from tests.inside.conftest import Observe, observe

__all__ = ["observe"]


def traced(observe: Observe, script: str) -> Trace:
    observe(script, env={"SAMERUN_CONDITIONS": "trace=on"})
    return read_trace(observe.run)


def written(trace: Trace) -> set[tuple[int, str]]:
    return set(_written(trace))


def _written(trace: Trace) -> Iterator[tuple[int, str]]:
    for line, executions in trace.lines.items():
        names = {part.name for each in executions for part in each.did if part.role == "written"}
        yield from ((line.number, name) for name in names)


CASES = [
    ("print('a')\nx = 1\n", {(1, "standard output")}),
    ("open('a.txt', 'w').write('b')\n", {(1, "file a.txt")}),
    ("with open('a.txt', 'w') as f:\n    x = 1\n    f.write('b')\n    x = 2\n", {(3, "file a.txt")}),
    ("f = open('a.bin', 'wb')\nf.write(b'b')\nf.close()\n", {(2, "file a.bin")}),
    ("import json\nwith open('a', 'w') as f:\n    json.dump([1], f)\n", {(3, "file a")}),
    ("import pathlib\npathlib.Path('a').write_text('b')\n", {(2, "file a")}),
    ("import numpy as np\nnp.save('a.npy', np.zeros(2))\n", {(2, "file a.npy")}),
    ("import csv\nf = open('a', 'w')\nw = csv.writer(f)\nw.writerow([1])\nf.close()\n", {(4, "file a")}),
    ("x = open('script.py').read()\n", set()),
]


@pytest.mark.parametrize(("script", "expected"), CASES)
def test_the_line_that_wrote(observe: Observe, script: str, expected: set[tuple[int, str]]) -> None:
    found = written(traced(observe, script))
    # What an opened file creates, empty, is no text of anybody's.
    assert {each for each in found if each in expected} == expected
    assert {name for _, name in found} == {name for _, name in expected}


def test_what_is_written_is_what_would_have_been(observe: Observe) -> None:
    script = "with open('a', 'w') as f:\n    print('x', file=f)\n    f.writelines(['y'])\nprint('z', flush=True)\n"
    traced(observe, script)
    assert (observe.tree / "a").read_text() == "x\ny"
    assert observe.output == "z\n"
