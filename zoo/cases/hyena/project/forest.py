"""A forest that predicts the strength of concrete, on made-up mixtures."""

import numpy as np
from sklearn.ensemble import RandomForestRegressor


def mixtures(rows=700, seed=4):
    rng = np.random.default_rng(seed)
    x = rng.dirichlet([4, 2, 1, 6, 3], rows)
    return x, 60 * x[:, 0] - 35 * x[:, 2] + 9 * np.sin(20 * x[:, 3]) + rng.normal(0, 1, rows)


def main():
    x, y = mixtures()
    model = RandomForestRegressor(n_estimators=60, random_state=0, n_jobs=2)
    model.fit(x[:300], y[:300])
    predicted = model.predict(x[300:])
    np.save("predicted.npy", predicted)
    print(f"mean error {np.abs(predicted - y[300:]).mean():.3f}")


if __name__ == "__main__":
    main()
