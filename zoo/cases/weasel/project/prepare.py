import pandas as pd

from cleaning import filled, renamed, unique


def main():
    table = pd.read_csv("raw.csv")
    for step in (unique, renamed, filled):
        table = step(table)
    table["ratio"] = table["weight"] / table["height"]
    table.to_csv("clean.csv", index=False)


if __name__ == "__main__":
    main()
