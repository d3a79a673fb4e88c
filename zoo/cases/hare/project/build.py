"""Build a lookup table by way of a temporary folder."""

import json
import os
import shutil
import tempfile
import uuid
from pathlib import Path


def main():
    job = f"{os.getpid()}-{uuid.uuid4().hex[:6]}"
    with tempfile.TemporaryDirectory(prefix=f"job-{job}-") as folder:
        part = Path(folder) / "part.json"
        part.write_text(json.dumps({str(k): (k * k) % 17 for k in range(60)}))
        shutil.copyfile(part, "lookup.json.tmp")
    os.replace("lookup.json.tmp", "lookup.json")
    memo = {}
    for value in ([1, 2], [3, 4], [1, 2]):
        memo[id(value)] = sum(value)
    with open("sums.json", "w") as file:
        json.dump(sorted(memo.values()), file)
    print("job", job, "done")


if __name__ == "__main__":
    main()
