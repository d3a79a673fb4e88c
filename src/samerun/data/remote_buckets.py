"""Files in buckets (``s3://``, ``gs://``, ``az://``, ``hf://``) by fsspec and the package that it wants for each.

Credentials are found by those packages where they always find them (variables, profiles, roles); they are never looked
at here, and never kept.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from samerun.basics.redaction import Redactor
from samerun.data.remote_files import RemoteEntry, gone, refused
from samerun.data.remote_urls import kept, said, split
from samerun.errors import MissingExtra
from samerun.outputs.late import Late

fsspec: Any = Late("fsspec")  # an optional part

PIECE = 4 << 20
_PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "abfss": "adlfs"}
_TAGS = ("ETag", "etag", "blob_id", "md5Hash", "content_md5", "checksum")
_TIMES = ("LastModified", "last_modified", "updated", "mtime", "modified", "created")
# What the packages raise besides OSError, by the module that must have been imported for it to be raised.
_ERRORS = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp.client_exceptions", "ClientError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("gcsfs.retry", "HttpError"),
    ("azure.core.exceptions", "AzureError"),
    ("requests.exceptions", "RequestException"),
    ("httpx", "HTTPError"),
)


class BucketSource:
    """Reads files of one address's bucket and those below it.

    Args:
        url: the address.
        options: what the package is to be told besides (an endpoint, a profile); used and not kept.
    """

    def __init__(self, url: str, options: Mapping[str, Any] | None = None) -> None:
        self._fs = _file_system(url, options or {})

    def entries(self, url: str) -> list[RemoteEntry]:
        """Return the file at an address, or all below it, as the server lists them now."""
        with _sentences(url):
            self._fs.invalidate_cache()
            path = self._fs._strip_protocol(url)
            facts = self._fs.info(path)
            if facts["type"] != "directory":
                return [self._entry(facts)]
            found = [self._entry(one) for one in self._fs.find(path, detail=True).values() if one["type"] == "file"]
        if not found:
            raise gone(said(url))
        return found

    def pieces(self, url: str) -> Iterator[bytes]:
        """Yield a file's bytes."""
        with _sentences(url), self._fs.open(self._fs._strip_protocol(url), "rb", cache_type="none") as file:
            while piece := file.read(PIECE):
                yield piece

    def _entry(self, facts: Mapping[str, Any]) -> RemoteEntry:
        size = facts.get("size")
        name = kept(self._fs.unstrip_protocol(facts["name"])).url
        return RemoteEntry(name, size if isinstance(size, int) else None, _first(facts, _TAGS), _first(facts, _TIMES))


def _file_system(url: str, options: Mapping[str, Any]) -> Any:
    protocol = split(url).scheme
    try:
        with _sentences(url):
            return fsspec.filesystem(protocol, skip_instance_cache=True, use_listings_cache=False, **options)
    except ImportError as error:
        wanted = f"fsspec {_PACKAGES.get(protocol, '')}".strip() if protocol != "hf" else "fsspec huggingface_hub"
        sentence = f"{protocol}:// is read with {wanted.replace(' ', ' and ')}, of which something is not installed."
        raise MissingExtra(sentence, f"pip install {wanted} brings it.") from error


def _first(facts: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of several facts that is there, as text."""
    value = next((facts[name] for name in names if facts.get(name)), "")
    if isinstance(value, int | float):  # a list may give a moment as a number that is a date for one file
        value = datetime.fromtimestamp(value, UTC)
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    return str(value).strip('"')


@contextmanager
def _sentences(url: str) -> Iterator[None]:
    """Turn what goes wrong in the block into a sentence without credentials."""
    place = said(url)
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise gone(place) from None  # the error may hold the address as it was given
    except PermissionError:
        raise refused(place, "the server refuses it", "Are your credentials there, and may they read it?") from None
    except TimeoutError:
        raise refused(place, "the server does not answer in time", "Try it again.") from None
    except _failures() as error:
        if type(error).__name__ == "FileExpired":  # how s3fs says it
            raise refused(place, "it was changed while it was read", "Try it again.") from None
        words = Redactor().text(" ".join(str(error).replace(url, place).split()))[:200].rstrip(".")
        why = f"it fails ({type(error).__name__}: {words})"
        raise refused(place, why, "Check the address, your credentials and the network.") from None


def _failures() -> tuple[type[Exception], ...]:
    modules = ((sys.modules.get(module), name) for module, name in _ERRORS)
    found = [getattr(module, name, None) for module, name in modules if module is not None]
    return OSError, ValueError, *(one for one in found if isinstance(one, type) and issubclass(one, Exception))
