"""Files whose content is never kept: they hold a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from samerun.basics.redaction import Redactor
from samerun.basics.secret_names import is_secret_name

_NAMES = re.compile(
    r"(^|/)(\.env(\..*)?|\.netrc|_netrc|\.pypirc|\.npmrc|\.pgpass|\.htpasswd|id_(rsa|dsa|ecdsa|ed25519)"
    r"|(credentials|secrets?)(\.(?!py$|ipynb$|pyi$)\w+)?"
    r"|[^/]*\.(pem|key|p12|pfx|jks|keystore|kdbx|gpg|asc)|kubeconfig|token(\.txt)?)$",
    re.IGNORECASE,
)

_SETTINGS = (
    *(".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".conf", ".properties"),
    *(".sh", ".bash", ".zsh", ".fish", ".envrc", "dockerfile", "makefile"),
)

LOOKED_AT = 256 * 1024
"""How many first bytes are searched for secrets; a table of numbers of many megabytes holds none."""


def known_secrets(environment: Mapping[str, str], *folders: Path) -> list[str]:
    """Return the values that are secret by their names, in the variables and in the ``.env`` files of these folders."""
    values = [value for name, value in environment.items() if is_secret_name(name)]
    for folder in dict.fromkeys(folders):
        values += _dotenv_secrets(folder / ".env")
    return values


def _dotenv_secrets(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    pairs = (line.removeprefix("export ").partition("=") for line in lines if "=" in line)
    return [value.strip().strip("'\"") for name, _, value in pairs if is_secret_name(name.strip())]


def is_secret_name_of_file(path: str) -> bool:
    """Say whether a file is a secret as a whole, by its name."""
    return _NAMES.search(path) is not None


def is_secret_file(path: str, content: bytes, redactor: Redactor) -> bool:
    """Say whether a file is a secret by its name, or holds one that the redactor finds."""
    if is_secret_name_of_file(path):
        return True
    head = content[:LOOKED_AT]
    return b"\0" not in head and redactor.holds_secret(head, settings=path.lower().endswith(_SETTINGS))
