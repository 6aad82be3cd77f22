"""MCAP recorder and player."""
