"""A Kinetic space over HTTP: logging in, and requests of its APIs.

Source of addresses and answers: the OpenAPI document of Integrator 6.1 and the vendor's public scripts.
"""
