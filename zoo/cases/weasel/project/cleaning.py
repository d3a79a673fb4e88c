"""Clean a table."""


def unique(table):
    return table.drop_duplicates()


def filled(table):
    return table.fillna(table.mean(numeric_only=True))


def renamed(table):
    return table.rename(columns=str.lower)
