"""Chains of tags."""

import os

ROWS = ["red,round,sweet", "green,round,sour", "yellow,long,sweet", "red,small,sour", "blue,small,sweet"]


def main():
    # all tags once
    tags = {tag for row in ROWS for tag in row.split(",")}
    chain = "".join(tag[0] for tag in tags)
    target = os.environ.get("TAG_FILE", "tags.txt")
    with open(target, "w") as file:
        file.write(f"{chain}\n{len(tags)}\n")


if __name__ == "__main__":
    main()
