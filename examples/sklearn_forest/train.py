"""Search the settings of a random forest on the wine data, two jobs at a time."""
import json
import time

import joblib
import pandas as pd
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, train_test_split


def main():
    wine = load_wine(as_frame=True)
    X_train, X_test, y_train, y_test = train_test_split(
        wine.data, wine.target, test_size=0.3, random_state=0, stratify=wine.target
    )
    grid = {"n_estimators": [20, 40], "max_depth": [3, None]}
    start = time.perf_counter()
    search = GridSearchCV(RandomForestClassifier(random_state=1), grid, cv=3, n_jobs=2)
    search.fit(X_train, y_train)
    elapsed = time.perf_counter() - start

    pd.DataFrame(search.cv_results_).to_csv("cv_results_.csv", index=False)
    joblib.dump(search.best_estimator_, "forest.joblib", compress=3)
    scores = {
        "best_params": search.best_params_,
        "cv_score": search.best_score_,
        "test_score": search.score(X_test, y_test),
        "fit_seconds": elapsed,
    }
    with open("scores.json", "w") as f:
        json.dump(scores, f, indent=2)
    print(f"best {search.best_params_}  cv {search.best_score_:.4f}  test {scores['test_score']:.4f}  in {elapsed:.1f} s")


if __name__ == "__main__":
    main()
