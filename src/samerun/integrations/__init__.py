"""Doors for other programs' users, one file each, loaded only where that program asks for it."""
