"""The line of the user's code at which two runs part, from traces of both."""
