"""A slope and a mean."""


def mean(values):
    return sum(values) / len(values)


def slope(x, y):
    mx, my = mean(x), mean(y)
    covariance = sum((a - mx) * (b - my) for a, b in zip(x, y))
    variance = sum((a - mx) ** 2 for a in x)
    return covariance / variance
