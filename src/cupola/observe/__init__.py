"""Measurement models shared by simulator and tracker: radar, infrared, position."""
