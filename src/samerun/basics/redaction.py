"""The one redactor: no secret reaches the disk, and what was taken out can still be compared.

A secret becomes ``<redacted:0123abcd>``, eight hex digits of its BLAKE3 under the store's own key: equal secrets are
marked alike in one store, and nobody without the key can try out guesses. What is found: values known to be secret,
values of variables, options and keys with a telling name, and the forms in ``secret_values``. What has no known form,
no telling name and was never named is not found.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from blake3 import blake3

from samerun.basics import files
from samerun.basics.secret_names import is_secret_name
from samerun.basics.secret_values import forms_in, mark_forms, mark_users

KEY_BYTES = 32
_MARK = re.compile(r"<redacted:[0-9a-f]{8}>")
_SHORTEST = 6
_UNLIKELY = 16
_ORDINARY = frozenset({"default", "disabled", "enabled", "localhost", "changeme", "username"})
_NO_SECRETS = frozenset({"none", "null", "true", "false", "str", "optional", "bearer", "basic", "token"})
_HINTS = ("key", "tok", "pas", "pwd", "secret", "cred", "auth", "cookie", "jwt", "bearer", "sig")
# Possessive, and never begun within a word: a line of 64 KiB without a space must not cost the square of it.
_NAMED = re.compile(
    r"""(?<![\w.\-])(?P<name>-{0,2}\w[\w.\-]*+)(?P<between>["']?\s{0,3}(?:=>|=|:)\s{0,3}["']?|\s{1,8}(?=\S))"""
)
# A variable as the shell is given one, alone on its line: a program's text looks so only where it names another one.
_ASSIGNED = re.compile(
    r"""^[ \t]*+(?:export |ENV |set )?+([A-Z][A-Z0-9_]{2,64}+)="""
    r"""(?P<q>["']?+)([A-Za-z0-9+/_\-]{16,512}+={0,2}+)(?P=q)[ \t\r]*+$""",
    re.MULTILINE,
)
_HEX = re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{20,}")
_QUOTED = re.compile(r"""(?<=["'])[^"'\n]+""")
_BARE = re.compile(r"""[^\s"',;&)\]}]+""")
_OPTION = re.compile(r"--?[\w.\-]+\Z")
_SIGNED = frozenset({"sig", "signature", "x-amz-signature", "x-amz-credential", "x-goog-signature"})


class Redactor:
    """Takes secrets out of whatever is about to be written.

    Args:
        secret_values: values that are known to be secret, wherever they turn up (those under 6 letters are
            left alone: they would be found everywhere).
        key: what marks are computed with (32 bytes, see ``key_at``); None draws one for this process.
    """

    def __init__(self, secret_values: Iterable[str] = (), *, key: bytes | None = None) -> None:
        self._key = key if key is not None else os.urandom(KEY_BYTES)
        self._known: set[str] = set()
        self._spelled: dict[str, str] = {}  # each spelling of a known value -> the value
        self._pattern: re.Pattern[str] | None = None
        self.learn(secret_values)

    def learn(self, secret_values: Iterable[str]) -> None:
        """Add values that are secret from now on."""
        new = {value for value in secret_values if _is_telling(value)} - self._known
        if new:
            self._known |= new
            self._spelled = {form: value.strip() for value in self._known for form in _forms_of(value)}
            longest_first = sorted(self._spelled, key=len, reverse=True)
            self._pattern = re.compile("|".join(re.escape(form) for form in longest_first))

    def mark(self, secret: str) -> str:
        """Return what stands for ``secret``; a mark, and nothing at all, stand for themselves."""
        if not secret or _MARK.fullmatch(secret):
            return secret
        return f"<redacted:{blake3(secret.encode('utf-8', 'surrogatepass'), key=self._key).hexdigest(4)}>"

    def is_secret_name(self, name: str) -> bool:
        """Say whether a name promises a secret."""
        return is_secret_name(name)

    def text(self, text: str) -> str:
        """Return ``text`` without secrets; what is printed, a diff, a message. About 5 microseconds a line."""
        if self._pattern is not None:
            text = self._pattern.sub(lambda found: self.mark(self._spelled[found[0]]), text)
        text = mark_forms(text, self.mark)
        lowered = text.lower()
        return self._without_given(text) if any(hint in lowered for hint in _HINTS) else text

    def _without_given(self, text: str) -> str:
        """Replace the value of each ``name = value`` whose name is telling and whose value can be meant."""
        parts, done = [], 0
        for name, between, value, start in _given(text):
            if start >= done and not _MARK.match(value) and _can_be_meant(name, between, value):
                parts += [text[done:start], self.mark(value)]
                done = start + len(value)
        return "".join([*parts, text[done:]])

    def arguments(self, arguments: list[str]) -> list[str]:
        """Return a command's arguments without secrets: ``--api-key X``, ``--api-key=X``, ``wandb.api_key=X``, URLs."""
        redacted: list[str] = []
        secret_follows = False
        for argument in arguments:
            if secret_follows and not argument.startswith("--"):
                redacted.append(self.mark(argument))
                secret_follows = False
                continue
            secret_follows = bool(_OPTION.match(argument)) and is_secret_name(argument) and len(argument) > 2
            redacted.append(self._argument(argument))
        return redacted

    def _argument(self, argument: str) -> str:
        name, equals, value = argument.partition("=")
        if equals and is_secret_name(name):
            return f"{name}={self.mark(value)}"
        return self.text(argument)

    def variable(self, name: str, value: str) -> str:
        """Return the value of an environment variable without secrets."""
        return self.mark(value) if is_secret_name(name) else self.text(value)

    def url(self, url: str) -> str:
        """Return a URL (a remote, an index) with its user part, query and fragment marked."""
        if "://" not in url:
            return self.text(url)
        try:
            parts = urlsplit(mark_users(url, self.mark))
        except ValueError:
            return self.mark(url)
        return self.text(urlunsplit(parts._replace(query=self.mark(parts.query), fragment=self.mark(parts.fragment))))

    def document(self, value: Any) -> Any:
        """Return a JSON value without secrets, by its keys and by its texts."""
        if isinstance(value, dict):
            return {self._key_text(key): self._under(key, below) for key, below in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.document(each) for each in value]
        return self.text(value) if isinstance(value, str) else value

    def _key_text(self, key: Any) -> Any:
        return self.text(key) if isinstance(key, str) else key

    def _under(self, key: Any, value: Any) -> Any:
        if not isinstance(key, str) or not is_secret_name(key):
            return self.document(value)
        if isinstance(value, (list, tuple)):
            return [self._under(key, each) for each in value]
        if isinstance(value, dict) or value is None or isinstance(value, bool):
            return self.document(value)
        return self.mark(str(value))

    @property
    def knows_values(self) -> bool:
        """Whether there is any value that ``knows`` could find."""
        return bool(self._spelled)

    def knows(self, data: bytes) -> bool:
        """Say whether bytes of any kind hold a known value, but for words that could stand in a table by chance."""
        forms = (form for form in self._spelled if _looks_random(form) or len(form) >= _UNLIKELY)
        return any(form.encode("utf-8", "surrogateescape") in data for form in forms)

    def holds_secret(self, data: bytes, *, settings: bool = False) -> bool:
        """Say whether a file holds a secret: a known value, a known form, or a literal given to a telling name.

        Stricter than ``text``: ``token = read_token()`` in a program is no secret.

        Args:
            data: the content.
            settings: whether it is a file of settings (YAML, INI, ...), in which a value needs no quotes.
        """
        text = data.decode("utf-8", "replace")
        if self._pattern is not None and self._pattern.search(text):
            return True
        literals = any(_is_literal(*given) or (settings and _is_setting(*given)) for given in _given(text))
        return (
            literals
            or any(map(_is_assigned, _ASSIGNED.finditer(text)))
            or any(_is_no_example(secret) for secret in forms_in(text))
        )


def _is_telling(value: str) -> bool:
    long_enough = len(value) >= (8 if value.isdigit() else _SHORTEST)
    return long_enough and value.lower() not in _ORDINARY and not os.path.isabs(value)


def _forms_of(value: str) -> set[str]:
    """Return the spellings in which a value turns up: as it is, in a URL, in JSON."""
    plain = value.strip()
    try:
        return {plain, quote(plain, safe=""), json.dumps(plain)[1:-1]}
    except UnicodeEncodeError:
        return {plain}


def _can_be_meant(name: str, between: str, value: str) -> bool:
    """Say whether a text after a telling name can be its value rather than the next word of a sentence."""
    if not between.strip(" \t"):  # "--api-key X" in a printed command, but not "the password is"
        return (name.startswith("--") and not value.startswith("-")) or _looks_random(value)
    if value.lower() in _NO_SECRETS or value.startswith(("$", "{")) or (value.isdigit() and "pass" not in name.lower()):
        return False
    return _looks_random(value) or (len(value) >= 4 and "(" not in value and "[" not in value)


def _looks_random(value: str) -> bool:
    letters = any(letter.isalpha() for letter in value)
    return len(value) >= 8 and letters and any(letter.isdigit() for letter in value) and "(" not in value


def _is_no_example(secret: str) -> bool:
    lowered = secret.lower()
    return not any(word in lowered for word in ("example", "user:pass", "xxxx", "<redacted", "{", "your"))


def _is_literal(name: str, between: str, value: str, start: int) -> bool:
    return between.endswith(('"', "'")) and len(value) >= 12 and is_secret_name(name) and _looks_random(value)


def _is_assigned(found: re.Match[str]) -> bool:
    """Say whether a variable of the shell is given a secret: never the name of another variable, or a word."""
    value = found[3]
    mixed = any(map(str.islower, value)) and any(map(str.isupper, value)) and any(map(str.isdigit, value))
    return is_secret_name(found[1]) and (mixed or _HEX.fullmatch(value) is not None) and _is_no_example(value)


def _is_setting(name: str, between: str, value: str, start: int) -> bool:
    if not is_secret_name(name) or not between.strip(" \t") or not _is_no_example(value):
        return False
    is_password = any(hint in name.lower() for hint in ("pass", "pwd", "secret"))
    return _can_be_meant(name, between, value) if is_password else len(value) >= 12 and _looks_random(value)


def _given(text: str) -> Iterator[tuple[str, str, str, int]]:
    """Yield name, what stands between, value, and where that begins, for each telling name with something after it."""
    for found in _NAMED.finditer(text):
        name = found["name"]
        if is_secret_name(name) or name.lower() in _SIGNED:
            value = _QUOTED.match(text, found.end()) or _BARE.match(text, found.end())
            if value is not None:
                yield name, found["between"], value[0], found.end()


def key_at(path: Path) -> bytes:
    """Return the key kept in a file (0o600), made the first time; many processes may ask at once.

    Raises:
        OSError: it can neither be read nor made.
    """
    while True:
        try:
            key = files.read_bytes(path)
        except FileNotFoundError:
            files.create_once(path, os.urandom(KEY_BYTES))
            continue
        # A key that somebody damaged is still a key: it must not change again.
        return key if len(key) == KEY_BYTES else blake3(key).digest()


class RedactedStream:
    """Redacts what comes in pieces, line by line; a private key over many lines is one secret.

    Args:
        redactor: what redacts.
    """

    _LONGEST = 1 << 16

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._rest = b""
        self._in_key = False

    def feed(self, data: bytes) -> bytes:
        """Return what can be written of all that has come so far; a begun line waits for its end."""
        self._rest += data
        end = max(self._rest.rfind(b"\n"), self._rest.rfind(b"\r")) + 1
        if not end and len(self._rest) > self._LONGEST:
            end = len(self._rest)
        whole, self._rest = self._rest[:end], self._rest[end:]
        return b"".join(self._line(line) for line in whole.splitlines(keepends=True))

    def finish(self) -> bytes:
        """Return the last line, which has no end."""
        rest, self._rest = self._rest, b""
        return self._line(rest) if rest else b""

    def _line(self, line: bytes) -> bytes:
        if self._in_key:
            self._in_key = b"-----END" not in line
            return b""
        text = line.decode("utf-8", "surrogateescape")
        self._in_key = "-----BEGIN" in text and "PRIVATE KEY" in text and "-----END" not in text
        redacted = self._redactor.text(text)
        if self._in_key:
            redacted = redacted.rstrip("\r\n") + "\n"
        return redacted.encode("utf-8", "surrogateescape")
