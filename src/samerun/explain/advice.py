"""What a person should do about a cause, in one sentence."""

from __future__ import annotations

import re
from collections.abc import Callable

from samerun.factors import FACTORS
from samerun.factors.factor import ABSENT
from samerun.record.values import Change, Json

_URL = re.compile(r'"url":\s*"([^"]+)"')

LONGEST = 60
"""A longer value is not written out."""


def advice_on(change: Change) -> str:
    """Return one sentence to act on: how to have the first run's value back, or how to get rid of the dependence."""
    own = _OWN.get(change.kind)
    if own is not None and (change.a is not None or change.b is not None):
        return own(change)
    factor = _FACTORS.get(change.kind)
    if factor is not None:
        return factor.advice(change)
    library = change.kind.removeprefix("unseeded-")
    return _SEEDS.get(library) or _STANDING.get(change.kind) or f"keep {change.subject} the same in both runs"


def _short(value: Json) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _argument(change: Change) -> str:
    is_option = change.subject.startswith("-")
    if change.a is None:
        return f"leave `{change.subject}` away, as the first run did, to have its result"
    given = change.subject if change.a is True else f"{change.subject} {_short(change.a)}"
    words = given if is_option else f"{change.subject}={_short(change.a)}"
    is_place = change.subject.startswith("argument ")
    return f"pass `{_short(change.a) if is_place else words}` as the first run did, to have its result"


def _key(change: Change) -> str:
    path, _, key = change.subject.partition(":")
    if change.a is None:
        return f"remove `{key}` from {path} to have the first run's result"
    return f"set `{key}` in {path} back to {_short(change.a)} to have the first run's result"


def _variable(change: Change) -> str:
    if change.a is None or change.a == ABSENT:
        return f"unset {change.subject} to have the first run's result"
    return f"set {change.subject}={_short(change.a)} to have the first run's result"


def _package(change: Change) -> str:
    if change.a is None:
        return f"the first run had no {change.subject}: uninstall it to have that result, or require it"
    version, _, origin = str(change.a).partition(" ")  # behind it in brackets stands direct_url.json, if there is one
    came = f" from {found[1]}" if (found := _URL.search(origin)) else ""
    return f"install `{change.subject}=={version}`{came} to have the first run's result, and pin it"


def _file(change: Change) -> str:
    if change.a is None:
        return f"the first run had no {change.subject}: remove it to have that result"
    if change.b is None:
        return f"{change.subject} is gone: put back the copy that the first run kept"
    return f"see what changed in {change.subject} with `samerun diff`, and go on with the version that you mean"


_OWN: dict[str, Callable[[Change], str]] = {
    "arguments": _argument,
    "config": _key,
    "environment-variable": _variable,
    "package": _package,
    "code": _file,
    "data": _file,
}

_FACTORS = {factor.kind: factor for factor in FACTORS}

_STANDING = {"leftover-state": "start from an empty folder, or do not read what an earlier run left"}

_SEEDS = {
    "python": "seed it: `random.seed(0)`, or use `random.Random(0)`",
    "numpy": "seed it: `np.random.seed(0)`, or pass a seed: `np.random.default_rng(0)`, `random_state=0`",
    "torch": "seed it: `torch.manual_seed(0)`",
    "tensorflow": "seed it: `tf.keras.utils.set_random_seed(0)`",
    "jax": "use a fixed key: `jax.random.key(0)`",
}
