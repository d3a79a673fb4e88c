"""What secrets look like wherever they stand: the forms that their issuers gave them.

Each entry is a text that must occur (so that an ordinary line costs a search or two) and a pattern; group 1 is the
secret, or the whole match where there is no group.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_EDGE = r"(?<![A-Za-z0-9])"

FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (trigger, re.compile(pattern))
    for trigger, pattern in (
        ("PRIVATE KEY", r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)"),
        *((kind, _EDGE + kind + r"[0-9A-Z]{16}(?![0-9A-Z])") for kind in ("AKIA", "ASIA", "AROA", "AIDA")),
        ("gh", _EDGE + r"gh[opusr]_[A-Za-z0-9]{30,}"),
        ("github_pat_", _EDGE + r"github_pat_[A-Za-z0-9_]{20,}"),
        ("gl", _EDGE + r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt|oas)-[A-Za-z0-9_.\-]{18,}"),
        ("hf_", _EDGE + r"hf_[A-Za-z0-9]{20,}"),
        ("api_org_", _EDGE + r"api_org_[A-Za-z]{30,}"),
        ("sk-", _EDGE + r"sk-(?=[A-Za-z_\-]*[0-9])[A-Za-z0-9_\-]{20,}"),
        ("k_", _EDGE + r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"),
        ("xox", _EDGE + r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
        ("xapp-", _EDGE + r"xapp-[0-9]-[A-Za-z0-9-]{10,}"),
        ("hooks.slack.com/", r"hooks\.slack\.com/services/([A-Za-z0-9/]+)"),
        ("AIza", _EDGE + r"AIza[0-9A-Za-z_\-]{35}"),
        ("ya29.", _EDGE + r"ya29\.[0-9A-Za-z_\-]{20,}"),
        ("GOCSPX-", _EDGE + r"GOCSPX-[0-9A-Za-z_\-]{20,}"),
        ("eyJ", _EDGE + r"eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{4,}"),
        ("npm_", _EDGE + r"npm_[A-Za-z0-9]{36}"),
        ("pypi-", _EDGE + r"pypi-[A-Za-z0-9_\-]{50,}"),
        ("dapi", _EDGE + r"dapi[0-9a-f]{32}"),
        ("r8_", _EDGE + r"r8_[A-Za-z0-9]{30,}"),
        ("dop_v1_", _EDGE + r"dop_v1_[a-f0-9]{60,}"),
        ("SG.", _EDGE + r"SG\.[A-Za-z0-9_\-]{20,}\.[A-Za-z0-9_\-]{30,}"),
        ("AccountKey=", r"AccountKey=([A-Za-z0-9+/=]{20,})"),
        ("earer ", r"[Bb]earer ([A-Za-z0-9._~+/\-]{12,}=*)"),
        ("uthorization", r"(?i)authorization[\"']?\s*[:=]\s*[\"']?(?:basic|bearer|token)\s+([^\s\"']+)"),
    )
)

_USER = re.compile(r"(?<![A-Za-z0-9+.\-])(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://(?P<user>[^\s/?#\"'<>]+)@")
_LOGIN_NAMES = ("ssh", "git+ssh", "sftp")

Mark = Callable[[str], str]


def mark_forms(text: str, mark: Mark) -> str:
    """Return ``text`` with ``mark(secret)`` in the place of everything that has the form of a secret."""
    for trigger, pattern in FORMS:
        if trigger in text:
            text = pattern.sub(lambda found: _put(found, mark), text)
    return mark_users(text, mark) if "://" in text and "@" in text else text


def _put(found: re.Match[str], mark: Mark) -> str:
    secret = found[found.lastindex or 0]
    return found[0].replace(secret, mark(secret))


def mark_users(text: str, mark: Mark) -> str:
    """Mark what stands before the ``@`` of each URL; a login name of ssh without a password is none."""
    return _USER.sub(lambda found: _put_user(found, mark), text)


def _put_user(found: re.Match[str], mark: Mark) -> str:
    if found["scheme"].lower() in _LOGIN_NAMES and ":" not in found["user"]:
        return found[0]
    return f"{found['scheme']}://{mark(found['user'])}@"


def forms_in(text: str) -> Iterator[str]:
    """Yield all that has the form of a secret in ``text``."""
    found: list[str] = []

    def keep(secret: str) -> str:
        found.append(secret)
        return ""

    mark_forms(text, keep)
    yield from found
