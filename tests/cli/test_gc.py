"""``samerun gc``."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from samerun.record.run import Run
from samerun.store.layout import StoreLayout
from samerun.store.objects import Objects

Samerun = Callable[..., Any]
MakeRun = Callable[..., Run]


def test_what_no_run_needs_is_freed(samerun: Samerun, store: StoreLayout, make_run: MakeRun) -> None:
    objects = Objects(store.objects)
    needed, unneeded = objects.add_bytes(b"needed"), objects.add_bytes(b"unneeded")
    for digest in (needed, unneeded):
        os.utime(objects.path(digest), (1, 1))
    make_run(1, factors={"data": {"a.csv": {"size": 6, "hash": needed}}})
    dry = samerun("gc", "--dry-run")
    assert dry.status == 0
    assert "would free 8 bytes: 1 copy" in dry.err
    assert objects.has(unneeded)
    document = samerun("gc", "--json").document
    assert (document["schema"], document["objects"], document["bytes"], document["dry_run"]) == (
        "samerun.gc/1",
        1,
        8,
        False,
    )
    assert (objects.has(needed), objects.has(unneeded)) == (True, False)


def test_an_empty_store_has_nothing_to_free(samerun: Samerun) -> None:
    answer = samerun("gc")
    assert (answer.status, answer.out) == (0, "")
    assert "freed 0 bytes" in answer.err


def test_old_caches_of_data_are_freed(samerun: Samerun, store: StoreLayout) -> None:
    old = store.data_cache / "trees" / "0123"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"12345")
    os.utime(old, (1, 1))
    assert samerun("gc", "--dry-run", "--json").document["caches"] == 1
    assert "freed 5 bytes: 0 copies, 0 workspaces, 0 environments, 1 old cache of data" in samerun("gc").err
    assert not old.exists()
