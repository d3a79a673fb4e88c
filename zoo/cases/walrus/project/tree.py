"""Boosted trees on digits of two kinds."""

import argparse
import json

import yaml
from sklearn.datasets import make_hastie_10_2
from sklearn.ensemble import ExtraTreesClassifier


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--skip", type=int, default=0)
    skip = parser.parse_args().skip  # what is left out
    with open("tree.yaml") as file:
        settings = yaml.safe_load(file)["model"]
    x, y = make_hastie_10_2(300, random_state=1)
    model = ExtraTreesClassifier(20, max_depth=settings["depth"], random_state=5, n_jobs=settings["jobs"])
    model.fit(x[skip:200], y[skip:200])
    importances = [round(float(value), 9) for value in model.feature_importances_]
    with open("importances.json", "w") as file:
        json.dump({"right": float(model.score(x[200:], y[200:])), "importances": importances}, file)


if __name__ == "__main__":
    main()
