"""What tests of data share: a web server that may lie, and repositories as real versions of DVC (3.67, 2.45) left them.

tests/frameworks makes such repositories anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

DVC_3: dict[str, bytes] = {
    "train.csv": b"id,label\n1,cat\r\n",
    "train.csv.dvc": b"outs:\n- md5: e60235ad2dc5e35aa1e5258b5a0156ca\n  size: 16\n  hash: md5\n  path: train.csv\n",
    "images/a.txt": b"a\n",
    "images/empty": b"",
    "images/sub/b.txt": b"b\n",
    "images.dvc": (
        b"outs:\n- md5: 40114074accdf21b57a1156dcaea1730.dir\n  size: 4\n  nfiles: 3\n  hash: md5\n  path: images\n"
    ),
    ".dvc/cache/files/md5/40/114074accdf21b57a1156dcaea1730.dir": (
        b'[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "a.txt"}, '
        b'{"md5": "d41d8cd98f00b204e9800998ecf8427e", "relpath": "empty"}, '
        b'{"md5": "3b5d5c3712955042212316173ccf37be", "relpath": "sub/b.txt"}]'
    ),
    ".dvc/cache/files/md5/e6/0235ad2dc5e35aa1e5258b5a0156ca": b"id,label\n1,cat\r\n",
    "out.csv": b"id,label\n1,cat\nid,label\n1,cat\n",
    "model/w.bin": b"x" * 100,
    "metrics.json": b'{"acc": 0.5}',
    "dvc.lock": b"""schema: '2.0'
stages:
  gen:
    cmd: python gen.py
    deps:
    - path: train.csv
      hash: md5
      md5: e60235ad2dc5e35aa1e5258b5a0156ca
      size: 16
    params:
      params.yaml:
        lr: 0.1
    outs:
    - path: metrics.json
      hash: md5
      md5: dc926bee53673c8ee852d87143691bae
      size: 12
    - path: model
      hash: md5
      md5: 0491e24a4ecc88ea4d61673011af8ead.dir
      size: 100
      nfiles: 1
    - path: out.csv
      hash: md5
      md5: 054f0a693c9982dbd649a50ec7184072
      size: 30
""",
}

DVC_2: dict[str, bytes] = {
    "dos.csv": b"id,label\r\n1,cat\r\n",
    "dos.csv.dvc": b"outs:\n- md5: 0f73e4cad20754a1eec8c0884f93c799\n  size: 17\n  path: dos.csv\n",
    "binary": b"a\r\n\0b",
    "binary.dvc": b"outs:\n- md5: 0a5986ef253b3fe77ed678a3e68868ab\n  size: 5\n  path: binary\n",
    ".dvcignore": b"*.tmp\n",
    "images/a.txt": b"a\r\n",
    "images/sub/b.txt": b"b\n",
    "images/skip.tmp": b"x",
    "images.dvc": b"outs:\n- md5: 849835d274483dc683eb416d6e4f887d.dir\n  size: 5\n  nfiles: 2\n  path: images\n",
    ".dvc/cache/84/9835d274483dc683eb416d6e4f887d.dir": (
        b'[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "a.txt"}, '
        b'{"md5": "3b5d5c3712955042212316173ccf37be", "relpath": "sub/b.txt"}]'
    ),
    "code/dvc.yaml": b"""stages:
  copy:
    wdir: out
    cmd: cp ../../dos.csv copy.csv
    deps: [../../dos.csv]
    outs: [copy.csv]
""",
    "code/out/copy.csv": b"id,label\r\n1,cat\r\n",
    "code/dvc.lock": b"""schema: '2.0'
stages:
  copy:
    cmd: cp ../../dos.csv copy.csv
    deps:
    - path: ../../dos.csv
      md5: 0f73e4cad20754a1eec8c0884f93c799
      size: 17
    outs:
    - path: copy.csv
      md5: 0f73e4cad20754a1eec8c0884f93c799
      size: 17
""",
}


@pytest.fixture
def dvc_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository of DVC 3 the current folder."""
    return _put(DVC_3, tmp_path / "dvc_3", monkeypatch)


@pytest.fixture
def dvc_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository of DVC 2 the current folder: text by its lines, lists at the top of the cache, a ``wdir``."""
    return _put(DVC_2, tmp_path / "dvc_2", monkeypatch)


def _put(files: dict[str, bytes], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (folder / ".dvc").mkdir(parents=True)
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    monkeypatch.chdir(folder)
    return folder


class Web:
    """A web server on this machine that does with each path what it is told, however odd.

    ``pages`` maps a path to a function that answers a request; ``asked`` are the requests so far, with their headers.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web.asked.append((self.command, self.path, dict(self.headers)))
                self.close_connection = True
                page = web.pages.get(self.path.partition("?")[0])
                if page is None:
                    self.send_error(404)
                else:
                    page(self)

            do_HEAD = do_GET

            def log_message(self, *_: object) -> None:
                """Be silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.at = f"http://127.0.0.1:{self.server.server_port}"

    def put(self, path: str, content: bytes, status: int = 200, length: int | None = -1, **headers: str) -> str:
        """Answer a path with bytes; ``length`` is what is promised (None: nothing). Return the address."""

        def page(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            if length is not None:
                request.send_header("Content-Length", str(len(content) if length == -1 else length))
            request.end_headers()
            if request.command == "GET":
                request.wfile.write(content)

        self.pages[path] = page
        return self.at + path


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Run a web server on this machine."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    web = Web()
    thread = threading.Thread(target=web.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield web
    web.server.shutdown()
    web.server.server_close()
    thread.join()
