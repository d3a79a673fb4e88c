"""Variants of a signal."""

import numpy as np


def shifted(signal, rng):
    return np.roll(signal, int(rng.integers(1, 6)))


def noisy(signal, scale=0.05):
    noise = np.random.default_rng()
    return signal + noise.normal(0, scale, signal.shape)
