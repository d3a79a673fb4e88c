"""Addresses of remote files: which are taken, and what of them may be kept. Credentials never are."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

from samerun.basics.redaction import Redactor
from samerun.basics.secret_names import is_secret_name
from samerun.data.remote_names import ADDRESS
from samerun.errors import BadOption

PROTOCOLS = ("s3", "gs", "gcs", "az", "abfs", "abfss", "hf", "http", "https", "memory")
"""What may stand before ``://``. Nothing that reads this machine's files or unfolds another address is among them."""

_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_SIGNING = ("x-amz-", "x-goog-", "x-ms-", "x-oss-", "x-cos-")
_SIGNED = frozenset(
    ("sig", "signature", "expires", "policy", "se", "sp", "sv", "sr", "st", "skoid", "rlkey", "awsaccesskeyid")
)
_LONGEST_PLAIN = 20


class Kept(NamedTuple):
    """An address as it may be written down; ``cut`` says that a query was left out that the server may want."""

    url: str
    cut: bool = False


def is_web(url: str) -> bool:
    """Say whether an address is one of ``http`` or ``https``."""
    return url.lower().startswith(("http://", "https://"))


def checked_url(url: str) -> str:
    """Return an address that can be read from here.

    Raises:
        BadOption: its protocol is not offered, it names nothing, or it holds what no address can.
    """
    found = ADDRESS.match(url)
    if not found:  # what was given is not repeated: it may hold a password
        sentence = "What was given is no address: it does not begin with a protocol such as https:// or s3://."
        raise BadOption(sentence, "Give a whole address; files of this machine are locked as data.lock does.")
    protocol = found[1].lower()
    if protocol not in PROTOCOLS or "::" in url.partition("/")[0]:
        hint = (
            "Give the path as it is." if protocol in ("file", "local") else f"There are: {', '.join(PROTOCOLS[:-1])}."
        )
        raise BadOption(f"Addresses of the form {protocol}:// are not read.", hint)
    if _CONTROL.search(url) if is_web(url) else "\0" in url or "\n" in url:
        raise BadOption("The address holds a space or a control character.", "Write it as %20 and the like.")
    if not split(url).hostname and protocol != "memory":
        raise BadOption("The address names no server or bucket.", "Such as s3://bucket/folder or https://host/file.")
    return url


def split(url: str) -> SplitResult:
    """Return the parts of an address; ``?`` and ``#`` are ordinary letters where it is not one of the web.

    Raises:
        BadOption: it has none.
    """
    try:
        if is_web(url):
            return urlsplit(url)
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        return SplitResult(scheme.lower(), host, slash + path, "", "")
    except ValueError as error:
        raise BadOption("The address cannot be taken apart.", "Such as https://host/file.") from error


def kept(url: str) -> Kept:
    """Return an address without user, password, fragment, and without a query that could be a credential.

    Raises:
        BadOption: its path itself holds what looks like a credential.
    """
    parts = split(checked_url(url))
    host = parts.netloc.rpartition("@")[2]
    redactor = Redactor()
    if redactor.text(parts.path) != parts.path:
        raise BadOption(
            "The address holds what looks like a credential in its path.", "Lock a copy, or an address without one."
        )
    cut = bool(parts.query) and not all(_is_plain(name, value, redactor) for name, value in _pairs(parts.query))
    clean = SplitResult(parts.scheme, host, parts.path, "" if cut else parts.query, "")
    # In a bucket, a folder is the same with and without its last slash.
    text = urlunsplit(clean) if is_web(url) else f"{clean.scheme}://{host}{clean.path}".rstrip("/")
    return Kept(text, cut)


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True) or [(query, "")]


def _is_plain(name: str, value: str, redactor: Redactor) -> bool:
    """Say whether a pair of a query is surely no credential."""
    lowered = name.lower()
    if is_secret_name(name) or lowered in _SIGNED or lowered.startswith(_SIGNING):
        return False
    text = f"{name}={value}"
    return max(len(name), len(value)) < _LONGEST_PLAIN and redactor.text(text) == text


def below(url: str, top: str) -> bool:
    """Say whether an address is another one, or lies below it."""
    return url == top or url.startswith(top if top.endswith("/") else f"{top}/")


def said(url: str) -> str:
    """Return an address for a sentence: without credentials, whatever it is."""
    try:
        return kept(url).url
    except BadOption:
        return Redactor().url(url)
