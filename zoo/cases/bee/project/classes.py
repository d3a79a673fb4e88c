"""Which letters occur in which class of words."""

import json
import pickle

WORDS = {"fruit": ["apple", "cherry", "plum", "quince"], "tree": ["oak", "willow", "maple"], "herb": ["thyme", "sage"]}


def main():
    letters = {name: set("".join(words)) for name, words in WORDS.items()}
    vocabulary = {word for words in WORDS.values() for word in words}
    with open("classes.pkl", "wb") as file:
        pickle.dump({"letters": letters, "vocabulary": vocabulary}, file)
    overlap = {f"{a}-{b}": len(letters[a] & letters[b]) for a in sorted(letters) for b in sorted(letters) if a < b}
    with open("overlap.json", "w") as file:
        json.dump(overlap, file)


if __name__ == "__main__":
    main()
