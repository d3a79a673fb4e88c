"""A tree without its tensors, which lie elsewhere, and the tree with them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

SHARD = "samerun.shard"
"""The key of a dict that stands for a tensor which lies in the files of the ranks."""


def split(tree: Any) -> tuple[Any, dict[str, torch.Tensor]]:
    """Return a tree with a mark in place of each tensor, and the tensors by what the marks say."""
    tensors: dict[str, torch.Tensor] = {}

    def replaced(value: Any, place: str) -> Any:
        if isinstance(value, torch.Tensor):
            key = f"{len(tensors)}{place}"
            tensors[key] = value.detach()
            return {SHARD: key}
        return _rebuilt(value, lambda each, name: replaced(each, f"{place}/{name}"))

    return replaced(tree, ""), tensors


def join(tree: Any, tensors: Mapping[str, torch.Tensor]) -> Any:
    """Return the tree that ``split`` took apart; marks without a tensor stay."""
    if isinstance(tree, dict) and tree.keys() == {SHARD}:
        return tensors.get(tree[SHARD], tree)
    return _rebuilt(tree, lambda each, _: join(each, tensors))


def _rebuilt(tree: Any, change: Callable[[Any, Any], Any]) -> Any:
    if isinstance(tree, dict):
        found = type(tree)() if type(tree) is not dict else {}
        found.update((key, change(value, key)) for key, value in tree.items())
        vars(found).update(vars(tree)) if hasattr(tree, "__dict__") else None
        return found
    if type(tree) in (list, tuple):
        return type(tree)(change(value, number) for number, value in enumerate(tree))
    return tree
