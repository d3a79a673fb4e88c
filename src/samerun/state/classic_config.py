"""The configuration of the classic pipeline: checked once, before anything is done."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from samerun.errors import BadOption
from samerun.state.derive import checked_seed
from samerun.state.estimators import MODELS, TRANSFORMERS, made
from samerun.state.scikit_learn import is_classifier, is_regressor
from samerun.state.splitting import checked_shares

Named = list[tuple[str, Any]]


@dataclass(frozen=True)
class ClassicConfig:
    """What a classic pipeline does.

    Attributes:
        seed: 0 to 2**64 - 1; everything that draws is seeded from it, by name.
        model: a class's name of scikit-learn, XGBoost or LightGBM, or an estimator (a copy is fitted).
        model_params: the model's parameters by name.
        scaler: the last step before the model: a name, a transformer, or None for none.
        scaler_params: its parameters by name.
        preprocessing: steps before the scaler, as pairs of a name and a transformer (or its class's name).
        shares: of train, validation and test: three numbers, or by name.
        stratify: whether each class is divided by itself; None is yes for a classifier.
    """

    seed: int
    model: Any
    model_params: Mapping[str, Any] = field(default_factory=dict)
    scaler: Any = "StandardScaler"
    scaler_params: Mapping[str, Any] = field(default_factory=dict)
    preprocessing: Sequence[tuple[str, Any]] | Mapping[str, Any] = ()
    shares: Sequence[float] | Mapping[str, float] = (0.6, 0.2, 0.2)
    stratify: bool | None = None


@dataclass(frozen=True)
class Plan:
    """A configuration as it will be carried out: estimators of its own, nothing fitted yet.

    Attributes:
        seed: the seed.
        steps: names and transformers in order, the scaler last.
        model: the model.
        classifies: whether it predicts classes.
        shares: of train, validation and test.
        stratify: whether each class is divided by itself.
    """

    seed: int
    steps: Named
    model: Any
    classifies: bool
    shares: tuple[float, float, float]
    stratify: bool


def config_from(given: object) -> ClassicConfig:
    """Return the configuration, given as a mapping, a dataclass, a msgspec struct or a ``ClassicConfig``.

    Raises:
        BadOption: it is none, has a key that means nothing, or lacks the seed or the model.
    """
    if isinstance(given, ClassicConfig):
        return given
    values = _as_mapping(given)
    known = [each.name for each in dataclasses.fields(ClassicConfig)]
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            hint = f"Was {near[0]!r} meant?" if near else f"It knows: {', '.join(known)}."
            raise BadOption(f"The configuration has no {key!r}.", hint, key=key)
    lacking = [key for key in ("seed", "model") if key not in values]
    if lacking:
        raise BadOption(f"The configuration lacks {lacking[0]!r}.", 'Give at least {"seed": 0, "model": "…"}.')
    return ClassicConfig(**values)


def plan_from(config: ClassicConfig) -> Plan:
    """Return what a configuration means.

    Raises:
        BadSeed: the seed is none.
        BadOption: a name, a parameter or a share means nothing.
    """
    seed = checked_seed(config.seed)
    shares = checked_shares(config.shares)
    if config.stratify not in (None, True, False):
        raise BadOption(f"stratify is {config.stratify!r}.", "Give true, false, or nothing.")
    model = made(config.model, config.model_params, MODELS, "model")
    if not is_classifier(model) and not is_regressor(model):
        raise BadOption(f"{type(model).__name__} is neither a classifier nor a regressor.", "Choose another model.")
    stratify = is_classifier(model) if config.stratify is None else config.stratify
    if stratify and not is_classifier(model):
        raise BadOption("Only classes can be stratified.", "Leave stratify out for a regressor.")
    return Plan(seed, _steps(config), model, is_classifier(model), shares, stratify)


def _steps(config: ClassicConfig) -> Named:
    given: Iterable[Any] = config.preprocessing
    pairs = list(given.items() if isinstance(given, Mapping) else given)
    if not all(isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs):
        raise BadOption("preprocessing is no list of pairs.", 'Give [("fill", "SimpleImputer"), …].')
    if config.scaler not in (None, "none", False):
        pairs.append(("scaler", config.scaler))
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise BadOption(f"Two steps have the same name: {names}.", "Give each its own; 'scaler' is taken.")
    steps = [(name, made(step, {}, TRANSFORMERS, "step")) for name, step in pairs]
    if config.scaler_params and names[-1:] == ["scaler"]:
        steps[-1] = ("scaler", made(config.scaler, config.scaler_params, TRANSFORMERS, "scaler"))
    unfit = [name for name, step in steps if not hasattr(step, "transform")]
    if unfit:
        raise BadOption(f"The step {unfit[0]!r} cannot transform.", "Give a transformer.")
    return steps


def _as_mapping(given: object) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return dict(given)
    if isinstance(given, msgspec.Struct):
        return {name: getattr(given, name) for name in given.__struct_fields__}
    if dataclasses.is_dataclass(given) and not isinstance(given, type):
        return {each.name: getattr(given, each.name) for each in dataclasses.fields(given)}
    raise BadOption(f"The configuration is {type(given).__name__}.", 'Give a dict such as {"seed": 0, "model": "…"}.')
