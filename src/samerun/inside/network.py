"""Connections that the program opens, as the interpreter's audit events tell it: host and port, never what is sent."""

from __future__ import annotations

from . import events, files

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping

_told: set[tuple[str, str]] = set()


def install(environment: Mapping[str, str]) -> None:
    """Ask for the events of sockets; to be called before ``files.install``."""
    files.on("socket.connect", _on_connect)
    files.on("socket.sendto", _on_connect)
    files.on("socket.getaddrinfo", _on_look_up)
    files.on("socket.gethostbyname", _on_look_up)


def _on_connect(args: tuple[Any, ...]) -> None:
    address = args[1]
    if isinstance(address, tuple) and len(address) >= 2:  # a text is the path of a local socket
        _tell(address[0], address[1])


def _on_look_up(args: tuple[Any, ...]) -> None:
    if args[0]:
        _tell(args[0], args[1] if len(args) > 1 else "")


def _tell(host: Any, port: Any) -> None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    key = (name, "" if port is None else str(port))
    if key not in _told:
        _told.add(key)
        events.emit("socket", *key)
