"""Collections of OpenCollection (1.0), which Bruno writes: parsed values in, requests with variables out.

Source: the JSON Schema of OpenCollection 1.0.0. Nothing is run or read.
"""
