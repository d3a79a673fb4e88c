"""Lineage as a page: who wrote and read a content, and the two trees of where it came from and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from samerun.record.lineage import Lineage, RunNode, Use
from samerun.report.plain_words import Paint, age, clean, shorten, size, unpainted

MOST = 12
"""How many lines of one list are shown unless all are asked for."""

_DEEPEST = 60


def lineage_page(
    lineage: Lineage, now: float, shown: Callable[[str], str] = str, everything: bool = False, paint: Paint = unpainted
) -> str:
    """Return the page.

    Args:
        lineage: what is known.
        now: the moment, in seconds since the epoch.
        shown: makes a path as short as it can be where the page is read.
        everything: show whole lists.
        paint: gives colours.
    """
    return "\n".join(_Page(lineage, now, shown, everything, paint).lines()) + "\n"


class _Page:
    """The lines of one page."""

    def __init__(
        self, lineage: Lineage, now: float, shown: Callable[[str], str], everything: bool, paint: Paint
    ) -> None:
        self._lineage = lineage
        self._now = now
        self._shown = shown
        self._most = 1 << 62 if everything else MOST
        self._paint = paint

    def lines(self) -> list[str]:
        lineage = self._lineage
        lines = [*self._head()]
        if lineage.run:
            lines += self._section("read", self._contents(("read", "locked")))
            lines += self._section("wrote", self._contents(("wrote",)))
        else:
            lines += self._section("written by", self._users(("wrote",)))
            lines += self._section("read by", self._users(("read",)))
            lines += self._section("locked by", self._users(("locked",)))
        lines += self._section("came from", self._tree(lineage.back, back=True))
        lines += self._section("went into", self._tree(lineage.forth, back=False))
        return [*lines, *(["", "there is more than was followed; --all follows it"] if lineage.cut else [])]

    def _head(self) -> Iterator[str]:
        lineage = self._lineage
        subject = self._paint(clean(lineage.subject), "strong")
        if lineage.run:
            yield f"{subject}: the run {self._run(lineage.runs[lineage.run])}" if lineage.runs else subject
        elif lineage.uses:
            sizes = {use.hash: use.size for use in lineage.uses}
            several = f", {len(lineage.hashes):,} contents that were there" if len(lineage.hashes) > 1 else ""
            yield f"{subject}{several}"
            yield from (f"  {clean(each[:16])}  {size(sizes.get(each, 0))}" for each in lineage.hashes[: self._most])
        else:
            yield f"{subject}: no run here read or wrote this content ({clean(lineage.hashes[0][:16])})"
            if lineage.elsewhere:
                yield from self._section("other contents at this path", self._others())

    def _section(self, title: str, lines: Iterator[str]) -> list[str]:
        found = list(lines)
        if not found:
            return []
        left = len(found) - self._most
        more = [self._paint(f"  and {left:,} more; --all shows them", "dim")] if left > 0 else []
        return ["", self._paint(title, "strong"), *(f"  {line}" for line in found[: self._most]), *more]

    def _users(self, roles: Sequence[str]) -> Iterator[str]:
        for use in self._lineage.uses:
            if use.role in roles:
                yield f"{self._run(self._lineage.runs[use.run])}, as {self._path(use)}"

    def _others(self) -> Iterator[str]:
        for use in self._lineage.elsewhere:
            yield f"{clean(use.hash[:16])}  {use.role} by {self._run(self._lineage.runs[use.run])}"

    def _contents(self, roles: Sequence[str]) -> Iterator[str]:
        for use in sorted(self._lineage.uses, key=lambda use: use.path):
            if use.role in roles:
                yield self._content(use)

    def _content(self, use: Use) -> str:
        return f"{self._path(use)}  {clean(use.hash[:16])}  {size(use.size)}"

    def _run(self, run: RunNode) -> str:
        replay = f", a replay of {clean(run.parent)}" if run.parent else ""
        return f"{clean(run.id)} {clean(run.name)} ({clean(run.status)}, {age(run.started, self._now)}{replay})"

    def _path(self, use: Use) -> str:
        return shorten(self._shown(use.path), 80)

    def _tree(self, uses: Sequence[Use], back: bool) -> Iterator[str]:
        """Yield contents and runs in turn, each run's other side below it; what stands above already is named only."""
        near = ("wrote",) if back else ("read", "locked")
        at_content: dict[str, list[Use]] = defaultdict(list)
        at_run: dict[str, list[Use]] = defaultdict(list)
        for use in uses:
            (at_content[use.hash] if use.role in near else at_run[use.run]).append(use)
        tree = _Tree(self, at_content, at_run, "written by" if back else "read by")
        yield from (tree.of_run(self._lineage.run, 0) if self._lineage.run else tree.of_contents(self._lineage.hashes))


class _Tree:
    """One direction of lineage, depth first."""

    def __init__(self, page: _Page, at_content: dict[str, list[Use]], at_run: dict[str, list[Use]], verb: str) -> None:
        self._page = page
        self._at_content = at_content
        self._at_run = at_run
        self._verb = verb
        self._seen: set[str] = set()

    def of_contents(self, hashes: Sequence[str]) -> Iterator[str]:
        for digest in hashes:
            yield from self.of_content(digest, 0)

    def of_content(self, digest: str, depth: int) -> Iterator[str]:
        for use in self._at_content.get(digest, ()):
            run = self._page._lineage.runs[use.run]
            again = run.id in self._seen
            yield f"{'  ' * depth}{self._verb} {self._page._run(run)}{', see above' if again else ''}"
            if not again and depth < _DEEPEST:
                yield from self.of_run(run.id, depth + 1)

    def of_run(self, run: str, depth: int) -> Iterator[str]:
        self._seen.add(run)
        for use in sorted(self._at_run.get(run, ()), key=lambda use: use.path):
            yield f"{'  ' * depth}{self._page._content(use)}"
            if depth < _DEEPEST:
                yield from self.of_content(use.hash, depth + 1)
