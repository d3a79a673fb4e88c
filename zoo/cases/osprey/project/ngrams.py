"""A signature for each word from its pairs of letters."""

import json

WORDS = ["reproducible", "experiment", "measurement", "uncertainty", "hypothesis", "replication"]


def signature(word):
    value = 17
    for gram in {word[k : k + 2] for k in range(len(word) - 1)}:
        value = (31 * value + 256 * ord(gram[0]) + ord(gram[1])) % 65521
    return value


def main():
    with open("signatures.json", "w") as file:
        json.dump({word: signature(word) for word in WORDS}, file)


if __name__ == "__main__":
    main()
