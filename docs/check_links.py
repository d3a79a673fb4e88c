"""Every relative link in the project's pages leads to a file, and every heading that it names is there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)|<img[^>]*src=\"(?P<picture>[^\"]+)\"")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
ELSEWHERE = ("http://", "https://", "mailto:")


def pages() -> list[Path]:
    """Return the project's pages, the examples' included."""
    folders = (TOP, TOP / "docs", TOP / "examples")
    return [page for folder in folders for page in sorted(folder.glob("*.md" if folder == TOP else "**/*.md"))]


def anchors(page: Path) -> set[str]:
    """Return the names by which the page's headings can be linked to."""
    titles = re.findall(r"^#+ +(.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken(page: Path) -> Iterator[str]:
    """Yield a sentence for each link of the page that leads nowhere."""
    for match in LINK.finditer(FENCE.sub("", page.read_text("utf-8"))):
        target = match["target"] or match["picture"]
        if target.startswith(ELSEWHERE):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        if not place.exists():
            yield f"{page.relative_to(TOP)}: {target} is not there"
        elif anchor and place.suffix == ".md" and anchor not in anchors(place):
            yield f"{page.relative_to(TOP)}: {target} has no such heading"


def main() -> int:
    """Print what is broken; 1 if anything is."""
    found = [sentence for page in pages() for sentence in broken(page)]
    sys.stdout.write(
        "".join(f"{sentence}\n" for sentence in found) or f"{len(pages())} pages, every link leads somewhere\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
