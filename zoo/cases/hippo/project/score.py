"""Score candidates side by side and keep a running best."""

import asyncio
import hashlib
import json


def score(name):
    digest = name.encode()
    for _ in range(40):
        digest = hashlib.sha256(digest * 5000).digest()
    return name, digest[0] / 255


async def gather(names):
    tasks = [asyncio.create_task(asyncio.to_thread(score, name)) for name in names]
    results = []
    for task in asyncio.as_completed(tasks):
        results.append(await task)
    return results


def main():
    results = asyncio.run(gather([f"candidate {number}" for number in range(16)]))
    level = 0.0
    for _, value in results:
        level = 0.7 * level + 0.3 * value
    with open("scores.json", "w") as file:
        json.dump({"level": level, "best": max(value for _, value in results)}, file)


if __name__ == "__main__":
    main()
