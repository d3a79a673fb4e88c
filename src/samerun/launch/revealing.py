"""Secret arguments of a recorded command, found again in the present environment by their marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from samerun.basics.redaction import Redactor

_MARK = re.compile(r"<redacted:[0-9a-f]{8}>")


def reveal(argv: Sequence[str], secrets: Iterable[str], redactor: Redactor) -> tuple[list[str], list[str]]:
    """Return an argument vector with its secrets in their places again, and a sentence for each that is not known.

    Args:
        argv: the recorded arguments, in which secrets are marked; one that is not known stays a mark.
        secrets: the values that are secret now: of variables and of ``.env``.
        redactor: the store's, which gives equal secrets equal marks.
    """
    if not any(_MARK.search(word) for word in argv):
        return list(argv), []
    known = {redactor.mark(value): value for value in secrets}
    notes = [
        f"argument {number} of the command was a secret and was not kept; the replay ran with a mark in its place "
        "(set a variable such as API_KEY to the secret, and replay again)"
        for number, word in enumerate(argv)
        if any(mark not in known for mark in _MARK.findall(word))
    ]
    return [_MARK.sub(lambda found: known.get(found[0], found[0]), word) for word in argv], notes
