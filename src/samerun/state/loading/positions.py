"""States of loaders and samplers: plain dicts that are checked before anything follows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from samerun.errors import CannotRestore


def differences(state: object, schema: str, here: Mapping[str, Any], *, allow: Collection[str]) -> list[str]:
    """Check that a state was taken under the same circumstances.

    Args:
        state: what is said to be a state.
        schema: what kind it has to be.
        here: the circumstances of whoever is to follow it.
        allow: names of what may differ.

    Returns:
        The names of what differs and may.

    Raises:
        CannotRestore: it is no such state, or something else differs; with each name and both values.
    """
    if not isinstance(state, Mapping) or state.get("schema") != schema:
        raise CannotRestore(f"This is no state of the kind {schema}.", "Give what state_dict() returned.")
    differing = [name for name, value in here.items() if name not in state or not _same(state[name], value)]
    wrong = [name for name in differing if name not in allow]
    if wrong:
        said = "; ".join(f"{name} is {here[name]!r} here and {state.get(name)!r} in the state" for name in wrong)
        raise CannotRestore(
            f"The state does not fit: {said}.",
            "Go on under the same circumstances, or begin a new epoch with set_epoch.",
            differing={name: (here[name], state.get(name)) for name in wrong},
        )
    return differing


def whole(value: object, name: str) -> int:
    """Return a whole number from 0.

    Raises:
        CannotRestore: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise CannotRestore(f"{name} is {value!r} in the state, and no whole number from 0.", "Take another state.")
    return value


def _same(a: object, b: object) -> bool:
    return type(a) is type(b) and a == b
