"""Sales by shop."""

import pandas as pd

from formats import money


def main():
    table = pd.read_csv("data/sales.csv")
    shops = pd.read_csv("data/shops.csv")
    free = set(pd.read_csv("data/holidays.csv")["day"])
    table = table.merge(shops, on="shop")
    open_days = table[~table["day"].isin(free)]
    means = open_days.groupby("shop")["sold"].agg(["mean", "sum"])
    means["mean"] = means["mean"].map(money)
    means.to_csv("by_shop.csv")
    print(means)


if __name__ == "__main__":
    main()
