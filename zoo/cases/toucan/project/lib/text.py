def line(name, value, width=20):
    return f"{name:<{width}}{value}"
