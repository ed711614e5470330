"""Importing: what `import` does with the formats that are merged into what is here already."""
