"""The way to and from a Kinetic space: what is there, where it differs from what is here, pulling and pushing."""
