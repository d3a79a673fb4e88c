"""The lowest shelf: files, hashing, processes, numbers, redaction. Knows nothing of runs."""
