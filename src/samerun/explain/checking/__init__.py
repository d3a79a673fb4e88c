"""Is a program reproducible, and what does its result depend on: by repeating, holding still, and varying."""
