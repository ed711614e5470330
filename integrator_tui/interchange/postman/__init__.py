"""Collections and environments of Postman (formats 2.0 and 2.1): parsed values in, requests with variables out.

Sources: the schemas of Postman's collection format 2.0.0 and 2.1.0; what is sent is what newman 6.2 sends.
"""
