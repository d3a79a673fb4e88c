"""scikit-learn's estimators by name, and seeds for whatever in them draws at random."""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from samerun.errors import BadOption, MissingExtra
from samerun.state.scikit_learn import RELEASE, clone
from samerun.state.streams import derive_seed

# Where a name is looked for, in this order. Nothing else is ever imported because a configuration names it.
MODELS = tuple(
    f"sklearn.{name}"
    for name in (
        *("linear_model", "ensemble", "svm", "neighbors", "tree", "naive_bayes", "neural_network"),
        *("discriminant_analysis", "gaussian_process", "kernel_ridge", "dummy", "calibration", "semi_supervised"),
    )
)
TRANSFORMERS = tuple(
    f"sklearn.{name}"
    for name in (
        *("preprocessing", "impute", "decomposition", "feature_selection", "kernel_approximation"),
        *("random_projection", "feature_extraction.text", "manifold"),
    )
)
_ELSEWHERE = {"XGB": "xgboost", "LGBM": "lightgbm"}
_SHORT = {"standard": "standardscaler", "minmax": "minmaxscaler", "robust": "robustscaler", "maxabs": "maxabsscaler"}
_SEEDS = ("random_state", "random_seed")
_LARGEST = 31  # bits: what XGBoost and LightGBM take, too


def made(given: object, parameters: Mapping[str, Any], places: tuple[str, ...], what: str) -> Any:
    """Return an estimator of one's own: made by name, or a clone of the one given.

    Args:
        given: a class's name, such as "LogisticRegression" or "logistic_regression"; a mapping with ``name`` and
            parameters; or an estimator, which is never changed.
        parameters: its parameters by name.
        places: the modules that may have it.
        what: what it is for, for the sentence.

    Raises:
        BadOption: there is none of that name, or it has no such parameter.
    """
    if isinstance(given, Mapping):
        rest = {key: value for key, value in given.items() if key not in ("name", "params")}
        return made(given.get("name"), {**rest, **given.get("params", {}), **parameters}, places, what)
    if isinstance(given, str):
        return _filled(_class_named(given, places, what), parameters, what)
    if not hasattr(given, "get_params") or not hasattr(given, "fit") or isinstance(given, type):
        raise BadOption(f"The {what} is {given!r}.", "Give a name, such as 'LogisticRegression', or an estimator.")
    return clone(given).set_params(**parameters)


def _class_named(name: str, places: tuple[str, ...], what: str) -> type:
    wanted = _plainly(name)
    wanted = _SHORT.get(wanted, wanted)
    elsewhere = tuple(module for prefix, module in _ELSEWHERE.items() if wanted.startswith(prefix.lower()))
    known: dict[str, type] = {}
    for place in (*elsewhere, *places):
        found = dict(_estimators(place))
        if wanted in found:
            return found[wanted]
        known |= found
    near = [known[each].__name__ for each in difflib.get_close_matches(wanted, known, 3)]
    hint = (
        f"Was one of these meant: {', '.join(near)}?"
        if near
        else "Give the name of a class of scikit-learn that fits what it is for."
    )
    raise BadOption(f"There is no {what} {name!r}.", hint, name=name)


def _estimators(place: str) -> Iterator[tuple[str, type]]:
    try:
        module = importlib.import_module(place)
    except ModuleNotFoundError as error:
        raise MissingExtra(f"{place} is not installed.", f"pip install {place}") from error
    for name, value in vars(module).items():
        own = inspect.isclass(value) and value.__module__.startswith(place)  # not what it imports for itself
        if own and hasattr(value, "fit") and not name.startswith("_"):
            yield _plainly(name), value


def _plainly(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _filled(kind: type, parameters: Mapping[str, Any], what: str) -> Any:
    try:
        # LightGBM takes any parameter by keyword; the others name theirs.
        return kind(**parameters)
    except TypeError as error:
        names = ", ".join(sorted(kind().get_params())) if hasattr(kind, "get_params") else ""
        raise BadOption(f"The {what} {kind.__name__}: {error}.", f"It has: {names}.") from error


def seed_all(estimator: Any, seed: int, purpose: str) -> dict[str, int]:
    """Give every part that draws at random, and was given no seed, one of its own.

    Nested parts (of a pipeline, an ensemble, a search) and splitters held as parameters are reached too. A seed that
    was given stays. A ``RandomState`` that was given is used as it is: it goes on from where it stands.

    Args:
        estimator: changed in place.
        seed: the seed of the run.
        purpose: what the estimator is for; it goes into each seed.

    Returns:
        The parameters that were set, by their full names, with their seeds.
    """
    given: dict[str, int] = {}
    for name, value in sorted(estimator.get_params(deep=True).items()):
        if name.rpartition("__")[2] in _SEEDS and value is None:
            given[name] = derive_seed(seed, purpose=f"{purpose}/{name}", bits=_LARGEST)
        elif getattr(value, "random_state", 0) is None and not hasattr(value, "get_params"):
            given |= _seed_splitter(value, name, seed, purpose)
    estimator.set_params(**{name: number for name, number in given.items() if "." not in name})
    return given


def _seed_splitter(splitter: Any, name: str, seed: int, purpose: str) -> dict[str, int]:
    """Seed what shuffles but is no estimator: ``KFold(shuffle=True)`` inside a search."""
    if not getattr(splitter, "shuffle", True):
        return {}
    splitter.random_state = derive_seed(seed, purpose=f"{purpose}/{name}.random_state", bits=_LARGEST)
    return {f"{name}.random_state": splitter.random_state}


def settle_threads(estimator: Any) -> list[str]:
    """Take care of what sums in the order in which its threads finish; return what was done, as sentences.

    A forest adds its trees' predictions in that order (scikit-learn's issues 11137 and 23648): nested in another
    estimator it gets one thread, as the model itself it is fitted with all and predicts with one. LightGBM gets its
    ``deterministic`` mode.
    """
    done = []
    for name, part in sorted(_parts(estimator)):
        if _is_forest(part) and name and part.n_jobs not in (None, 1):
            done.append(f"{name}: n_jobs {part.n_jobs} -> 1, its trees' predictions are added in the order of threads")
            part.set_params(n_jobs=1)
        if type(part).__module__.startswith("lightgbm") and not part.get_params().get("deterministic"):
            done.append(f"{name or 'model'}: deterministic=True, force_row_wise=True")
            part.set_params(deterministic=True, force_row_wise=True)
    return done


def settle_prediction(estimator: Any) -> list[str]:
    """Let a fitted forest predict with one thread; its trees are the same whatever the number that fitted them."""
    if not _is_forest(estimator):
        return []
    threads = estimator.n_jobs
    estimator.set_params(n_jobs=1)
    if threads in (None, 1):
        return []
    return [f"model: fitted with n_jobs={threads}, predicts with 1: its trees are added in the order of threads"]


def _parts(estimator: Any) -> Iterator[tuple[str, Any]]:
    yield "", estimator
    for name, value in estimator.get_params(deep=True).items():
        if hasattr(value, "get_params") and not isinstance(value, type):
            yield name, value


def _is_forest(estimator: object) -> bool:
    return any(each.__name__ == "BaseForest" for each in type(estimator).__mro__)


def versions() -> dict[str, str]:
    """Return the versions that the numbers may depend on."""
    names = ("numpy", "scipy", "joblib")
    return {"scikit-learn": RELEASE, **{name: importlib.import_module(name).__version__ for name in names}}
