"""What stands in for a secret among the arguments of a process, before they are written.

The recorder has the redactor; this is the coarse sieve for what lies in the spool while the program runs, and for good
if the recorder is killed. It would rather hide too much: arguments reported from inside are only ever shown.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Sequence

HIDDEN = "<hidden>"
_HINTS = ("key", "tok", "pas", "pwd", "secret", "cred", "auth", "cookie", "jwt", "bearer", "sig", "user")
_LONGEST_PLAIN = 20


def without_secrets(words: Sequence[str]) -> list[str]:
    """Return an argument vector in which nothing is left that could be a secret."""
    shown: list[str] = []
    follows = False
    for word in words:
        if follows and not word.startswith("--"):
            shown.append(HIDDEN)
            follows = False
            continue
        name, equals, value = word.partition("=")
        telling = may_be_secret(name)
        follows = telling and not equals and name.startswith("-")
        if telling and equals and name.replace("-", "").replace(".", "").replace("_", "").isalnum():
            shown.append(name + "=" + HIDDEN)
        else:
            shown.append(HIDDEN if _may_hold_one(word) else word)
    return shown


def may_be_secret(name: str) -> bool:
    """Say whether the value of an option or a variable of this name could be a secret."""
    lowered = name.lower()
    return any(hint in lowered for hint in _HINTS)


def _may_hold_one(word: str) -> bool:
    lowered = word.lower()
    is_address = "://" in word and ("@" in word or "?" in word or "#" in word)
    is_text = any(sign in word for sign in " \"'\n:=") and any(hint in lowered for hint in _HINTS)
    return is_address or is_text or _is_random(word)


def _is_random(word: str) -> bool:
    """Say whether a word holds a long run of letters and digits, as tokens do and names of files seldom."""
    for sign in "/.,:;=@?&#()[]{}<>\"'\n\t":
        word = word.replace(sign, " ")
    return any(
        len(part) >= _LONGEST_PLAIN and any(map(str.isdigit, part)) and any(map(str.isupper, part))
        for part in word.split()
    )
