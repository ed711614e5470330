"""What every export has in common: what is sent, as pieces of text, and the names of variables."""
