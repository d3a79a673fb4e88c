"""Pictures, drawn by hand when a report is due."""


def bars(values, width=20):
    top = max(values)
    return ["#" * int(width * value / top) for value in values]
