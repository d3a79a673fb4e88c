"""A forest that votes."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import confusion_matrix


def main():
    rng = np.random.default_rng(13)
    x = rng.normal(size=(300, 5))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    model = RandomForestClassifier(n_estimators=31, random_state=2, n_jobs=2)
    model.fit(x[:200], y[:200])
    said = model.predict(x[200:])
    np.savetxt("confusion.txt", confusion_matrix(y[200:], said), fmt="%d")


if __name__ == "__main__":
    main()
