"""The tree of differences."""

from __future__ import annotations

import msgspec

from samerun.record.difference import Deviation, Difference, gather, identical


def test_parents_come_before_their_children() -> None:
    tree = Difference(
        "a", "different", children=(Difference("b", "different", children=(identical("c"),)), identical("d"))
    )
    assert [node.label for node in tree.walk()] == ["a", "b", "c", "d"]


def test_gathering_takes_the_worst_and_drops_the_identical() -> None:
    tree = gather(
        "all", [identical("a"), Difference("b", "equivalent", volatile="a moment"), Difference("c", "different")]
    )
    assert tree.verdict == "different"
    assert [child.label for child in tree.children] == ["b", "c"]
    assert [node.label for node in tree.ignored()] == ["b"]


def test_gathering_nothing_is_identical() -> None:
    assert gather("all", []) == Difference("all", "identical")
    assert gather("all", [identical("a")], "same").detail == "same"


def test_a_tree_survives_json() -> None:
    tree = gather("x", [Difference("y", "different", a="1", b="2", deviation=Deviation(0.5, 1.0, 3, "[0]", 1, 2))])
    assert msgspec.json.decode(msgspec.json.encode(tree), type=Difference) == tree
