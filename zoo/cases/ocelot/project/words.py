"""Length statistics of a corpus in several languages."""

import json
import subprocess

CORPUS = {
    "de": "Über Öfen, Äpfel und Füße läßt sich trefflich streiten.",
    "fr": "L'élève a été très occupé à préparer son rôle à Noël.",
    "en": "The pupil was very busy with the part at Christmas.",
}


def length(text):
    done = subprocess.run(["wc", "-m"], input=text.encode(), capture_output=True, check=True)
    return int(done.stdout)


def main():
    lengths = {name: length(text) for name, text in CORPUS.items()}
    words = {name: len(text.split()) for name, text in CORPUS.items()}
    with open("lengths.json", "w", encoding="utf-8") as file:
        json.dump({name: round(lengths[name] / words[name], 3) for name in CORPUS}, file)


if __name__ == "__main__":
    main()
