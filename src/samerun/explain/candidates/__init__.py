"""What may have made the difference between two runs, as fine as it can be set apart and given to a launch."""
