"""Where a lock's data lies is remembered for that lock alone."""

from __future__ import annotations

from pathlib import Path

from samerun.data.places import forget_base, remember_base, remembered_base


def test_remembered_and_forgotten(tmp_path: Path) -> None:
    lock, base, cache = tmp_path / "x.lock", tmp_path / "base", tmp_path / "cache"
    base.mkdir()
    assert remembered_base(lock, "root", cache) is None
    remember_base(lock, "root", str(base), cache)
    assert remembered_base(lock, "root", cache) == str(base)
    assert remembered_base(lock, "another root", cache) is None
    assert remembered_base(tmp_path / "y.lock", "root", cache) is None
    base.rmdir()
    assert remembered_base(lock, "root", cache) is None
    base.mkdir()
    forget_base(lock, "root", str(base), cache)
    assert remembered_base(lock, "root", cache) is None
    forget_base(lock, "root", str(base), cache)


def test_names_of_any_bytes(tmp_path: Path) -> None:
    base = tmp_path / "\udcff\n"
    base.mkdir()
    remember_base(tmp_path / "x", "root", str(base), tmp_path)
    assert remembered_base(tmp_path / "x", "root", tmp_path) == str(base)


def test_a_disk_that_does_not_let_us_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    remember_base(tmp_path / "x", "root", str(tmp_path), tmp_path / "cache")
    assert remembered_base(tmp_path / "x", "root", tmp_path / "cache") is None
