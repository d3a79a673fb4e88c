"""Something on the network that a case's program may speak to."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

ADDRESS = "ZOO_SERVICE"
"""The variable that tells the program where it is."""


@contextmanager
def serving(script: Path | None, variables: MutableMapping[str, str]) -> Iterator[None]:
    """Run a case's server beside it; nothing where there is none.

    Args:
        script: a program that is given an address and a port and prints a line once it listens.
        variables: are told where it is.
    """
    if script is None:
        yield
        return
    host, port = _address(), _free_port()
    server = subprocess.Popen([sys.executable, str(script), host, str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        variables[ADDRESS] = f"http://{host}:{port}"
        yield
    finally:
        server.terminate()
        server.wait()


def _address() -> str:
    """Return this machine's own address, which, unlike 127.0.0.1, goes with the network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])
