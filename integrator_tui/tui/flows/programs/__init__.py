"""Programs of the user that have the terminal for a while: an editor, a pager."""
