"""Simulated devices: for demos, for tests, and for trying things without hardware."""
