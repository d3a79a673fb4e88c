"""How a checkpoint is written, read, checked and put back; ``samerun.state.checkpoints`` joins the pieces."""
