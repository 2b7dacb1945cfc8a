"""Bytes to the network and back, on asyncio in a thread of its own. No message types in here."""
