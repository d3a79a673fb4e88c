"""The fixture ``reproducible``: a test that fails with the cause and the line where a function does not repeat itself.

def test_training(reproducible):
    reproducible(train, times=2, vary=["hash-order", "thread-count"])
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest


class Reproducible:
    """Calls a function in fresh processes and fails the test where its results differ.

    Args:
        store: the folder in which the runs are kept while the test goes on.
    """

    def __init__(self, store: Path) -> None:
        self._store = store

    def __call__(
        self,
        function: Callable[..., Any],
        *,
        times: int = 2,
        vary: Collection[str] | None = None,
        args: Collection[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        rtol: float = 0.0,
        atol: float = 0.0,
        max_replays: int | None = None,
        timeout_s: float | None = None,
    ) -> Any:
        """Check that a function gives the same again: what it returns, and what it writes below the present folder.

        Args:
            function: a function of a module, found again by the module's file and the function's name.
            times: in how many plain processes it must agree with itself.
            vary: the conditions (``hash-order``, ``thread-count`` ...) that must not matter; None for all, none for
                repeats alone.
            args: what it is called with: numbers, texts, lists and dicts of such.
            kwargs: what it is called with by name.
            rtol: relative tolerance for numbers.
            atol: absolute tolerance for numbers.
            max_replays: how many runs may be made.
            timeout_s: after how many seconds a call is killed.

        Returns:
            What was found (``samerun.record.cause.Check``).

        Raises:
            BadOption: the function cannot be found by another process (a lambda, a function in a function), an
                argument cannot be handed over, or a condition is not known.
            CannotCheck: the function fails as it is.
            pytest.fail.Exception: it does not repeat itself; the message has the cause and the line.
        """
        # Late: most sessions of pytest never ask, and the machinery behind it takes longer to load than many tests.
        calls = import_module("samerun.integrations.repeated_calls")
        call = calls.Call(function, tuple(args), dict(kwargs or {}))
        limits = calls.Limits(max_replays, timeout_s)
        found = calls.check_call(call, self._store, times=times, vary=vary, tolerances=(rtol, atol), limits=limits)
        message = calls.complaint(call, found)
        if message:
            pytest.fail(message, pytrace=False)
        return found


@pytest.fixture
def reproducible(tmp_path: Path) -> Reproducible:
    """Check in fresh processes that a function repeats itself: ``reproducible(train, vary=["hash-order"])``."""
    return Reproducible(tmp_path.with_name(f"{tmp_path.name}-samerun"))  # beside it: the function may look around there
