"""Files whose content is never kept: they hold a secret."""

from __future__ import annotations

import re

from samerun.basics.redaction import Redactor

_NAMES = re.compile(
    r"(^|/)(\.env(\..*)?|\.netrc|_netrc|\.pypirc|\.npmrc|\.pgpass|\.htpasswd|credentials(\.\w+)?|secrets?(\.\w+)?|id_(rsa|dsa|ecdsa|ed25519)"
    r"|[^/]*\.(pem|key|p12|pfx|jks|keystore|kdbx|gpg|asc)|kubeconfig|token(\.txt)?)$",
    re.IGNORECASE,
)

_SETTINGS = (".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".conf", ".properties")

LOOKED_AT = 256 * 1024
"""How many first bytes are searched for secrets; a table of numbers of many megabytes holds none."""


def is_secret_file(path: str, content: bytes, redactor: Redactor) -> bool:
    """Say whether a file is a secret by its name, or holds one that the redactor finds."""
    if _NAMES.search(path):
        return True
    head = content[:LOOKED_AT]
    return b"\0" not in head and redactor.holds_secret(head, settings=path.lower().endswith(_SETTINGS))
