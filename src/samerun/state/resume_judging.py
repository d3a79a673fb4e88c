"""Judges a resumed training by the ledgers of three runs: uninterrupted, interrupted, resumed.

A piece of state that is not what it was at the same step of the uninterrupted run has not been saved, if it is seen
before the first resumed step has changed anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from samerun.state.components import Component, in_causal_order
from samerun.state.live_parts import Digests
from samerun.state.step_ledger import Step

_STATE_KINDS = ("weights", "buffers", "optimizer", "scheduler", "scaler", "ema", "model", "state", "generator")
_BY_STEPS = ("weights", "optimizer", "scheduler", "scaler", "ema")
_BY_BATCHES = ("buffers", "model", "state", "generator")
_COUNTERS = ("epoch", "step", "iter", "count")
_SHOWN = 3


def same_step(a: Step, b: Step) -> bool:
    """Say whether two steps began with the same weights, got the same numbers and found the same gradients."""
    return (a.weights, a.inputs, a.gradients) == (b.weights, b.inputs, b.gradients)


def first_resumed_step(whole: list[Step], resumed: list[Step], at: int) -> int | None:
    """Return the number of the step at which a resumed run went on, from 1; None if it began from the start.

    Args:
        whole: the steps of the uninterrupted run.
        resumed: the steps of the resumed one.
        at: how many steps the interrupted run had made.
    """
    by_weights = [number for number, step in enumerate(whole, 1) if step.weights == resumed[0].weights]
    later = [number for number in by_weights if 1 < number <= at + 1]
    by_count = len(whole) - len(resumed) + 1
    if 1 < by_count <= at + 1 and (by_count in later or not later):
        return by_count
    if later:
        return later[-1]
    if by_weights:
        return None
    alike = [n for n in range(2, at + 2) if n <= len(whole) and whole[n - 1].inputs == resumed[0].inputs]
    return alike[-1] if alike else at + 1


def missing_components(
    whole: list[Step], interrupted: list[Step], resumed: list[Step], first: int
) -> tuple[tuple[Component, ...], int | None]:
    """Return what was not saved, in causal order, and the step at which that shows first.

    Args:
        whole: the steps of the uninterrupted run.
        interrupted: those of the interrupted one; variables in which it differs from the first say nothing.
        resumed: those of the resumed one.
        first: at which step of ``whole`` it went on.
    """
    pairs = list(zip(whole[first - 1 :], resumed, strict=False))
    within = _is_within(*pairs[0])
    pairs[0] = aligned(*pairs[0])
    changed = changed_variables(whole, interrupted, *pairs[0])
    known = frozenset().union(*(step.rows | _contents(step) for step in whole))
    for number, (expected, found) in enumerate(pairs):
        healed = _healed(*pairs[number + 1]) if number + 1 < len(pairs) else frozenset()
        states = _states(expected.found, found.found, healed)
        components = [*states, *([] if _follows(states, expected, found) else _data(expected, found, known, changed))]
        if within and not number and not components and not same_step(expected, found):
            return _behind(*pairs[1]) if len(pairs) > 1 else (Component("gradients"),), first
        if components or not same_step(expected, found):
            return _with_variables(components, changed), first + number
    return (), None


def aligned(expected: Step, found: Step) -> tuple[Step, Step]:
    """Return a step and the same one of a resumed run, both as the resumed run has seen it.

    A training that accumulates gradients may go on between two batches of a step. Of such a step the batches that were
    left are compared, and the parts that do not change from batch to batch.
    """
    count = len(found.inputs)
    if not _is_within(expected, found):
        return expected, found
    rest = replace(expected, inputs=expected.inputs[-count:], handed=expected.handed[-count:])
    return _settled(rest), replace(_settled(found), variables={})


def _is_within(expected: Step, found: Step) -> bool:
    count = len(found.inputs)
    if not 0 < count < len(expected.inputs):
        return False
    same_order = _orders_known(expected, found) and expected.order[-count:] == found.order
    return same_order or expected.inputs[-count:] == found.inputs


def _settled(step: Step) -> Step:
    """Return a step with the parts alone that no batch changes, only an optimizer's step."""
    return replace(step, found={key: value for key, value in step.found.items() if key[0] in _BY_STEPS})


def _behind(expected: Step, found: Step) -> tuple[Component, ...]:
    """Return why a step that was gone on with within it found other gradients, by what the next one found."""
    ours, theirs = ({key: one.found[key] for key in one.found if key[0] in _BY_BATCHES} for one in (expected, found))
    return in_causal_order(_states(ours, theirs, frozenset()) or [Component("gradients")])


def _healed(expected: Step, found: Step) -> frozenset[tuple[str, str, str]]:
    """Return the pieces of averaged models that are right one step later: no training hangs on them meanwhile."""
    return frozenset(key for key, value in expected.found.items() if key[0] == "ema" and found.found.get(key) == value)


def _with_variables(components: list[Component], changed: list[str]) -> tuple[Component, ...]:
    """Add the variables that can explain what no part of the state does; ``unknown`` where nothing does."""
    if {component.kind for component in components} <= {"order", "augmentation"}:
        components = [*components, *(Component("counter", name) for name in counters(changed))]
    if not components:
        components = [Component("variable", name) for name in changed] or [Component("unknown")]
    return in_causal_order(components)


def counters(names: list[str]) -> list[str]:
    """Return the variables that count epochs or steps, by their names."""
    return [name for name in names if any(word in name.lower() for word in _COUNTERS)]


def changed_variables(whole: list[Step], interrupted: list[Step], expected: Step, found: Step) -> list[str]:
    """Return the variables that are not what they were at the same step, and that say something.

    Those do that change in the course of a training and were the same in both runs up to the interruption: no clock,
    no path, no name of a folder.
    """
    both = list(zip(whole, interrupted, strict=False))
    names = [name for name, value in expected.variables.items() if found.variables.get(name, value) != value]
    return [
        name
        for name in names
        if all(a.variables.get(name) == b.variables.get(name) for a, b in both)
        and len({step.variables.get(name) for step in whole}) > 1
    ]


def _states(expected: Digests, found: Digests, healed: frozenset[tuple[str, str, str]]) -> list[Component]:
    """Return the parts of the state that differ."""
    found = _renamed(expected, found)
    differ = [key for key in {**expected, **found} if expected.get(key) != found.get(key) and key not in healed]
    parts = dict.fromkeys((kind, name) for kind, name, _ in differ)
    components = [Component(kind, name, _listed(differ, kind, name)) for kind, name in parts if kind in _STATE_KINDS]
    schedules = any(component.kind == "scheduler" for component in components)
    return [one for one in components if not (schedules and one.kind == "optimizer" and _only_settings(differ, one))]


def _renamed(expected: Digests, found: Digests) -> Digests:
    """Return ``found`` with the names of ``expected`` where a part is held by another variable after a resume.

    Parts of one kind are found in the same order in both runs.
    """
    names: dict[tuple[str, str], str] = {}
    for kind in _STATE_KINDS:
        ours, theirs = (list(dict.fromkeys(key[1] for key in one if key[0] == kind)) for one in (expected, found))
        if len(ours) == len(theirs) and set(ours) != set(theirs):
            names.update(zip(((kind, name) for name in theirs), ours, strict=True))
    return {(kind, names.get((kind, name), name), piece): value for (kind, name, piece), value in found.items()}


def _only_settings(differ: Iterable[tuple[str, str, str]], optimizer: Component) -> bool:
    """Say whether only what a scheduler sets in an optimizer differs, not what the optimizer has gathered."""
    pieces = [piece for kind, name, piece in differ if (kind, name) == ("optimizer", optimizer.name)]
    return not any(piece.startswith("state of") for piece in pieces)


def _listed(differ: list[tuple[str, str, str]], kind: str, name: str) -> str:
    pieces = [piece for one, part, piece in differ if (one, part) == (kind, name) and piece]
    more = f" and {len(pieces) - _SHOWN} more" if len(pieces) > _SHOWN else ""
    return ", ".join(pieces[:_SHOWN]) + more


def _follows(states: list[Component], expected: Step, found: Step) -> bool:
    """Say whether other inputs follow from a model that was lost: one model's output is the next one's input."""
    lost = any(one.kind in ("weights", "buffers", "model") for one in states)
    return lost and expected.inputs[:1] == found.inputs[:1] and expected.order == found.order


def _data(expected: Step, found: Step, known: frozenset[bytes], changed: list[str]) -> list[Component]:
    """Return ``order`` if other samples came, ``augmentation`` if the same came changed.

    Neither where a generator that was not restored explains it.
    """
    if expected.inputs == found.inputs:
        return []
    drew = (key for key in expected.found if key[0] == "generator")
    explained = any(expected.found[key] != found.found.get(key) for key in drew)
    if _other_samples(expected, found, known):
        # A pass over the data begins with a draw of its order; where no loader hands out, nobody knows when it did.
        begins = not expected.handed or expected.handed[0].number == 1
        return [] if begins and explained else [Component("order")]
    if explained:
        return []
    nobody_loads = not expected.handed and not found.handed and not counters(changed)
    if changed and (nobody_loads or _same_content(expected, found)):
        return []  # what the program itself made of the same data hangs on its variables
    # Samples that nobody has seen in the first run, and a variable that is elsewhere: augmented ones of another place.
    is_place = changed and not _orders_known(expected, found)
    return [Component("order", "", ", ".join(changed))] if is_place else [Component("augmentation")]


def _same_content(expected: Step, found: Step) -> bool:
    ours, theirs = ([one.content for one in step.handed] for step in (expected, found))
    return bool(ours) and None not in ours and ours == theirs


def _orders_known(expected: Step, found: Step) -> bool:
    return bool(expected.order and found.order) and None not in (*expected.order, *found.order)


def _other_samples(expected: Step, found: Step, known: frozenset[bytes]) -> bool:
    if _orders_known(expected, found):
        return expected.order != found.order
    if _same_content(expected, found):
        return False
    return bool((found.rows | _contents(found)) & known) or not found.rows


def _contents(step: Step) -> frozenset[bytes]:
    return frozenset(one.content for one in step.handed if one.content is not None)
