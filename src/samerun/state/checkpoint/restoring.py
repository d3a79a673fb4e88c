"""Put a checkpoint's content back: everything is checked, then everything is set, or nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from samerun.errors import CannotRestore
from samerun.state import generators
from samerun.state.checkpoint.config import config_differences, plain_config
from samerun.state.checkpoint.content import META, Meta
from samerun.state.checkpoint.parts import ModulePart, Part, part_for
from samerun.state.checkpoint.restored import Restored

GENERATORS = "generators"
_FAILURES = (
    *(ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, OSError),
    *(RuntimeError, TypeError, ValueError),
)


class _Task(NamedTuple):
    """A part and the state that it is to get."""

    part: Part
    state: Any


class Restoration:
    """One call of ``load``: what the file holds, and what was asked for.

    Args:
        path: the file or folder it came from.
        tree: its content.
        things: what was given by keyword.
        rank: this process's rank.
        size: how many ranks there are.
    """

    def __init__(self, path: Path, tree: Mapping[str, Any], things: Mapping[str, Any], rank: int, size: int) -> None:
        self._path = path
        self._tree = tree
        self._meta = Meta.read(tree, path)
        self._rank = rank if size == len(self._meta.ranks) else None
        self._size = size
        self._not_restored: dict[str, str] = {}
        self._tasks = list(self._planned(things))
        self._things = things

    def _planned(self, things: Mapping[str, Any]) -> Iterator[_Task]:
        for name, thing in things.items():
            part = part_for(name, thing)
            why = self._why_not(part)
            if why:
                self._not_restored[name] = why
            else:
                yield _Task(part, self._state_of(name))

    def _why_not(self, part: Part) -> str:
        """Return why a part cannot be restored at all, or nothing."""
        if part.name not in self._tree:
            if isinstance(part, ModulePart):
                there = ", ".join(self._names()) or "nothing"
                raise CannotRestore(
                    f"The checkpoint {self._path} has no {part.name}; it holds {there}.",
                    "Give the model by the name it was saved by. Nothing was restored.",
                )
            return f"the checkpoint has no {part.name}"
        if part.thing is None and self._meta.kinds.get(part.name) != "value":
            return "None was given for it"
        if self._rank is None and any(part.name in rank.parts for rank in self._meta.ranks):
            return f"it differs from rank to rank: {self._worlds()}"
        return ""

    def _worlds(self) -> str:
        return f"the checkpoint is of {len(self._meta.ranks)} ranks, this is one of {self._size}"

    def _names(self) -> list[str]:
        return [name for name in self._tree if name != META]

    def _state_of(self, name: str) -> Any:
        own = self._meta.ranks[self._rank].parts if self._rank is not None else {}
        return own.get(name, self._tree[name])

    def run(self, *, config: Any, with_generators: bool) -> Restored:
        """Check all, set all, the generators last; return what came of it.

        Raises:
            CannotRestore: something does not fit; nothing has changed.
        """
        for task in self._tasks:
            task.part.check(task.state, self._meta.classes.get(task.part.name, ""))
        before = generators.capture()
        saved = self._meta.ranks[self._rank].generators if with_generators and self._rank is not None else {}
        with self._all_or_nothing(before) as done:
            generators.restore(saved)  # fails before anything else is set, if it does; set once more at the end
            for task in sorted(self._tasks, key=lambda task: task.part.cannot_fail):
                if not task.part.cannot_fail:
                    done.append(_Task(task.part, task.part.backup()))
                _set(task)
            restored = self._set_generators(before, saved, with_generators)
        return self._result(config, restored)

    @contextmanager
    def _all_or_nothing(self, before: Mapping[str, Any]) -> Iterator[list[_Task]]:
        """Set back what was set so far, in reverse, and the generators, if the block fails."""
        done: list[_Task] = []
        try:
            yield done
        except BaseException as error:
            stuck = [task.part.name for task in reversed(done) if not _set_back(task)]
            generators.restore(before)
            but = f" but {', '.join(stuck)}, which did not take it back" if stuck else ""
            error.add_note(f"samerun: every part has its state from before the call{but}.")
            raise

    def _set_generators(self, before: Mapping[str, Any], saved: Mapping[str, Any], wanted: bool) -> list[str]:
        """Set this rank's generators; where there are none, leave them as they were before the call."""
        failed = generators.restore(saved or before)
        if not wanted:
            return []
        if not saved:
            why = "the checkpoint was saved without them" if self._rank is not None else self._worlds()
            self._not_restored[GENERATORS] = why
            return []
        self._not_restored |= {f"generator {name}": why for name, why in failed.items()}
        return [GENERATORS] if len(failed) < len(saved) else []

    def _result(self, config: Any, generators_set: list[str]) -> Restored:
        meta = self._meta
        kinds = {name: meta.kinds.get(name, "value") for name in self._names()}
        differences = [] if config is None else config_differences(meta.config, plain_config(config))
        return Restored(
            path=self._path,
            name=meta.name,
            epoch=meta.epoch,
            step=meta.step,
            metrics=meta.metrics,
            config=meta.config,
            restored=(*(task.part.name for task in self._tasks), *generators_set),
            not_restored=self._not_restored,
            unused=tuple(name for name, kind in kinds.items() if name not in self._things and kind != "value"),
            values={name: self._state_of(name) for name, kind in kinds.items() if kind == "value"},
            config_differences=tuple(differences),
        )


def _set_back(task: _Task) -> bool:
    """Set a part back and say whether it took it; one that does not must not keep the others from theirs."""
    try:
        task.part.set(task.state)
    except _FAILURES:
        return False
    return True


def _set(task: _Task) -> None:
    try:
        task.part.set(task.state)
    except CannotRestore as error:  # one of our own, which does not know what it is called here
        name = task.part.name
        raise CannotRestore(
            f"The {name} did not take its state from the checkpoint: {error.sentence}",
            f"{error.next_step} Or leave {name} out of load. Nothing was restored.",
            **{"part": name, **error.facts},
        ) from error
    except _FAILURES as error:
        raise CannotRestore(
            f"The {task.part.name} did not take its state from the checkpoint: {type(error).__name__}: {error}.",
            "Nothing was restored.",
            part=task.part.name,
        ) from error
