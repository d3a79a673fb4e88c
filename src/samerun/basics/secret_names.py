"""Which names promise a secret: ``api_key`` and ``HF_TOKEN`` do, ``num_tokens`` and ``pad_token_id`` do not."""

from __future__ import annotations

import re
from functools import lru_cache


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_ALWAYS = _set(
    "password passwords passwd passphrase passcode secret secrets credential credentials apikey accesskey privatekey "
    "secretkey authtoken accesstoken bearer jwt authorization connectionstring cookie"
)
_GLUED = ("password", "passwd", "passphrase", "apikey", "secretkey", "accesskey", "privatekey")
_KEYS = _set(
    "api access private secret ssh encryption signing account license subscription service master auth session storage "
    "shared client deploy gpg pgp rsa app application write read admin registry"
)
_NO_SECRET_TOKEN = _set(
    "cls pad eos bos unk sep mask masked special class dist per new num n max min image img audio video stop start end "
    "begin first last next prefix extra additional decoder add use drop register query latent special boundary fim eot "
    "eod bod nl cls0 global storage separator split word sub char visual text language lang timestep time"
)
_NO_VALUES = _set(
    "length len count size dim dims policy path file dir folder type types method url uri sock enabled required ratio "
    "rate prob weight loss names name parallelism timeout ttl expiry version mode ids num attempts prompt field"
)
_COUNTS = _set("use num n max min has is with no require requires allow enable")


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Say whether the value of a variable, an option or a key of this name is to be taken for a secret."""
    words = _words(name)
    if not words or words[-1] in _NO_VALUES or _counts(name):
        return False
    glued = any(word.endswith(_GLUED) for word in words)
    return glued or not _ALWAYS.isdisjoint(words) or _is_token(words) or _is_key(words) or _is_login(words)


def _counts(name: str) -> bool:
    """Say whether a name, ``db.use_password`` too, is that of a number or a switch."""
    last = _words(re.split(r"[.:]", name)[-1])
    return bool(last) and last[0] in _COUNTS


def _words(name: str) -> list[str]:
    """Return the words of a name, without numbers and a closing ``value``."""
    words = [word.lower() for word in _WORD.findall(name)]
    while words and (words[-1].isdigit() or words[-1] == "value"):
        words.pop()
    return words


def _is_token(words: list[str]) -> bool:
    if words[-1] == "tokens":
        return len(words) > 1 and words[-2] in ("auth", "access", "api", "refresh")
    return words[-1] in ("token", "pat") and (len(words) < 2 or words[-2] not in _NO_SECRET_TOKEN) and words != ["pat"]


def _is_key(words: list[str]) -> bool:
    pairs = zip(words, words[1:], strict=False)
    return words[-1] in ("key", "keys", "id") and any(a in _KEYS and b in ("key", "keys") for a, b in pairs)


def _is_login(words: list[str]) -> bool:
    if words[-1] == "pwd":  # PWD and OLDPWD are folders
        return len(words) > 1 and words[-2] != "old"
    return words[-1] == "auth"
