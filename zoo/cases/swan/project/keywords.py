"""Keywords of a text in two languages."""

import json
import locale
import os

STOP = {"en": {"the", "of", "and", "in"}, "de": {"der", "die", "und", "in"}}
TEXT = "the measure of all things und die Summe der Teile in the end and in der Tat the whole of it"


def language():
    name = os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return locale.normalize(name)[:2]


def main():
    stop = STOP.get(language(), STOP["en"])
    words = [word for word in TEXT.split() if word not in stop]
    # longest first
    words.sort(key=lambda word: (-len(word), word))
    with open("keywords.json", "w") as file:
        json.dump(words[:8], file)


if __name__ == "__main__":
    main()
