"""``samerun data lock`` of addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Samerun = Callable[..., Any]


@pytest.fixture
def bucket(samerun: Samerun) -> Iterator[Any]:
    """A bucket in memory."""
    fs = pytest.importorskip("fsspec").filesystem("memory")
    fs.store.clear()
    fs.pipe({"/b/data/a": b"one", "/b/data/b": b"two"})
    yield fs
    fs.store.clear()


def test_the_page(samerun: Samerun, bucket: Any) -> None:
    answer = samerun("data", "lock", "memory:///b/data")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == "data.lock: 2 remote files, 6 bytes, as their servers say\n"
    assert "blake3" not in Path("data.lock").read_text()
    assert samerun("data", "lock", "memory:///b/data", "--bytes").out.endswith(", read\n")
    assert "blake3" in Path("data.lock").read_text()


def test_the_document(samerun: Samerun, bucket: Any) -> None:
    document = samerun("data", "lock", "memory:///b/data", "-o", "r.lock", "--json").document
    assert document == {
        "schema": "samerun.data-remote-lock/1",
        "lock": "r.lock",
        "urls": ["memory:///b/data"],
        "files": 2,
        "bytes": 6,
        "read": False,
        "notes": [],
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("memory:///b/data", "."), "do not go into one lock"),
        (("memory:///b/data", "--sha256"), "are for local data"),
        (("memory:///b/data", "--root", "."), "are for local data"),
        ((".", "--bytes"), "is for addresses"),
        (("memory:///b/gone",), "nothing there"),
        (("file:///etc/passwd",), "are not read"),
    ],
)
def test_what_does_not_go_together(samerun: Samerun, bucket: Any, arguments: tuple[str, ...], said: str) -> None:
    answer = samerun("data", "lock", *arguments)
    assert (answer.status, said in answer.err) == (2, True)
    assert not Path("data.lock").exists()


def test_a_local_lock_is_not_replaced_by_a_remote_one(samerun: Samerun, bucket: Any) -> None:
    Path("data").mkdir()
    Path("data/a").write_text("a")
    samerun("data", "lock", "data")
    before = Path("data.lock").read_bytes()
    assert samerun("data", "lock", "memory:///b/data").status == 2
    assert Path("data.lock").read_bytes() == before


def test_a_lock_is_printed(samerun: Samerun, bucket: Any) -> None:
    answer = samerun("data", "lock", "memory:///b/data", "-o", "-")
    samerun("data", "lock", "memory:///b/data")
    assert answer.out == Path("data.lock").read_text()
    assert answer.err == "samerun: 2 remote files, 6 bytes, as their servers say\n"
    assert not Path("-").exists()
