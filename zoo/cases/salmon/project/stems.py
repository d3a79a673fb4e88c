"""Which stems occur how often."""

import csv

import snowballstemmer
import tabulate
import toolz

TEXT = """every evening the universal skis were added to the general university collection and generations of
students happily agreed that skiing in the evening is an emotional and singly dying sport likely to go early"""


def main():
    stem = snowballstemmer.stemmer("english").stemWord
    counts = toolz.frequencies(stem(word) for word in TEXT.split())
    rows = sorted(counts.items())
    with open("stems.csv", "w", newline="") as file:
        csv.writer(file).writerows(rows)
    print(tabulate.tabulate(rows[:5]))


if __name__ == "__main__":
    main()
