"""The lines of the user's own code, those of one statement joined, without what is taken out of libraries."""

from __future__ import annotations

import os
import sys

from .. import frames
from .reading_code import Line, lines_of
from .statements import imported_into, left_by, spans_of

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import CodeType

_known: dict[int, tuple[CodeType, dict[int, Line]]] = {}


def lines_in(code: CodeType) -> dict[int, Line]:
    """Return what there is to know of each line of a code object; the lines of one statement share theirs."""
    known = _known.get(id(code))
    if known is None:
        known = _known[id(code)] = (code, _statements(code))
    return known[1]


def _statements(code: CodeType) -> dict[int, Line]:
    """Return what there is to know of each line, those of one statement joined."""
    spans, own = spans_of(code.co_filename), lines_of(code)
    joined: dict[int, Line] = {}
    for number, line in own.items():
        first, last = spans.get(number, (number, number))
        whole = joined.setdefault(first, Line())
        whole.join(line, number, (first, last))
    foreign, left = _foreign(code), left_by(code.co_filename)
    for first, whole in joined.items():
        whole.leave_out(foreign)
        whole.leaves = left.get(first, whole.leaves)
    return {number: joined[spans.get(number, (number, number))[0]] for number in own}


def _foreign(code: CodeType) -> frozenset[str]:
    """Return the names that a file takes out of libraries: what they hold is no value of the program's own."""
    own = frozenset(code.co_varnames)
    taken = imported_into(code.co_filename).items()
    return frozenset(name for name, module in taken if name not in own and not _is_users(module.partition(".")[0]))


def _is_users(module: str) -> bool:
    """Say whether a module, imported already or not, lies in a folder of the user's own on the search path."""
    places = [os.path.join(entry, module) for entry in sys.path if type(entry) is str]
    found = next((place for place in places if os.path.isdir(place) or os.path.isfile(place + ".py")), None)
    return found is not None and frames.is_user_file(found + ".py")
