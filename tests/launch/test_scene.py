"""What factors are read from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from samerun.factors import FACTORS
from samerun.factors.config import MAX_BYTES
from samerun.launch.found import Request, prepare
from samerun.launch.order import Launch
from samerun.launch.scene import content_of, make_scene, read_factors
from samerun.record.files import FileFact
from samerun.store.layout import StoreLayout
from samerun.store.objects import Objects


@pytest.fixture
def order(tmp_path: Path) -> Launch:
    return prepare(Request(["python", "t.py"]), tmp_path, {"A": "1"}, StoreLayout(tmp_path / "store"), "0")


def test_every_factor_of_the_table_is_read(order: Launch) -> None:
    factors = read_factors(make_scene(order, order.tree.files))
    assert list(factors) == [factor.kind for factor in FACTORS]
    assert set(factors["data"]) == {"missing"}
    json.dumps(factors)


def test_a_configuration_is_read_as_the_run_read_it(order: Launch, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(b"now")
    kept = FileFact(4, hash=Objects(order.layout.objects).add_bytes(b"then"), kept=True)
    assert content_of(order, "c.json") == b"now"
    assert content_of(order, "c.json", FileFact(3)) == b"now"
    assert content_of(order, "c.json", kept) == b"then"
    assert make_scene(order, {"c.json": kept}).content("c.json") == b"then"


def test_what_is_no_configuration_is_never_read(order: Launch, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(b"1")
    (tmp_path / "big.json").write_bytes(b"1" * (MAX_BYTES + 1))
    for name in ("data.csv", "big.json", "gone.json"):
        assert content_of(order, name) is None
