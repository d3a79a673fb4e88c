"""Compare two lines of text, token by token: numbers as numbers; the run's own times and names are passed over."""

from __future__ import annotations

from msgspec.structs import replace

from samerun.basics.numbers import agree
from samerun.outputs.comparing import Comparing
from samerun.outputs.deviations import of_pair
from samerun.outputs.field_names import denies_time, roles_of
from samerun.outputs.gathering import Gatherer
from samerun.outputs.moments import is_moment, is_span, parse_span
from samerun.outputs.showing import by_how_much, clean
from samerun.outputs.tokens import LONGEST_LINE, Token, name_before, tokenise
from samerun.outputs.volatile import DECLARED, is_declared, own, why_of_roles
from samerun.record.difference import Difference, identical
from samerun.record.window import Window

_MOST_TOKENS = 20
_LEAST_PROCESS = 100


def compare_line(label: str, a: str, b: str, comparing: Comparing) -> Difference:
    """Compare two lines of text.

    Args:
        label: what the line is called in the tree, such as ``line 17``.
        a: one line, without its end.
        b: the other.
        comparing: tolerances (for numbers written with a point or an exponent), windows and volatile names.

    Returns:
        A child for each differing token; ``equivalent`` where all of them are times, paths or names of the run.
    """
    if a == b:
        return identical(label)
    texts = clean(a), clean(b)
    if max(len(a), len(b)) > LONGEST_LINE:
        return Difference(label, "different", "too long to be compared by words", *texts)
    left, right = own(a, comparing.a), own(b, comparing.b)
    if left == right:
        return Difference(label, "equivalent", "", *texts, volatile="a path or name of the run")
    ours, theirs = tokenise(left), tokenise(right)
    if len(ours) != len(theirs):
        return Difference(label, "different", f'"{texts[0]}" -> "{texts[1]}"', *texts)
    if ours == theirs:
        return Difference(label, "different", "only white space differs", *texts)
    return _compare_tokens(label, ours, theirs, texts, comparing)


def _compare_tokens(
    label: str, a: tuple[Token, ...], b: tuple[Token, ...], texts: tuple[str, str], comparing: Comparing
) -> Difference:
    gatherer = Gatherer(_MOST_TOKENS)
    for position, (left, right) in enumerate(zip(a, b, strict=True)):
        if left.text != right.text:
            name = name_before(a, position)
            name = name if name == name_before(b, position) else ""
            if _is_bracketed_process(a, position, comparing.a) and _is_bracketed_process(b, position, comparing.b):
                name = "pid"
            gatherer.add(_compare_token(name, left, right, comparing))
    lead = gatherer.lead
    detail = f"{lead.label} {lead.detail}" if lead is not None else ""
    found = gatherer.finish(label, detail, lead.deviation if lead is not None else None)
    return replace(found, a=texts[0], b=texts[1])


def _is_bracketed_process(tokens: tuple[Token, ...], position: int, window: Window) -> bool:
    """Say whether a number is ``[4711]``, as logs write the process; a small one may be anything else."""
    around = "".join(token.text for token in tokens[max(0, position - 1) : position + 2])
    number = tokens[position].number
    return around == f"[{tokens[position].text}]" and number in window.pids and number >= _LEAST_PROCESS


def _compare_token(name: str, a: Token, b: Token, comparing: Comparing) -> Difference:
    label = name or a.kind
    reason = _why_volatile(name, a, b, comparing)
    if reason:
        return Difference(label, "equivalent", f"{clean(a.text)} -> {clean(b.text)}", a.text, b.text, volatile=reason)
    ours, theirs = a.number, b.number
    if ours is None or theirs is None:
        return Difference(label, "different", f"{clean(a.text)} -> {clean(b.text)}")
    floats = isinstance(ours, float) or isinstance(theirs, float)
    near = floats and (comparing.rtol or comparing.atol) and agree(ours, theirs, comparing.rtol, comparing.atol)
    how = by_how_much(ours, theirs) if ours != theirs else " (the same number, written differently)"
    said = f"{a.text} -> {b.text}{how}"
    return Difference(label, "within-tolerance" if near else "different", said, deviation=of_pair(ours, theirs))


def _why_volatile(name: str, a: Token, b: Token, comparing: Comparing) -> str:
    if name and is_declared((name.replace(" ", "_"),), comparing):
        return DECLARED
    if a.is_time and b.is_time and _are_times(name, a, b, comparing):
        return f"a {'time' if a.kind != 'rate' else 'rate over a span'} of the run"
    ours, theirs = _value(a), _value(b)
    if _is_stamp(ours, comparing.a) and _is_stamp(theirs, comparing.b):
        return "a moment within the run"
    return why_of_roles(roles_of(name), ours, theirs, comparing) if name else ""


def _are_times(name: str, a: Token, b: Token, comparing: Comparing) -> bool:
    if denies_time(name):
        return False
    return _is_remaining(name, a, b) or (_is_time(a, comparing.a) and _is_time(b, comparing.b))


def _is_remaining(name: str, a: Token, b: Token) -> bool:
    """Say whether both are estimates of the time that is left: they may be longer than the run was in the end."""
    return name.lower().endswith("eta") and parse_span(a.text) is not None and parse_span(b.text) is not None


def _is_time(token: Token, window: Window) -> bool:
    """Judge a token that is written like a time by the run that it is from."""
    if token.kind == "rate":
        return True
    if token.kind == "prefix":
        return is_moment(token.text.split()[1], window)
    text = token.text.partition("<")[0].replace(",", ".") if token.kind in ("progress", "clock") else token.text
    return is_moment(token.text, window) or (parse_span(text) is not None and is_span(text, window))


def _is_stamp(value: str | int | float, window: Window) -> bool:
    """Say whether a bare number is long enough to be no other than seconds since the epoch, and is within the run."""
    return isinstance(value, int | float) and abs(value) >= 1e8 and is_moment(float(value), window)


def _value(token: Token) -> str | int | float:
    number = token.number
    return token.text if number is None else number
