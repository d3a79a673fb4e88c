"""Web servers are believed only as far as they keep their word; what they do otherwise is a sentence."""

from __future__ import annotations

import base64
import io
import socket
import struct
import urllib.request
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from samerun.data.remote_files import is_gone
from samerun.data.remote_web import WebSource, _Redirects
from samerun.errors import MissingData


def refusal(url: str, act: str = "entries") -> str:
    with pytest.raises(MissingData) as caught:
        list(getattr(WebSource(patience=0.5), act)(url))
    assert "hunter22" not in str(caught.value)
    return caught.value.sentence


def test_what_the_server_says_without_sending(web: Any) -> None:
    url = web.put("/a", b"abc", ETag='"t1"', Last_Modified="Mon, 01 Jan 2026 00:00:00 GMT")
    (entry,) = WebSource().entries(url)
    assert (entry.url, entry.size, entry.etag, entry.modified) == (url, 3, "t1", "Mon, 01 Jan 2026 00:00:00 GMT")
    assert [method for method, _, _ in web.asked] == ["HEAD"]
    assert b"".join(WebSource().pieces(url)) == b"abc"


@pytest.mark.parametrize(("header", "etag"), [('W/"x"', "W/x"), ("x", "x"), ("", ""), ('""', "")])
def test_etags(web: Any, header: str, etag: str) -> None:
    (entry,) = WebSource().entries(web.put("/a", b"abc", ETag=header))
    assert entry.etag == etag


def test_a_server_that_does_not_say_how_much(web: Any) -> None:
    (entry,) = WebSource().entries(web.put("/a", b"abc", length=None))
    assert entry.size is None
    assert b"".join(WebSource().pieces(web.at + "/a")) == b"abc"


def test_a_packed_length_is_not_that_of_the_file(web: Any) -> None:
    (entry,) = WebSource().entries(web.put("/a", b"abc", Content_Encoding="gzip"))
    assert entry.size is None
    assert web.asked[0][2]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [400, 403, 405, 501])
def test_a_server_that_only_sends(web: Any, status: int) -> None:
    def page(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status if request.command == "HEAD" else 200)
        request.send_header("Content-Length", "3")
        request.end_headers()
        request.wfile.write(b"abc" if request.command == "GET" else b"")

    web.pages["/a"] = page
    assert WebSource().entries(web.at + "/a")[0].size == 3


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "who is asking"), (403, "refuses"), (429, "too many"), (500, "fails with 500"), (418, "answers with 418")],
)
def test_a_server_that_refuses(web: Any, status: int, said: str) -> None:
    assert said in refusal(web.put("/a", b"", status=status))


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_gone(web: Any, status: int) -> None:
    url = web.put("/a", b"", status=status)
    with pytest.raises(MissingData, match="nothing there") as caught:
        WebSource().entries(url)
    assert is_gone(caught.value)


def test_fewer_bytes_than_promised(web: Any) -> None:
    assert "promised 100 bytes and sent 3" in refusal(web.put("/a", b"abc", length=100), "pieces")


def test_a_connection_that_breaks_off(web: Any) -> None:
    def page(request: BaseHTTPRequestHandler) -> None:
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.connection.close()

    web.pages["/a"] = page
    assert "broke off" in refusal(web.at + "/a")


def test_a_server_that_does_not_speak_http(web: Any) -> None:
    web.pages["/a"] = lambda request: request.wfile.write(b"220 hello\r\n")
    assert "broke off" in refusal(web.at + "/a")


def test_a_server_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "in time" in refusal(f"http://127.0.0.1:{silent.getsockname()[1]}/a")


def test_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "no server answers" in refusal(f"http://me:hunter22@127.0.0.1:{port}/a")


def test_no_server_of_that_name() -> None:
    assert "name" in refusal("http://me:hunter22@host.invalid/a")


def test_a_redirection_is_followed_with_the_method(web: Any) -> None:
    web.put("/b", b"abc", ETag='"t"')
    url = web.put("/a", b"", status=302, Location="/b")
    assert WebSource().entries(url)[0].etag == "t"
    assert [(method, path) for method, path, _ in web.asked] == [("HEAD", "/a"), ("HEAD", "/b")]


def test_a_redirection_in_a_circle(web: Any) -> None:
    assert "circle" in refusal(web.put("/a", b"", status=302, Location="/a"))


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://host/x", "data:,x", "s3://b/x"])
def test_a_redirection_to_another_protocol(web: Any, to: str) -> None:
    assert "not followed" in refusal(web.put("/a", b"", status=302, Location=to))


def test_a_redirection_never_leads_from_https_to_http() -> None:
    request = urllib.request.Request("https://me.invalid/a", method="HEAD")
    with pytest.raises(OSError, match=r"from https:// to http://, which is not followed"):
        _Redirects().redirect_request(request, io.BytesIO(), 302, "", {}, "http://me.invalid/a")
    further = _Redirects().redirect_request(request, io.BytesIO(), 302, "", {}, "https://other.invalid/a")
    assert (further.full_url, further.get_method()) == ("https://other.invalid/a", "HEAD")


def test_a_password_goes_to_its_server_alone(web: Any) -> None:
    web.put("/b", b"abc")
    url = web.put("/a", b"", status=302, Location=f"{web.at}/b")
    (entry,) = WebSource().entries(url.replace("://", "://me:hunter22@"))
    assert "hunter22" not in entry.url
    headers = [headers.get("Authorization") for _, _, headers in web.asked]
    assert headers == [f"Basic {base64.b64encode(b'me:hunter22').decode()}", None]
