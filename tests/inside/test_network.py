"""Connections: host and port, once each."""

from __future__ import annotations

from samerun.launch import reported
from tests.inside.conftest import Observe


def test_connections_and_look_ups(observe: Observe, python: str) -> None:
    spool = observe(
        """
import socket, os
server = socket.socket(); server.bind(("127.0.0.1", 0)); server.listen(3); port = server.getsockname()[1]
for _ in range(2):
    socket.socket().connect(("127.0.0.1", port))
datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); datagram.sendto(b"x", ("127.0.0.1", port))
socket.getaddrinfo(b"localhost", 80); socket.gethostbyname("localhost"); socket.getaddrinfo(None, 80)
local = socket.socket(socket.AF_UNIX); local.bind("local"); local.listen()
socket.socket(socket.AF_UNIX).connect("local")
print(port)
""",
        python=python,
    )
    port = observe.output.strip()
    seen = spool.of(reported.Socket)
    assert [(each.host, each.port) for each in seen] == [("127.0.0.1", port), ("localhost", "80"), ("localhost", "")]
    assert all(each.local for each in seen)
    assert spool.of(reported.FaultSeen) == []


def test_a_program_without_connections_has_none(observe: Observe) -> None:
    assert observe("import socket; socket.socket().close()").of(reported.Socket) == []
