"""Steps of preprocessing, recorded: what was done, with which settings and code, to which data, with which outcome.

    steps = Preprocessing()
    train = steps.apply("scale", scaler, train)    # fitted on these rows, then applied
    test = steps.apply("scale", scaler, test)      # applied only

Two runs are compared by ``first_different_step``: the first step that differs, and in what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from samerun.basics.files import read_bytes
from samerun.errors import BadInput
from samerun.state.digests import digest
from samerun.state.sources import Plain, fingerprint, parameters_of, source_of


@dataclass(frozen=True)
class Step:
    """One step as it was done.

    Attributes:
        name: what the program calls it.
        fitted: whether it learnt from the rows that it was applied to.
        source: name, hash and what was hashed (``samerun.state.sources.source_of``).
        parameters: its settings.
        input: fingerprint of what went in.
        learnt: hash of what it knows after it (its attributes that end with an underscore); None if there are none.
        output: fingerprint of what came out.
    """

    name: str
    fitted: bool
    source: Plain
    parameters: Plain
    input: Plain
    learnt: str | None
    output: Plain

    def __str__(self) -> str:
        did = "fitted and applied" if self.fitted else "applied"
        went, came = (f"{each['shape']} {each['hash'][:12]}" for each in (self.input, self.output))
        return f"{self.name}: {self.source['name']} {did}, {went} -> {came}"


@dataclass(frozen=True)
class StepDifference:
    """Where two runs of preprocessing first differ.

    Attributes:
        place: the step's number, from 1.
        name: its name in the first run, or in the second one if the first has none there.
        what: ``step`` (one is missing, or another one), ``parameters``, ``source``, ``input``, ``fitted``, ``learnt``
            or ``output``.
        a: that in the first run.
        b: that in the second one.
    """

    place: int
    name: str
    what: str
    a: Any
    b: Any

    def __str__(self) -> str:
        return f"Step {self.place} {self.name!r} differs first, in its {self.what}: {_cut(self.a)} -> {_cut(self.b)}"


class Preprocessing:
    """Applies steps and keeps a record of each.

    Attributes:
        steps: what was done, in order.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._fitted: list[object] = []

    def apply(self, name: str, step: Any, data: Any, *, target: Any = None, **options: Any) -> Any:
        """Do one step and record it.

        Args:
            name: what to call it.
            step: a function of the data, or a transformer with ``fit`` and ``transform``. A transformer that has not
                been fitted yet is fitted on these rows first, so the training rows come first; one that has is applied
                only.
            data: an array, a frame, a sparse matrix or a list.
            target: what a transformer may look at while it is fitted.
            options: further arguments of a function.

        Returns:
            What the step makes of the data.

        Raises:
            BadInput: the step is neither, or it cannot handle the data.
        """
        went_in, settings = fingerprint(data), parameters_of(step)
        fits = hasattr(step, "fit") and not self.is_fitted(step)
        result = _done(name, step, data, fits, target, options)
        if fits:
            self._fitted.append(step)
        if options:
            settings = {**settings, **parameters_of_call(options)}
        done = Step(name, fits, source_of(step), settings, went_in, _learnt(step), fingerprint(result))
        self.steps.append(done)
        return result

    def is_fitted(self, step: Any) -> bool:
        """Say whether a transformer has learnt already, or has nothing to learn."""
        if any(each is step for each in self._fitted):
            return True
        check = getattr(step, "__sklearn_is_fitted__", None)
        if callable(check):
            return bool(check())
        tags = getattr(step, "__sklearn_tags__", None)
        if tags is not None and not tags().requires_fit:
            return True
        return bool(_learnt_attributes(step))

    def to_plain(self) -> list[Plain]:
        """Return the record as JSON can hold it."""
        return [asdict(step) for step in self.steps]

    def __str__(self) -> str:
        return "\n".join(f"{place}. {step}" for place, step in enumerate(self.steps, 1)) or "no steps"


def parameters_of_call(options: Mapping[str, Any]) -> Plain:
    """Return the arguments of a call as plain values, under the key ``options``."""
    return {"options": parameters_of(_Call(options))}


class _Call:
    def __init__(self, options: Mapping[str, Any]) -> None:
        self.__dict__.update(options)


def first_different_step(
    a: Preprocessing | Sequence[Plain] | Path | str, b: Preprocessing | Sequence[Plain] | Path | str
) -> StepDifference | None:
    """Return the first step in which two runs differ, and in what; None if every step is the same.

    Args:
        a: one run's record: a ``Preprocessing``, what its ``to_plain`` returns, or the path of an experiment log.
        b: the other's.

    Raises:
        BadInput: a file holds no such record.
    """
    one, other = _steps_of(a), _steps_of(b)
    for place in range(max(len(one), len(other))):
        left = one[place] if place < len(one) else {}
        right = other[place] if place < len(other) else {}
        found = _difference(left, right)
        if found:
            return StepDifference(place + 1, str((left or right).get("name")), *found)
    return None


def _difference(a: Plain, b: Plain) -> tuple[str, Any, Any] | None:
    """Return in what two steps differ: causes before consequences."""
    kinds = [(each.get("name"), each.get("source", {}).get("name")) if each else None for each in (a, b)]
    if kinds[0] != kinds[1]:
        return "step", kinds[0], kinds[1]
    for what in ("parameters", "source", "input", "fitted", "learnt", "output"):
        if a.get(what) != b.get(what):
            return what, *_apart(a.get(what), b.get(what))
    return None


def _apart(a: Any, b: Any) -> tuple[Any, Any]:
    """Return of two mappings what differs only."""
    if not (isinstance(a, dict) and isinstance(b, dict)):
        return a, b
    keys = [key for key in {**a, **b} if a.get(key) != b.get(key)]
    return {key: a.get(key) for key in keys}, {key: b.get(key) for key in keys}


def _steps_of(given: Preprocessing | Sequence[Plain] | Path | str) -> list[Plain]:
    if isinstance(given, Preprocessing):
        return given.to_plain()
    if not isinstance(given, Path | str):
        return list(given)
    try:
        found = msgspec.json.decode(read_bytes(Path(given)))
        steps = found["preprocessing"] if isinstance(found, dict) else found
    except (OSError, msgspec.MsgspecError, KeyError, UnicodeDecodeError) as error:
        raise BadInput(f"{given} holds no record of preprocessing.", "Give an experiment_log.json.") from error
    if not isinstance(steps, list) or not all(isinstance(each, dict) for each in steps):
        raise BadInput(f"{given} holds no record of preprocessing.", "Give an experiment_log.json.")
    return steps


def _done(name: str, step: Any, data: Any, fits: bool, target: Any, options: dict[str, Any]) -> Any:
    try:
        if not hasattr(step, "transform"):
            return step(data, **options)
        if not fits:
            return step.transform(data, **options)
        if hasattr(step, "fit_transform"):
            return step.fit_transform(data, target, **options)
        return step.fit(data, target, **options).transform(data)
    except (TypeError, ValueError) as error:
        if not callable(step) and not hasattr(step, "transform"):
            raise BadInput(
                f"The step {name!r} is {type(step).__name__}.", "Give a function or a transformer."
            ) from error
        kind = getattr(step, "__name__", type(step).__name__)
        raise BadInput(
            f"The step {name!r} ({kind}) cannot handle the data: {str(error).rstrip('.')}.", _advice(error), name=name
        ) from error


def _advice(error: Exception) -> str:
    if "could not convert string" in str(error):
        return "Encode columns of text first, such as with OneHotEncoder in a ColumnTransformer."
    return ""


def _learnt(step: object) -> str | None:
    known = _learnt_attributes(step)
    return digest(known) if known else None


def _learnt_attributes(step: object) -> dict[str, object]:
    """Return what scikit-learn's custom marks as learnt: names that end with an underscore and begin with none."""
    held = getattr(step, "__dict__", {})
    return {key: held[key] for key in sorted(held) if key.endswith("_") and not key.startswith("_")}


def _cut(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
