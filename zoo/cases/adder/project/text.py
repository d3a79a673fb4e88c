"""Words to numbers."""

import re

REVIEWS = [
    ("the plot was slow but the cast was good", 1),
    ("a dull and empty film", 0),
    ("warm, funny and very well acted", 1),
    ("i left before the end", 0),
    ("good fun from start to end", 1),
    ("slow, dull, and badly acted", 0),
]


def tokens(text):
    return re.findall(r"[a-z]+", text.lower())


def vocabulary(texts):
    words = set()
    for text in texts:
        words.update(tokens(text))
    return {word: index for index, word in enumerate(words)}
