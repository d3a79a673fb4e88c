"""The classic pipeline: split, fit the scaler on the training rows, train, evaluate, save, log. Twice the same.

result = ClassicPipeline({"seed": 0, "model": "LogisticRegression"}).run(features, target)
print(result)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from samerun.errors import BadInput
from samerun.state.classic_config import ClassicConfig, Plan, config_from, plan_from
from samerun.state.classic_data import Target, checked_rows, checked_target, refuse_missing
from samerun.state.estimators import seed_all, settle_prediction, settle_threads
from samerun.state.evaluation import classification_metrics, regression_metrics
from samerun.state.experiment_files import write_experiment
from samerun.state.preprocessing import Preprocessing
from samerun.state.scikit_learn import rows_at
from samerun.state.scoped import seeded
from samerun.state.sources import Plain, fingerprint, parameters_of, plain, source_of
from samerun.state.splitting import PARTS, Split, split_rows

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class ClassicResult:
    """What a run of the classic pipeline gave.

    Attributes:
        metrics: figures by part (``train``, ``validation``, ``test``) and name.
        predictions: by part: the rows (positions from 0), the true and the predicted values, probabilities if any.
        split: the rows of each part.
        preprocessing: the record of each step.
        log: what the experiment log holds: configuration, data, split, steps, model, seeds, metrics, notes.
        folder: where the files are; None if none were written.
    """

    metrics: dict[str, dict[str, float]]
    predictions: dict[str, Plain]
    split: Split
    preprocessing: Preprocessing
    log: Plain
    folder: Path | None

    def __str__(self) -> str:
        lines = [f"{part:<11}{_figures(self.metrics[part])}" for part in PARTS]
        return "\n".join([*lines, *([f"written to {self.folder}"] if self.folder else [])])


class ClassicPipeline:
    """Split, preprocess, train, evaluate, save and log, all from one configuration and one seed.

    Whatever draws at random is seeded by name; the global generators are given back as they were. Scaler and other
    steps are fitted on the training rows alone. A second run writes the same bytes.

    Args:
        config: a mapping, a dataclass, a msgspec struct or a ``ClassicConfig``; its attributes are the keys.
        folder: where the files go: config.json, results/metrics.json, results/predictions.json,
            checkpoints/model.joblib and scaler.joblib, experiment_log.json. None writes nothing.

    Attributes:
        model: the fitted model, after ``run``.
        steps: the fitted steps by name in order, after ``run``; the scaler is ``scaler``.

    Raises:
        BadSeed: the seed is no whole number from 0 to 2**64 - 1.
        BadOption: something in the configuration means nothing.
    """

    def __init__(self, config: object, *, folder: str | Path | None = "outputs/classic") -> None:
        self.config: ClassicConfig = config_from(config)
        self.folder = None if folder is None else Path(folder)
        self.model: Any = None
        self.steps: dict[str, Any] = {}
        self._target: Target | None = None
        plan_from(self.config)  # what means nothing is said before any data is read

    def run(self, features: Any, target: Any, *, groups: Any = None) -> ClassicResult:
        """Do all of it.

        Args:
            features: rows and columns: a pandas or polars frame, an array or a sparse matrix; or a list of texts.
            target: one value a row.
            groups: a group for each row (a patient, a user); all rows of one go to the same part.

        Returns:
            The figures, the predictions, and what was done.

        Raises:
            BadInput: the data cannot be used as it is.
        """
        plan = plan_from(self.config)
        rows = checked_rows(features)
        count = int(rows.shape[0])
        wanted = checked_target(target, count, plan)
        refuse_missing(rows, plan)
        seeds, notes = self._seed(plan)
        with seeded(plan.seed):
            split = self._split(plan, count, wanted, groups)
            done = Preprocessing()
            parts = self._preprocess(plan, rows, wanted, split, done)
            self._train(plan, parts[0], wanted.values[split.train])
            notes += settle_prediction(plan.model)
            found = [self._predict(plan, part) for part in parts]
        self.model, self.steps, self._target = plan.model, dict(plan.steps), wanted
        metrics = {name: self._evaluate(wanted, split, name, *each) for name, each in zip(PARTS, found, strict=True)}
        predictions = {name: _rows(wanted, split, name, *each) for name, each in zip(PARTS, found, strict=True)}
        log = self._log(plan, {"features": features, "target": target, "groups": groups}, wanted, split)
        log |= {"preprocessing": done.to_plain(), "metrics": metrics, "seeds": seeds, "notes": notes}
        self._write(metrics, predictions, log)
        return ClassicResult(metrics, predictions, split, done, log, self.folder)

    def predict(self, features: Any) -> Array:
        """Return predictions for new rows, as labels where the target had labels.

        Raises:
            BadInput: ``run`` was not called yet.
        """
        if self._target is None:
            raise BadInput("The pipeline is not trained yet.", "Call run(features, target) first.")
        rows = checked_rows(features)
        for step in self.steps.values():
            rows = step.transform(rows)
        return self._target.decoded(self.model.predict(rows))

    def _seed(self, plan: Plan) -> tuple[dict[str, dict[str, int]], list[str]]:
        """Seed everything that draws, by the name of its step; take care of what sums in the order of threads."""
        seeds, notes = {}, []
        for name, estimator in (*plan.steps, ("model", plan.model)):
            seeds[name] = seed_all(estimator, plan.seed, name)
            notes += settle_threads(estimator)
        return {name: given for name, given in seeds.items() if given}, notes

    def _split(self, plan: Plan, count: int, target: Target, groups: Any) -> Split:
        classes = target.decoded(target.values) if plan.stratify else None
        members = None if groups is None else np.asarray(groups)
        if members is not None and members.shape != (count,):
            raise BadInput(f"There are {len(members)} groups for {count} rows.", "Give one group a row.")
        return split_rows(count, plan.seed, plan.shares, classes=classes, groups=members)

    def _preprocess(self, plan: Plan, rows: Any, target: Target, split: Split, done: Preprocessing) -> list[Any]:
        """Fit each step on the training rows, then apply it to the others: the training part always comes first."""
        parts = [rows_at(rows, chosen) for chosen in split]
        for name, step in plan.steps:
            known = target.values[split.train]
            parts = [
                done.apply(f"{name}.{each}", step, part, target=known) for each, part in zip(PARTS, parts, strict=True)
            ]
        return parts

    def _train(self, plan: Plan, features: Any, target: Array) -> None:
        try:
            plan.model.fit(features, target)
        except (TypeError, ValueError) as error:
            kind = type(plan.model).__name__
            raise BadInput(
                f"The model {kind} cannot be fitted to the data: {str(error).rstrip('.')}.",
                "Change the model or the data.",
            ) from error

    def _predict(self, plan: Plan, features: Any) -> tuple[Array, Array | None]:
        scores = plan.model.predict_proba(features) if hasattr(plan.model, "predict_proba") else None
        return plan.model.predict(features), scores

    def _evaluate(
        self, target: Target, split: Split, part: str, predicted: Array, scores: Array | None
    ) -> dict[str, float]:
        true = target.values[getattr(split, part)]
        if hasattr(self.model, "classes_"):
            return classification_metrics(true, predicted, scores, np.asarray(self.model.classes_))
        return regression_metrics(true, predicted)

    def _log(self, plan: Plan, data: dict[str, Any], target: Target, split: Split) -> Plain:
        found = {name: fingerprint(each) for name, each in data.items() if each is not None}
        labels = None if target.labels is None else target.labels.tolist()
        sizes = {
            name: {"rows": len(rows), "hash": fingerprint(rows)["hash"]}
            for name, rows in zip(PARTS, split, strict=True)
        }
        model = {"source": source_of(plan.model), "parameters": parameters_of(plan.model)}
        return {"config": self._plain_config(), "data": found, "labels": labels, "split": sizes, "model": model}

    def _plain_config(self) -> Plain:
        return {key: plain(value) for key, value in vars(self.config).items()}

    def _write(self, metrics: Plain, predictions: Plain, log: Plain) -> None:
        if self.folder is None:
            return
        tables = {
            "config.json": self._plain_config(),
            "results/metrics.json": metrics,
            "results/predictions.json": predictions,
        }
        estimators = {"checkpoints/model.joblib": self.model}
        if "scaler" in self.steps:
            estimators["checkpoints/scaler.joblib"] = self.steps["scaler"]
        if set(self.steps) - {"scaler"}:
            estimators["checkpoints/preprocessing.joblib"] = list(self.steps.items())
        write_experiment(self.folder, tables, estimators, log)


def _rows(target: Target, split: Split, part: str, predicted: Array, scores: Array | None) -> Plain:
    rows = getattr(split, part)
    found = {
        "rows": rows.tolist(),
        "true": target.decoded(target.values[rows]).tolist(),
        "predicted": target.decoded(predicted).tolist(),
    }
    return found if scores is None else {**found, "probabilities": np.asarray(scores).tolist()}


def _figures(metrics: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())
