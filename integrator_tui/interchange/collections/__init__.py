"""What formats of many requests have in common: requests with variables in, connections and a report out.

Nothing is run, fetched or read. Variables are resolved first, since a connection's host holds no template.
"""
