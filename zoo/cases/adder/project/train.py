"""Sentiment of short reviews, one weight a word."""

import json

import numpy as np

from text import REVIEWS, tokens, vocabulary


def encode(texts, vocab):
    rows = np.zeros((len(texts), len(vocab)))
    for row, text in enumerate(texts):
        for word in tokens(text):
            rows[row, vocab[word]] += 1
    return rows


def main():
    texts, labels = zip(*REVIEWS)
    vocab = vocabulary(texts)
    x, y = encode(texts, vocab), np.array(labels, float)
    rng = np.random.default_rng(5)
    weights = rng.normal(0, 0.1, len(vocab))
    for step in range(60):
        p = 1 / (1 + np.exp(-x @ weights))
        weights -= 0.3 * x.T @ (p - y) / len(y)
    loss = float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
    np.save("weights.npy", weights)
    with open("metrics.json", "w") as file:
        json.dump({"loss": loss, "words": len(vocab)}, file)
    print(f"loss {loss:.4f}")


if __name__ == "__main__":
    main()
