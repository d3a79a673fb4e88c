"""The weights of a model: their names without what wraps it, and whether they fit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch.nn.parallel import DataParallel, DistributedDataParallel

from samerun.errors import CannotRestore

_INNER = ("_orig_mod", "_checkpoint_wrapped_module", "_fsdp_wrapped_module")
_MOST_SHOWN = 10


class Names:
    """The names of a module's state, without the prefixes of DDP, DataParallel, torch.compile and their like.

    Args:
        module: the module, wrapped anywhere or not at all.
    """

    def __init__(self, module: torch.nn.Module) -> None:
        wrappers = []
        self._paths = []
        for path, part in module.named_modules(remove_duplicate=False):
            inner = _inner(part)
            if inner:
                before = f"{path}." if path else ""
                wrappers.append((f"{before}{inner}.", before))
            self._paths.append(path)
        # The innermost first: the names of the outer ones are still in front of it then.
        self._wrappers = sorted(wrappers, key=lambda pair: -len(pair[0]))

    def clean(self, key: str) -> str:
        """Return a name as it would be without wrappers."""
        for prefix, short in self._wrappers:
            if key.startswith(prefix):
                key = short + key[len(prefix) :]
        return key

    def clean_state(self, state: Mapping[str, Any]) -> OrderedDict[str, Any]:
        """Return a module's state by clean names."""
        if not self._wrappers and isinstance(state, OrderedDict):
            return state
        found = OrderedDict((self.clean(key), value) for key, value in state.items())
        versions = getattr(state, "_metadata", None)
        if versions is not None:
            found._metadata = {self._clean_path(path): facts for path, facts in versions.items()}  # type: ignore[attr-defined]
        return found

    def own_state(self, keys: Iterable[str], state: Mapping[str, Any]) -> OrderedDict[str, Any]:
        """Return a clean state by the names that this module itself uses."""
        found = OrderedDict((key, state[self.clean(key)]) for key in keys)
        versions = getattr(state, "_metadata", None)
        if versions is not None:
            own = {path: versions.get(self._clean_path(path)) for path in self._paths}
            found._metadata = {path: facts for path, facts in own.items() if facts is not None}  # type: ignore[attr-defined]
        return found

    def _clean_path(self, path: str) -> str:
        return self.clean(f"{path}.").rstrip(".") if path else path


def _inner(part: torch.nn.Module) -> str:
    """Return the name under which a wrapper holds what it wraps; empty for any other module."""
    if isinstance(part, DistributedDataParallel | DataParallel):
        return "module"
    return next((name for name in _INNER if name in part._modules), "")


def unwrapped(module: torch.nn.Module) -> torch.nn.Module:
    """Return the module inside of all wrappers."""
    while inner := _inner(module):
        module = module._modules[inner]
    return module


def check_module(name: str, module: torch.nn.Module, state: Any) -> None:
    """Check that a state fits a module: names, shapes and types.

    Raises:
        CannotRestore: with the first ten of what is missing, unexpected, or of another shape or type.
    """
    if not isinstance(state, dict):
        raise CannotRestore(f"The checkpoint's {name} is no state of a model.", "Nothing was restored.")
    names = Names(module)
    own = {names.clean(key): value for key, value in module.state_dict().items()}
    problems = {
        "missing in the checkpoint": [key for key in own if key not in state],
        "not in this model": [key for key in state if key not in own],
        "of another shape": [_shapes(key, state[key], own[key]) for key in own if _differ(key, state, own, "shape")],
        "of another type": [_types(key, state[key], own[key]) for key in own if _differ(key, state, own, "dtype")],
    }
    found = {what: sorted(keys) for what, keys in problems.items() if keys}
    if found:
        text = "; ".join(f"{what}: {_cut(keys)}" for what, keys in found.items())
        step = "Build the model as it was when the checkpoint was saved. Nothing was restored."
        if list(found) == ["of another type"]:
            step = "Load into a model of the saved types and convert it afterwards. Nothing was restored."
        raise CannotRestore(f"The checkpoint's {name} is of another model: {text}.", step, part=name, problems=found)


def _differ(key: str, state: Mapping[str, Any], own: Mapping[str, Any], trait: str) -> bool:
    saved, mine = state.get(key), own[key]
    if key not in state or not isinstance(mine, torch.Tensor):
        return False
    if isinstance(mine, torch.nn.parameter.UninitializedTensorMixin):
        return trait == "dtype" and getattr(saved, trait, None) != mine.dtype
    return bool(getattr(saved, trait, None) != getattr(mine, trait))


def _shapes(key: str, saved: Any, mine: torch.Tensor) -> str:
    return f"{key} {list(getattr(saved, 'shape', [])) or 'scalar'} in the checkpoint, {list(mine.shape)} here"


def _types(key: str, saved: Any, mine: torch.Tensor) -> str:
    return f"{key} {getattr(saved, 'dtype', type(saved).__name__)} in the checkpoint, {mine.dtype} here"


def _cut(keys: list[str]) -> str:
    more = f" and {len(keys) - _MOST_SHOWN} more" if len(keys) > _MOST_SHOWN else ""
    return ", ".join(keys[:_MOST_SHOWN]) + more


def is_plain(module: torch.nn.Module) -> bool:
    """Say whether loading a state that fits cannot fail: nothing but torch's own code takes part in it."""
    return all(map(_is_torchs_own, module.modules()))


def _is_torchs_own(part: torch.nn.Module) -> bool:
    methods = ("load_state_dict", "_load_from_state_dict", "set_extra_state")
    own = all(str(getattr(type(part), name).__module__).startswith("torch.") for name in methods)
    hooks = [*part._load_state_dict_pre_hooks.values(), *part._load_state_dict_post_hooks.values()]
    lazy = isinstance(part, torch.nn.modules.lazy.LazyModuleMixin)
    return own and not lazy and all(str(getattr(hook, "__module__", "")).startswith("torch.") for hook in hooks)
