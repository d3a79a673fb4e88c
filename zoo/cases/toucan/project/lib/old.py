"""No longer used."""
