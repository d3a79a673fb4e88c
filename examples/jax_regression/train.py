"""Fit a small network with JAX by plain gradient descent."""
import argparse

import jax
import jax.numpy as jnp
import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--steps", type=int, default=200)
args = parser.parse_args()

key = jax.random.PRNGKey(args.seed)
key_x, key_noise, key_1, key_2 = jax.random.split(key, 4)
x = jax.random.uniform(key_x, (256, 1), minval=-3.0, maxval=3.0)
y = jnp.sin(x) + 0.1 * jax.random.normal(key_noise, x.shape)
params = {
    "w1": 0.5 * jax.random.normal(key_1, (1, 32)),
    "b1": jnp.zeros(32),
    "w2": 0.2 * jax.random.normal(key_2, (32, 1)),
    "b2": jnp.zeros(1),
}


def predict(params, x):
    return jnp.tanh(x @ params["w1"] + params["b1"]) @ params["w2"] + params["b2"]


def loss_fn(params):
    return jnp.mean((predict(params, x) - y) ** 2)


@jax.jit
def step(params):
    loss, grads = jax.value_and_grad(loss_fn)(params)
    return jax.tree_util.tree_map(lambda p, g: p - 0.05 * g, params, grads), loss


losses = []
for i in range(args.steps):
    params, loss = step(params)
    losses.append(float(loss))
    if i % 50 == 0:
        print(f"step {i} loss {losses[-1]:.6f}")

np.savez("params.npz", **{name: np.asarray(value) for name, value in params.items()})
np.savez_compressed("curve.npz", loss=np.array(losses))
print("final loss", losses[-1])
