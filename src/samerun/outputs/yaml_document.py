"""YAML, read without building objects: a tag that is not YAML's own is kept as text beside its value."""

from __future__ import annotations

from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from samerun.outputs.comparing import Comparing
from samerun.outputs.late import Late
from samerun.outputs.limits import MEGABYTE, check_size
from samerun.outputs.reading import Unreadable, compare_content
from samerun.outputs.values import DEEPEST, compare_values
from samerun.record.difference import Difference

if TYPE_CHECKING:
    import yaml
else:
    yaml = Late("yaml")  # commands that compare nothing read the table of types too

kind = "yaml"

LARGEST = 32 * MEGABYTE
MOST_NODES = 2_000_000
"""How many values a document may have when every alias is written out."""


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """By its name: ``.yaml``, ``.yml``; MLflow's ``MLmodel`` is YAML too."""
    return path.suffix.lower() in (".yaml", ".yml") or path.name == "MLmodel"


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two files value by value; where there are several documents, as a list of them."""
    return compare_content(kind, a, b, read, lambda one, two: compare_values(kind, one, two, comparing))


def read(path: Path) -> Any:
    """Return what a file holds: the one document, or a list of them.

    Raises:
        Unreadable: it is no YAML, is nested too deep, or its aliases would grow beyond ``MOST_NODES``.
    """
    check_size(path, LARGEST)
    try:
        documents = _documents(path.read_bytes())
    except yaml.YAMLError as error:
        raise Unreadable(" ".join(str(error).split())) from error
    return documents[0] if len(documents) == 1 else documents


def _documents(data: bytes) -> list[Any]:
    _check_depth(data)
    loader = _loader()(data)
    found = []
    try:
        while loader.check_node():
            node = loader.get_node()
            if _extent(node, {}) > MOST_NODES:
                raise Unreadable("its aliases grow beyond what can be compared")
            found.append(loader.construct_document(node))
    finally:
        loader.dispose()
    return found


def _check_depth(data: bytes) -> None:
    """Walk through the events, which needs no recursion, before anything is built recursively."""
    depth = 0
    for event in yaml.parse(data, Loader=_loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise Unreadable(f"nested deeper than {DEEPEST} levels")


def _extent(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many nodes there are below one, aliases written out."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) in known:
        if known[id(node)] < 0:
            raise Unreadable("a value holds itself")
        return known[id(node)]
    known[id(node)] = -1
    below = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    known[id(node)] = min(1 + sum(_extent(part, known) for part in below), MOST_NODES + 1)
    return known[id(node)]


@cache
def _loader() -> Any:
    """Return a safe loader that keeps tags it does not know, in C where PyYAML has it."""
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("PlainLoader", (base,), {})
    loader.add_multi_constructor("", _construct_tagged)
    return loader


def _construct_tagged(loader: Any, tag: str, node: yaml.Node) -> Any:
    """Return a value with a foreign tag as plain data: nothing is looked up, called or built."""
    if isinstance(node, yaml.MappingNode):
        value: Any = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_scalar(node)
    return {"!": tag, "value": value}
