"""Layered defence, simulated: which battery shoots at which track, when. No arrow from here to a network."""
