"""What holds for all tests."""

from __future__ import annotations

import signal

import pytest

_SENT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)

LONG_ID = 12
"""How many bytes a test's name shows."""


@pytest.fixture(autouse=True)
def signals_reach_children() -> None:
    """What this process ignores or blocks, every child inherits; a shell in the background does so, for one."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SENT)
    for number in _SENT:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name long bytes by their argument: packed ones hold the second in which they were made, so that two workers
    would call one case by two names."""
    return argname if isinstance(val, bytes) and len(val) > LONG_ID else None
