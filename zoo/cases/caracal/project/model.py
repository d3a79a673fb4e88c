from torch import nn


def make(inputs, hidden):
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.ReLU(),
        nn.Linear(hidden, 1),
    )
