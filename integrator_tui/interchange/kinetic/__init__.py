"""Exports of Kinetic Data's Integrator as connections, and connections as such exports: text in, values out.

Source of the shapes: the OpenAPI document of Integrator 6.1 (ConnectionExport, Operation) and public exports.
"""
