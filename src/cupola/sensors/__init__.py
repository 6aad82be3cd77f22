"""Simulated sensors: what the truth looks like to a radar or an infrared telescope."""
