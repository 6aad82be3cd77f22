"""Cupola: an open missile-warning data platform and layered-defence analysis tool. Everything that shoots is simulated."""

__version__ = "0.1.0"
