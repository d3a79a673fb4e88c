"""Things to come."""
