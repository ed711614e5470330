"""`.http` and `.rest` files of the HTTP Client of JetBrains and of the REST Client of VS Code, as requests.

Sources: JetBrains' specification of HTTP requests in an editor and the pages on HTTP Client; the README of
Huachao's REST Client. What is sent is what httpyac 6.16 sends. Nothing is run or read.
"""
