"""Run x Run -> what differs: factors, outputs, metrics, and the verdict."""
