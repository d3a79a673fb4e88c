"""What holds for all tests."""

from __future__ import annotations

import signal

import pytest

_SENT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)


@pytest.fixture(autouse=True)
def signals_reach_children() -> None:
    """What this process ignores or blocks, every child inherits; a shell in the background does so, for one."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SENT)
    for number in _SENT:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
