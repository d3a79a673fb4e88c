"""What a loader is made of: the order, the generators set for each sample, where a pass stands."""
