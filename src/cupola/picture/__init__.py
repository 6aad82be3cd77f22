"""The one picture: tracks, beliefs, alerts, launch and impact points; and how good it is."""
