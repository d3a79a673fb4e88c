"""A command and a plan of given factors become a run: workspace, environment, child, observation."""
