"""A real HTTP and HTTPS server on loopback, and a scratch workspace that points at it.

It stands beside the command line: `integrator-tui demo` runs it for people, the tests run it to see
what a client sends and how it takes every kind of answer. Everything it knows, its secrets included,
is public and made up.
"""
