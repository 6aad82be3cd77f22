"""The live driver and the web picture."""
