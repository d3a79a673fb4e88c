"""Records in, text out: pages, tables and trees for the terminal. Pure."""
