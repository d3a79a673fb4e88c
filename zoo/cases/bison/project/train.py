"""A small forest on a made-up table."""

import json

from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

SEED = 17


def main():
    x, y = make_classification(240, 8, n_informative=5, flip_y=0.1, random_state=SEED)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3)
    model = RandomForestClassifier(n_estimators=15, max_depth=4, random_state=SEED)
    model.fit(x_train, y_train)
    report = {
        "train": log_loss(y_train, model.predict_proba(x_train)),
        "test": log_loss(y_test, model.predict_proba(x_test)),
    }
    with open("report.json", "w") as file:
        json.dump(report, file)
    print(report)


if __name__ == "__main__":
    main()
