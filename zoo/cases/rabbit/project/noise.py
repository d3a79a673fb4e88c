"""Langevin steps in a double well."""

import json
import secrets

import jax
import jax.numpy as jnp


def force(x):
    return x - x**3


def walk(key, x, steps=40, size=0.02):
    for one in jax.random.split(key, steps):
        x = x + size * force(x) + (2 * size) ** 0.5 * 0.4 * jax.random.normal(one, x.shape)
    return x


def main():
    key = jax.random.key(secrets.randbits(31))
    ends = walk(key, jnp.linspace(-1.5, 1.5, 12))
    right = int((ends > 0).sum())
    with open("ends.json", "w") as file:
        json.dump({"right": right, "ends": [round(float(end), 6) for end in ends]}, file)


if __name__ == "__main__":
    main()
