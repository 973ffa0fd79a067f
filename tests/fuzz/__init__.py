"""Requests that nobody would send, and the one law of their answers. `bench/fuzz.py` sends many more of the same."""
