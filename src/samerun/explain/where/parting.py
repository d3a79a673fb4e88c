"""Two traces held against each other: the lines at which differences are born, and what becomes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from samerun.explain.where.traces import FIRST, GENERATOR, Execution, Line, Mark, Part, Trace

Noise = frozenset[tuple[Line, Part]]
"""Parts of lines that differ between runs whose results are the same: they do not matter."""

_IN = "in"


@dataclass(frozen=True)
class Birth:
    """A line that read the same in both runs and did something else.

    ``order`` says that only the order of a set or of a dictionary is another: nothing differs yet by content.
    ``sure`` says that it read the same: else it read something else of which it is not known where it comes from.
    ``reaches`` names what the program wrote (``file NAME``, ``standard output``) to which it was followed.
    """

    line: Line
    count: int
    moment: int
    parts: tuple[Part, ...]
    order: bool = False
    sure: bool = True
    reaches: frozenset[str] = frozenset()


def births(a: Trace, b: Trace, noise: Noise = frozenset(), wanted: Collection[str] = ()) -> list[Birth]:
    """Return the lines at which differences are born, those first that reach what is wanted, then in time.

    Args:
        a: one run's trace.
        b: the other's.
        noise: what is passed over.
        wanted: the written things that differ and count (``file NAME``, ``standard output``).
    """
    spread = _Spread()
    for pair in sorted(_differing(a, b, noise), key=lambda pair: pair.moment):
        spread.take(pair)
    return sorted(spread.births(), key=lambda each: (not each.sure, _rank(each, wanted), each.order, each.moment))


def _rank(birth: Birth, wanted: Collection[str]) -> int:
    return 0 if birth.reaches & set(wanted) else 1 if birth.reaches else 2


def differing_parts(a: Trace, b: Trace) -> Noise:
    """Return every part of a line, read or done, that is another in two runs."""
    found: set[tuple[Line, Part]] = set()
    for pair in _differing(a, b, frozenset()):
        found |= {(pair.line, part) for part in (*pair.read, *pair.did)}
    return frozenset(found)


@dataclass(frozen=True)
class _Pair:
    """One execution in both runs, and the parts that differ, each with its two marks."""

    line: Line
    count: int
    began: int
    moment: int
    read: dict[Part, tuple[Mark | None, Mark | None]]
    did: dict[Part, tuple[Mark | None, Mark | None]]


def _differing(a: Trace, b: Trace, noise: Noise) -> Iterator[_Pair]:
    for line in a.lines.keys() & b.lines.keys():
        is_pooled = line in a.pooled or line in b.pooled
        if is_pooled and max(each.count for each in (*a.lines[line], *b.lines[line])) > FIRST:
            continue  # which executions were looked at depends on which worker made them
        matched = _any_order if is_pooled else _in_order
        for one, other in matched(a.lines[line], b.lines[line]):
            yield from _compare(line, one, other, noise)


def _in_order(a: list[Execution], b: list[Execution]) -> Iterator[tuple[Execution, Execution]]:
    others = {each.count: each for each in b}
    return ((each, others[each.count]) for each in a if each.count in others)


def _any_order(a: list[Execution], b: list[Execution]) -> Iterator[tuple[Execution, Execution]]:
    """Match what workers did by what they read, whoever of them did it; what both did alike is left out."""
    did_alike = Counter(map(_signature, a)) & Counter(map(_signature, b))
    one, other = (_without(each, Counter(did_alike)) for each in (a, b))
    waiting: dict[object, list[Execution]] = {}
    for each in other:
        waiting.setdefault(_read(each), []).append(each)
    left = []
    for each in one:
        same = waiting.get(_read(each))
        if same:
            yield each, same.pop(0)
        else:
            left.append(each)
    yield from zip(left, [each for several in waiting.values() for each in several], strict=False)


def _without(executions: Iterable[Execution], alike: Counter[object]) -> list[Execution]:
    left = []
    for each in executions:
        signature = _signature(each)
        if alike[signature]:
            alike[signature] -= 1
        else:
            left.append(each)
    return left


def _read(execution: Execution) -> object:
    return frozenset((name, mark.content) for name, mark in execution.read.items())


def _signature(execution: Execution) -> object:
    return _read(execution), frozenset(execution.did.items())


def _compare(line: Line, a: Execution, b: Execution, noise: Noise) -> Iterator[_Pair]:
    """Yield what differs: first what was handed to functions of the user's, then, at its end, what else it did."""
    read_a = {Part(_IN, name): mark for name, mark in a.read.items()}
    read_b = {Part(_IN, name): mark for name, mark in b.read.items()}
    read, did = (
        {
            part: (x.get(part), y.get(part))
            for part in dict.fromkeys([*x, *y])
            if x.get(part) != y.get(part) and (line, part) not in noise
        }
        for x, y in ((read_a, read_b), (a.did, b.did))
    )
    given = {part: marks for part, marks in did.items() if part.role == "given"}
    rest = {part: marks for part, marks in did.items() if part.role != "given"}
    if given:
        before = {part: marks for part, marks in read.items() if not part.name.endswith("()")}
        yield _Pair(line, a.count, a.began, a.gave or a.moment, before, given)
    if rest:
        yield _Pair(line, a.count, a.began, a.moment, read, rest)


@dataclass
class _Spread:
    """Differences followed through a run: which birth each of them comes from.

    A difference is known again by its two fingerprints, else by the name under which it was bound.
    """

    born: list[Birth] = field(default_factory=list)
    by_marks: dict[tuple[int, int], frozenset[int]] = field(default_factory=dict)
    by_name: dict[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    reaching: dict[int, set[str]] = field(default_factory=dict)
    left: dict[tuple[str, str], frozenset[int]] = field(default_factory=dict)

    def take(self, pair: _Pair) -> None:
        """Take in what an execution did in both runs; later ones follow."""
        contents = {part: marks for part, marks in pair.did.items() if _by_content(marks)}
        inherited = [part for part, marks in pair.read.items() if _by_content(marks) and self._is_known(part)]
        if inherited:
            origins = self._origins(pair, inherited)
        else:
            origins = self._within(pair) or self._from_workers(pair.line)
        if not origins:
            origins = frozenset({self._birth(pair, contents or pair.did, not contents, not inherited)})
        for part, marks in (contents or pair.did).items():
            self._hand_on(pair.line, part, marks, origins)
        for part in contents:
            if part.role == "left":
                who = (pair.line.process, pair.line.thread)
                self.left[who] = self.left.get(who, frozenset()) | {n for n in origins if self.born[n].sure}
            if part.role == "written":
                for number in origins:
                    self.reaching.setdefault(number, set()).add(part.name)

    def _birth(self, pair: _Pair, parts: Collection[Part], order: bool, sure: bool) -> int:
        known = next((n for n, each in enumerate(self.born) if each.line.place == pair.line.place), None)
        if known is not None and (self.born[known].order, not self.born[known].sure) <= (order, not sure):
            return known
        self.born.append(Birth(pair.line, pair.count, pair.moment, tuple(parts), order, sure))
        return len(self.born) - 1

    def _origins(self, pair: _Pair, inherited: Collection[Part]) -> frozenset[int]:
        found: frozenset[int] = frozenset()
        for part in inherited:
            marks = self.by_marks.get(_contents(pair.read[part]))
            found |= marks if marks is not None else self._by_name(pair.line.function, part.name)
        return found or frozenset(n for n, each in enumerate(self.born) if not each.order and each.sure)

    def _is_known(self, part: Part) -> bool:
        """Say whether a part can have come from elsewhere: a hidden generator that nobody has seeded yet has not."""
        return not part.name.startswith(GENERATOR) or ("", part.name) in self.by_name

    def _within(self, pair: _Pair) -> frozenset[int]:
        """Return what was born in functions that the line called, while it was being executed."""
        return frozenset(
            number
            for number, each in enumerate(self.born)
            if pair.began < each.moment < pair.moment and each.line != pair.line and not each.order
        )

    def _from_workers(self, line: Line) -> frozenset[int]:
        """Return what other processes or threads have left to a library, which hands it over without a word."""
        own = (line.process, line.thread)
        return frozenset(number for who, numbers in self.left.items() if who != own for number in numbers)

    def _by_name(self, function: str, name: str) -> frozenset[int]:
        if name.endswith("()") or name.startswith(GENERATOR):
            return self.by_name.get(("", name), frozenset())
        return self.by_name.get((function, name)) or self.by_name.get(("<module>", name)) or frozenset()

    def _hand_on(self, line: Line, part: Part, marks: tuple[Mark | None, Mark | None], origins: frozenset[int]) -> None:
        if None not in marks and part.role not in ("next", "written", "left"):
            self.by_marks.setdefault(_contents(marks), origins)
        function, name = "" if part.name.startswith(GENERATOR) else line.function, part.name
        if part.role == "returned":
            function, name = "", line.function + "()"
            origins |= self.by_name.get((function, name), frozenset())
        if part.role == "given":
            function, _, name = part.name.rpartition(".")
        self.by_name[(function, name)] = origins

    def births(self) -> list[Birth]:
        """Return what was born, with what it reached."""
        return [
            replace(each, reaches=frozenset(self.reaching.get(number, ()))) for number, each in enumerate(self.born)
        ]


def _by_content(marks: tuple[Mark | None, Mark | None]) -> bool:
    one, other = marks
    return one is None or other is None or one.content != other.content


def _contents(marks: tuple[Mark | None, Mark | None]) -> tuple[int, int]:
    one, other = marks
    return one.content if one else 0, other.content if other else 0
