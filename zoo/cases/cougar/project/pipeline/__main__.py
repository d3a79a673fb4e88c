"""An exponential mean over samples."""

import json

from pipeline.samples import load


def smooth(values, keep=0.8):
    mean = 0.0
    for value in values:
        mean = keep * mean + (1 - keep) * value
    return mean


def main():
    samples = load()
    ordered = [samples[name] for name in sorted(samples)]
    with open("smooth.json", "w") as file:
        json.dump({"mean": smooth(ordered), "count": len(ordered)}, file)


main()
