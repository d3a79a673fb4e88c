"""Why two runs differ: a search over factors by running again, and the line on which it begins."""
