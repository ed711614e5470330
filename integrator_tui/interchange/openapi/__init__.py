"""OpenAPI documents (2.0, 3.0, 3.1, 3.2) as connections: parsed values in, connections and lines of a report out.

Nothing is fetched; files that a `$ref` names come from whoever calls, who decides which may be read.
"""
