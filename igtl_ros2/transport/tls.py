"""Shim."""
from ssl import SSLContext as SSLContext


class Tls:
    def __init__(self, settings: object, context: object = None) -> None: ...
