"""Which output of one run belongs to which of the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from samerun.outputs.volatile import normalise_name
from samerun.record.missing import Missing
from samerun.record.output import Output

Pair = tuple[Output | None, Output | None]


def pair_outputs(a: Iterable[Output], b: Iterable[Output]) -> list[Pair]:
    """Return pairs in the order of ``a``, then what only ``b`` has.

    Equal paths first; of the rest those whose names differ only in a time, a uuid, a version number or the run's id;
    where several share a pattern, those of equal content. What stays ambiguous stays alone, and so differs: never
    guessed.
    """
    left = {output.path: output for output in a}
    right = {output.path: output for output in b}
    pairs: dict[str, Pair] = {path: (output, right[path]) for path, output in left.items() if path in right}
    _match(left, right, pairs, lambda output: normalise_name(output.path))
    _match(left, right, pairs, _pattern_and_content)
    matched = {other.path for _, other in pairs.values() if other is not None}
    alone = [(None, output) for path, output in right.items() if path not in matched]
    return [pairs.get(path, (output, None)) for path, output in left.items()] + alone


def _pattern_and_content(output: Output) -> object:
    """Return a key for equal names and content; an unknown content is like no other, not even another unknown one."""
    content = output.path if isinstance(output.hash, Missing) else output.hash
    return normalise_name(output.path), isinstance(output.hash, Missing), content


def _match(
    left: dict[str, Output], right: dict[str, Output], pairs: dict[str, Pair], key: Callable[[Output], object]
) -> None:
    """Pair what has no partner yet and shares a key with exactly one other."""
    matched = {other.path for _, other in pairs.values() if other is not None}
    ours = _by_key((output for path, output in left.items() if path not in pairs), key)
    theirs = _by_key((output for path, output in right.items() if path not in matched), key)
    for each, outputs in ours.items():
        if len(outputs) == 1 and len(theirs.get(each, ())) == 1:
            pairs[outputs[0].path] = (outputs[0], theirs[each][0])


def _by_key(outputs: Iterable[Output], key: Callable[[Output], object]) -> dict[object, list[Output]]:
    groups: dict[object, list[Output]] = defaultdict(list)
    for output in outputs:
        groups[key(output)].append(output)
    return groups
