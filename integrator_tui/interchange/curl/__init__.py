"""curl command lines: words of a shell, what curl asks for by them, and connections made of that."""
