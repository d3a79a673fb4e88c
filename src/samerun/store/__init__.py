"""Runs on disk: the run folder, objects by content, and an index that can always be rebuilt."""
