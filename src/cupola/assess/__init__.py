"""Analyses on top of the path: flight checks, telemetry checks, cost."""
