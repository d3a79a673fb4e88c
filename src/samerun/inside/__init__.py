"""The only code that enters the user's process.

Standard library only, Python 3.9 to 3.14; imports nothing of the package (siblings by relative import); never raises
into the program; never draws from its generators; imports nothing that the program would not have imported.
"""
