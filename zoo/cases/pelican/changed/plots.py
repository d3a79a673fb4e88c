"""Pictures, drawn by hand when a report is due."""


def bars(values, width=30):
    top = max(values)
    return ["*" * round(width * value / top) for value in values]
