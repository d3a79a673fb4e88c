"""What a run depends on: one file a factor, and the ordered table of them."""
