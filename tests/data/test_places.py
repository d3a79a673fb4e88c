"""Where a lock's data lies is remembered for that lock alone."""

from __future__ import annotations

from pathlib import Path

from samerun.data.places import forget_base, forget_lost, remember_base, remembered_base


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


def test_the_places_of_locks_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    cache = tmp_path / "store/.samerun/data"
    locks = [
        tmp_path / "here/a.lock",
        tmp_path / "here/b.lock",
        tmp_path / "away/c.lock",
        tmp_path / "store/n/r/d.lock",
    ]
    for lock in locks:
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
        remember_base(lock, "root", str(tmp_path), cache)
    assert forget_lost(cache).caches == 0
    for lock in locks[1:]:
        lock.unlink()
    for folder in ("away", "store/n/r"):
        (tmp_path / folder).rmdir()
    assert forget_lost(cache, dry_run=True).caches == 2
    assert forget_lost(cache).caches == 2
    known = [remembered_base(lock, "root", cache) is not None for lock in locks]
    assert known == [True, False, True, False], "a folder that is gone may be a disk that is not there now"


def test_a_place_that_an_older_version_remembered_is_still_known(tmp_path: Path) -> None:
    lock = tmp_path / "x"
    remember_base(lock, "root", str(tmp_path), tmp_path / "cache")
    (place,) = (tmp_path / "cache/bases").iterdir()
    place.write_bytes(place.read_bytes().partition(b"\0")[0])
    assert remembered_base(lock, "root", tmp_path / "cache") == str(tmp_path)
    assert forget_lost(tmp_path / "cache").caches == 0
