"""What of a Python file can matter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from samerun.launch.syntax import MAX_BYTES, cells_of, has_syntax, meaning_of, syntax_hash

PLAIN = 'def f(x):\n    """Doc."""\n    return x + 1\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_text(PLAIN)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return x + 1\n",
        "# comment\ndef f(x):\n\n    return (x\n        + 1)  # why\n",
        '"""Module."""\ndef f(x):\n  "Other doc."\n  return x + 1',
        "# -*- coding: latin-1 -*-\ndef f(x):\n    return x + 1\n",
    ],
)
def test_comments_docstrings_and_layout_do_not_matter(file: Path, text: str) -> None:
    before = syntax_hash(file, file.name)
    file.write_text(text)
    assert syntax_hash(file, file.name) == before is not None


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return x + 2\n",
        "def g(x):\n    return x + 1\n",
        "def f(x):\n    return 1 + x\n",
        'def f(x):\n    """Doc."""\n    """Second."""\n    return x + 1\n',
        "def f(x, /):\n    return x + 1\n",
        "def f(x):\n    return x + 1.0\n",
        "async def f(x):\n    return x + 1\n",
    ],
)
def test_everything_else_does(file: Path, text: str) -> None:
    before = syntax_hash(file, file.name)
    file.write_text(text)
    assert syntax_hash(file, file.name) not in (before, None)


@pytest.mark.parametrize(
    "content", [b"def f(:", b"\0", b"print 'old'", b"\xff\xfe", b"(" * 5000, b"-" * 100_000 + b"1"]
)
def test_what_cannot_be_parsed_counts_by_its_bytes(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert syntax_hash(file, file.name) is None


def test_what_is_too_big_or_gone_counts_by_its_bytes(file: Path) -> None:
    file.write_text("x = 1\n" + "#" * MAX_BYTES)
    assert syntax_hash(file, file.name) is None
    assert syntax_hash(file.with_name("gone.py"), "gone.py") is None


def test_an_empty_file_and_a_docstring_alone_are_alike(file: Path) -> None:
    file.write_text('"""Only this."""')
    before = syntax_hash(file, file.name)
    file.write_text("")
    assert syntax_hash(file, file.name) == before is not None


def test_a_text_and_its_bytes_mean_the_same() -> None:
    assert meaning_of(PLAIN) == meaning_of(PLAIN.encode()) == meaning_of("def f(x): return x + 1  # plainly")
    assert meaning_of("def f(:\n") is meaning_of("x = 1\0") is None


def notebook(*cells: dict[str, Any], **facts: Any) -> bytes:
    return json.dumps(
        {"cells": cells, "nbformat": 4, "metadata": {"kernelspec": {"name": "python3"}}, **facts}
    ).encode()


CELL = {"cell_type": "code", "source": ["a = 1\n", "%time b()"], "outputs": [], "execution_count": None, "id": "x"}
EXECUTED = {**CELL, "outputs": [{"name": "stdout", "text": "1"}], "execution_count": 7, "id": "y", "metadata": {"t": 1}}


def test_a_notebook_that_was_executed_is_the_same(tmp_path: Path) -> None:
    paths = [tmp_path / "one", tmp_path / "two"]
    for path, content in zip(
        paths, (notebook(CELL), notebook({**EXECUTED, "source": "a = 1\n%time b()"})), strict=True
    ):
        path.write_bytes(content)
    assert syntax_hash(paths[0], "a.ipynb") == syntax_hash(paths[1], "a.ipynb") is not None
    assert has_syntax("a.ipynb")
    assert has_syntax("b/a.py")
    assert not has_syntax("a.sh")


@pytest.mark.parametrize(
    "other",
    [
        notebook({**CELL, "source": "a = 2\n%time b()"}),
        notebook({**CELL, "source": "a = 1\n%time b()  # see"}),
        notebook({**CELL, "cell_type": "markdown"}),
        notebook(CELL, CELL),
        notebook(),
        notebook(CELL, metadata={"kernelspec": {"name": "julia"}}),
    ],
)
def test_another_cell_or_kernel_is_another_notebook(other: bytes) -> None:
    assert cells_of(other) not in (cells_of(notebook(CELL)), None)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"cells": 3}', b"\xff", b'{"cells": [{"source": 3}]}', b"[" * 5000])
def test_what_is_no_notebook_counts_by_its_bytes(content: bytes) -> None:
    assert cells_of(content) is None
