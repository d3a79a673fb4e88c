"""Random search of the settings of a linear classifier."""

import json

from scipy.stats import loguniform
from sklearn.datasets import make_blobs
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import RandomizedSearchCV


def main():
    x, y = make_blobs(120, centers=3, cluster_std=4.0, random_state=6)
    model = RidgeClassifier()
    search = RandomizedSearchCV(model, {"alpha": loguniform(1e-3, 1e2)}, n_iter=4, cv=3)
    search.fit(x, y)
    with open("best.json", "w") as file:
        json.dump({"alpha": search.best_params_["alpha"], "score": search.best_score_}, file)


if __name__ == "__main__":
    main()
