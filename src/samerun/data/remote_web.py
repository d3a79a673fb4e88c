"""Files behind ``http`` and ``https``, by the standard library alone.

Nothing but these two protocols is spoken, whatever a server redirects to; a password goes to the server it was given
for and to no other.
"""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit, urlunsplit

from samerun.data.remote_files import RemoteEntry, gone, refused
from samerun.data.remote_urls import kept, said
from samerun.version import VERSION

PIECE = 1 << 20
PATIENCE_S = 30.0
"""How long is waited for each answer."""

_NO_HEAD = (400, 403, 405, 501)
_WORDS = {
    401: "the server wants to know who is asking (401)",
    403: "the server refuses it (403)",
    407: "the proxy wants to know who is asking (407)",
    429: "the server has had too many questions (429)",
}


class WebSource:
    """Reads files of web servers; each address is one file.

    Args:
        patience: seconds to wait for each answer.
    """

    def __init__(self, patience: float = PATIENCE_S) -> None:
        self._patience = patience
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _Redirects(),
        ):
            self._opener.add_handler(handler)

    def entries(self, url: str) -> list[RemoteEntry]:
        """Return what the server says of a file without sending it."""
        with _sentences(url):
            try:
                return [self._asked(url, "HEAD")]
            except HTTPError as error:
                error.close()
                if error.code not in _NO_HEAD:
                    raise
            return [self._asked(url, "GET")]  # there are servers, and signed addresses, that only send

    def pieces(self, url: str) -> Iterator[bytes]:
        """Yield a file's bytes; a connection that ends too early is an error, never a shorter file."""
        with _sentences(url), self._open(url, "GET") as answer:
            promised, count = _length(answer), 0
            while piece := answer.read(PIECE):
                count += len(piece)
                yield piece
        if promised is not None and count != promised:
            raise refused(said(url), f"the server promised {promised:,} bytes and sent {count:,}", "Try it again.")

    def _asked(self, url: str, method: str) -> RemoteEntry:
        with self._open(url, method) as answer:
            tag = answer.headers.get("ETag", "").strip()
            weak, text = ("W/", tag[2:]) if tag.startswith("W/") else ("", tag)
            modified = answer.headers.get("Last-Modified", "").strip()
            return RemoteEntry(kept(url).url, _length(answer), weak + text.strip('"') if text else "", modified)

    def _open(self, url: str, method: str) -> Any:
        plain, login = _without_login(url)
        headers = {"User-Agent": f"samerun/{VERSION}", "Accept-Encoding": "identity", "Accept": "*/*"}
        request = urllib.request.Request(plain, headers=headers, method=method)
        if login:
            request.add_unredirected_header("Authorization", login)
        return self._opener.open(request, timeout=self._patience)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirections, never from ``https`` to ``http`` and never to another protocol."""

    max_redirections = 5
    max_repeats = 2

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request:
        old, new = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme.lower()
        if new not in ("http", "https") or (old == "https" and new == "http"):
            raise _Redirected(f"the server sends on from {old}:// to {new or 'nowhere'}://, which is not followed")
        return urllib.request.Request(newurl, headers=dict(req.headers), method=req.get_method())


class _Redirected(OSError):
    """A redirection that is not followed."""


def _without_login(url: str) -> tuple[str, str]:
    """Return an address without user and password, and the header that says who is asking."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    plain = urlunsplit(parts._replace(netloc=host, fragment=""))
    if not at:
        return plain, ""
    name, _, password = user.partition(":")
    text = f"{unquote(name)}:{unquote(password)}".encode()
    return plain, f"Basic {base64.b64encode(text).decode()}"


def _length(answer: Any) -> int | None:
    """Return how many bytes the file has; None where the server does not say, or sends it packed."""
    text = (answer.headers.get("Content-Length") or "").strip()
    packed = (answer.headers.get("Content-Encoding") or "identity").strip().lower() != "identity"
    return int(text) if text.isascii() and text.isdigit() and not packed else None


@contextmanager
def _sentences(url: str) -> Iterator[None]:
    """Turn what goes wrong in the block into a sentence without credentials."""
    place = said(url)
    try:
        yield
    except HTTPError as error:
        error.close()
        if error.code in (404, 410):
            raise gone(place) from None  # the error holds the address as it was given
        raise refused(place, _redirection(error) if 300 <= error.code < 400 else _status(error.code)) from None
    except (URLError, OSError, http.client.HTTPException) as error:
        raise refused(place, _why(error), "Try it again, and check the address and the network.") from None


def _redirection(error: HTTPError) -> str:
    if "not allowed" in str(error.msg):  # what urllib itself follows nowhere
        return "the server sends on to another protocol, which is not followed"
    return "it is redirected in a circle, or too often"


def _status(code: int) -> str:
    return _WORDS.get(code, f"the server {'fails' if code >= 500 else 'answers'} with {code}")


def _why(error: BaseException) -> str:
    """Return in words why no answer came."""
    inner = error.reason if isinstance(error, URLError) and isinstance(error.reason, BaseException) else error
    if isinstance(inner, _Redirected):
        return str(inner)
    if isinstance(inner, TimeoutError):
        return "the server does not answer in time"
    if isinstance(inner, socket.gaierror):
        return "there is no server of that name"
    if isinstance(inner, ConnectionRefusedError):
        return "no server answers there"
    if isinstance(inner, ssl.SSLError):
        return "the server's certificate or encryption is not trusted"
    if isinstance(inner, ConnectionError | http.client.HTTPException):
        return "the connection broke off"
    return f"it fails ({type(inner).__name__})"
