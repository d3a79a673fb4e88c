"""Fit the phase and the height of a wave."""

import json
import math

import yaml


def gradients(height, phase, points):
    by_height = by_phase = 0.0
    for t, value in points:
        error = height * math.sin(t + phase) - value
        by_height += error * math.sin(t + phase)
        by_phase += error * height * math.cos(t + phase)
    return by_height / len(points), by_phase / len(points)


def main():
    with open("settings.yaml") as file:
        settings = yaml.safe_load(file)
    step = settings["optimizer"]
    points = [(k / 5, 1.4 * math.sin(k / 5 + 0.6)) for k in range(60)]
    at, speed = [1.0, 0.0], [0.0, 0.0]
    for number in range(settings["steps"]):
        for index, slope in enumerate(gradients(*at, points)):
            slope = max(-step["clip"], min(step["clip"], slope))
            speed[index] = step["momentum"] * speed[index] - step["rate"] * slope
            at[index] += speed[index]
        if number % settings["logging"]["every"] == 0:
            print(settings["project"], number)
    with open("wave.json", "w") as file:
        json.dump({"height": at[0], "phase": at[1]}, file)


if __name__ == "__main__":
    main()
