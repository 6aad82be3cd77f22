"""Settings of all tests: hypothesis draws the same examples every time, so that a run on one commit repeats on another machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("cupola", derandomize=True, deadline=None)
settings.load_profile("cupola")
