"""Libraries that hand over what is finished first: joblib's unordered results, torch's loader out of order."""

from __future__ import annotations

import sys

from .. import imports
from . import completion_mode

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable


def install() -> None:
    """Have them hand over in order from now on."""
    imports.when_imported("joblib.parallel", _attach_joblib)
    imports.when_imported("torch.utils.data.dataloader", _attach_torch)


def _attach_joblib(module: Any) -> None:
    def make(original: Callable[..., None], parallel: Any, *args: Any, **kwargs: Any) -> None:
        original(parallel, *args, **kwargs)
        if getattr(parallel, "return_ordered", True) or not completion_mode.is_asked(sys._getframe(2)):
            return
        if completion_mode.is_held():
            parallel.return_ordered = True

    completion_mode.wrap(module.Parallel, "__init__", make)


def _attach_torch(module: Any) -> None:
    def make(original: Callable[..., None], loader: Any, *args: Any, **kwargs: Any) -> None:
        if not kwargs.get("in_order", True) and completion_mode.is_asked(sys._getframe(2)):
            kwargs["in_order"] = kwargs["in_order"] or completion_mode.is_held()
        original(loader, *args, **kwargs)

    completion_mode.wrap(module.DataLoader, "__init__", make)
