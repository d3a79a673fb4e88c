"""Small things."""


def rounded(values, digits=4):
    return [round(float(value), digits) for value in values]


def label(name, job):
    return f"{name}/{job}" if job else name
