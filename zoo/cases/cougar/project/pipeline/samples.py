import uuid


def load():
    values = [((7 * k) % 23) / 23 for k in range(23)]
    return {str(uuid.uuid4()): value for value in values}
