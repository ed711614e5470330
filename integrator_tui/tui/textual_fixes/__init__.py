"""What is made good of Textual by way of its private names; each module says of which version, and what."""
