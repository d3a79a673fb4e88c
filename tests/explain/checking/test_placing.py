"""Which of several lines: by trying, in real programs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from samerun import api
from samerun.explain.checking import placing
from samerun.explain.checking.bench import Bench
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import Laboratory
from samerun.store.layout import RunFolder, StoreLayout
from samerun.store.objects import Objects
from tests.explain.checking.world import run_of
from tests.lab import Lab

pytestmark = pytest.mark.usefixtures("mounted")


def places(lab: Lab, script: str, vary: list[str] | None = None) -> list[tuple[str, str | None]]:
    lab.write(train_py=script)
    found = api.check([sys.executable, "train.py"], vary=vary or [])
    return [(each.kind, each.where) for each in (*found.causes, *found.sensitive_to)]


def test_one_of_several_clocks(lab: Lab) -> None:
    script = """
        import random, time
        began = time.time()
        label = time.strftime("%H:%M")
        for step in range(3):
            time.monotonic()
        noise = time.time_ns() % 1000
        spent = time.time() - began
        open("out.txt", "w").write(str(noise))
    """
    assert places(lab, script) == [("clock", "train.py:7")]


def test_two_lines_that_matter_together_are_named_by_the_first(lab: Lab) -> None:
    script = """
        import os
        one = os.urandom(2)
        other = os.urandom(2)
        open("out.txt", "w").write((one + other).hex())
    """
    assert places(lab, script) == [("os-entropy", "train.py:3")]


def test_one_of_several_listings_that_a_variation_moves(lab: Lab) -> None:
    lab.write(**{f"data__{name}_txt": name for name in ("a", "b", "c")})
    script = """
        import os
        count = len(os.listdir("data"))
        known = set(os.listdir("data"))
        first = os.listdir("data")[0]
        open("out.txt", "w").write(first)
    """
    assert places(lab, script, ["listing-order"]) == [("listing-order", "train.py:5")]


def test_a_hash_seed_has_the_line_whose_values_part(lab: Lab) -> None:
    script = """
        names = {f"name{number}" for number in range(20)}
        size = len(names)
        ordered = [name for name in names]
        open("out.txt", "w").write(" ".join(ordered))
    """
    ((kind, where),) = places(lab, script)
    assert kind == "hash-order"
    assert where in ("train.py:2", "train.py:4")


def test_no_line_is_named_where_none_can_be(lab: Lab) -> None:
    lab.write(train_sh="#!/bin/sh\ndate +%N > out.txt\n")
    (lab.folder / "train.sh").chmod(0o755)
    found = api.check(["./train.sh"], vary=[])
    assert found.reproducible is False
    assert all(each.where is None for each in found.causes)


def test_lines_that_call_it_themselves_come_before_those_of_libraries(tmp_path: Path) -> None:
    """Memory that a library was handed, filled and gave back is what the program is handed next: either line may do."""
    store = StoreLayout(tmp_path)
    code = b"rng.choice(3)\nkept = [1]\nrows = np.empty(3)\nmore = np.empty_like(rows)\n"
    fact = {"size": len(code), "hash": Objects(store.objects).add_bytes(code), "kept": True}
    base = Kept(run_of(1, factors={"code": {"a.py": fact}}), RunFolder(tmp_path))
    bench = Bench(base, Laboratory(base, store, {}, ""), Judge())
    places = [f"a.py:{line}" for line in (1, 2, 3, 4)]
    found = placing._likeliest_first(bench, "uninitialised-memory", places)
    assert found == ["a.py:3", "a.py:4", "a.py:1", "a.py:2"]
    assert placing._likeliest_first(bench, "unseeded-numpy", places) == places


def test_what_is_random_beside_a_race_is_not_taken_for_it(lab: Lab) -> None:
    """A thread's own random values differ first and more often, yet nothing comes of them."""
    script = """
        import hashlib, os, threading
        found = []
        def work(number):
            salt = os.urandom(8)
            digest = hashlib.sha256(salt * (100_000 if salt[0] % 3 else 2_000_000)).digest()
            found.append(number)
        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        open("out.txt", "w").write(str(found))
    """
    ((kind, where),) = places(lab, script)
    assert (kind, where) in {("completion-order", "train.py:7"), ("completion-order", "train.py:12")}


def test_addresses_are_followed_from_what_lies_still_to_what_was_moved(lab: Lab) -> None:
    script = """
        class Node:
            pass
        nodes = {Node(): number for number in range(300)}
        order = [nodes[each] for each in set(nodes)]
        open("out.txt", "w").write(str(order))
    """
    assert places(lab, script) == [("memory-address", "train.py:5")]
