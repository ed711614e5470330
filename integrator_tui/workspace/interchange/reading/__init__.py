"""What lies on the disk of a document of others, read within bounds: regular files, as text and as values."""
